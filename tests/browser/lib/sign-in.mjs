// Signing in and out, as people do it.

/** Reads the cookie of the sign-in, if there is one. */
export async function token(seat) {
  const cookies = await seat.context.cookies(seat.origin);
  return cookies.find(({ name }) => name === '__Host-sekisho')?.value;
}

/**
 * Signs in with passphrase and code, from wherever the page stands: at `path`, which leads to the sign-in, or where
 * the person is. A code is used once: a person has three within a minute, and one every half minute after that, and
 * joining and the command line have used two. One sign-in per story is a good number.
 */
export async function signIn(seat, path = '/sign-in') {
  const { person, stage } = seat;
  if (path !== null) await seat.goto(path);
  await seat.field('console-login').fill(person.login);
  await seat.field('console-passphrase').fill(person.passphrase);
  await seat.field('console-sign-in-code').fill(await stage.outside.code(person.login));
  await seat.leads(() => seat.button('console-sign-in').click());
  const shown = await token(seat);
  if (shown === undefined) throw new Error(`${person.login} could not sign in`);
  stage.outside.secret(shown);
}

/** The same browser sign-in at another seat of the same person: no second code is needed to look at more screens. */
export async function signInLike(seat, other) {
  await seat.context.addCookies(
    (await other.context.cookies(other.origin)).filter(({ name }) => name === '__Host-sekisho'),
  );
}
