// An engineer's way into the pages: a passkey that its maker attests, confirmed by the words on the telephone.

import { readFileSync } from 'node:fs';

import { Authenticator, addPasskey, signInByPasskey } from './passkeys.mjs';
import { same } from './same.mjs';
import { signIn } from './sign-in.mjs';

/**
 * What a hospital would have to trust for Chromium's virtual authenticators: a certificate of their batch's name and
 * key. Its own signature is nobody's: of a root, only name and key are looked at.
 */
export const MAKER = readFileSync(new URL('./chromiums-attestation.pem', import.meta.url), 'utf8');

/** The clerk, who has a passkey at this page, trusts the maker. */
export async function trustMaker(clerk) {
  await clerk.goto('/attestation');
  await clerk.field('console-attestation-name').fill('Chromium');
  await clerk.field('console-attestation-pem').fill(MAKER);
  await clerk.leads(() => clerk.button('console-attestation-add').click());
  await clerk.sees('done-attestation-trusted');
}

/** The words that the engineer reads out, and the device that they are of. */
export async function wordsOf(engineer) {
  await engineer.goto('/passkeys');
  const words = await engineer.page.locator('ol.words li').allInnerTexts();
  const text = await engineer.page.locator('main').innerText();
  return { words, device: Number(/device-(\d+)/.exec(text)[1]) };
}

/** The clerk hears the words and ticks each. */
export async function confirmWords(clerk, { words, device }) {
  await clerk.goto(`/devices/${device}/confirm`);
  const boxes = clerk.page.locator('input[name=word]');
  for (const [at, word] of words.entries()) {
    const box = boxes.nth(at);
    same(await box.getAttribute('value'), word, `word ${at + 1}`);
    await box.check();
  }
  await clerk.leads(() => clerk.page.locator('form[action$="/confirm"] button[type=submit]').click());
  await clerk.sees('done-confirmed');
}

/**
 * An engineer signed in by an attested passkey; `clerk` is signed in at a seat and has a passkey there. `byCode`: the
 * cookies of the engineer's earlier sign-in, which goes on in the browser that they came by first.
 */
export async function engineerByPasskey(stage, clerk, part = 'engineer', options = {}) {
  await trustMaker(clerk);
  const seat = await stage.seat(part, { door: 'engineers', ...options });
  await signIn(seat, '/passkeys');
  const passkey = await addPasskey(seat, 'key', 'セキュリティキー');
  await confirmWords(clerk, await wordsOf(seat));
  // The browser is closed, without signing out, and opened again.
  const byCode = await seat.context.cookies(seat.origin);
  await seat.context.clearCookies({ name: '__Host-sekisho' });
  await seat.goto('/sign-in');
  await signInByPasskey(seat);
  return { seat, passkey, byCode };
}

export { Authenticator };
