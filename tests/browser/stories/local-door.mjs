// An engineer without a security key works in a browser, by the door that `sekisho browse` opens on their own computer.

import { same } from '../lib/same.mjs';
import { askFor, shows, sitDown } from '../lib/terminal.mjs';

/** Signs in by passphrase and code; the browser is given nothing for it. */
async function signsIn(seat) {
  const { person, stage } = seat;
  await seat.goto('/sign-in');
  await seat.field('console-login').fill(person.login);
  await seat.field('console-passphrase').fill(person.passphrase);
  await seat.field('console-sign-in-code').fill(await stage.outside.code(person.login));
  await seat.leads(() => seat.button('console-sign-in').click());
}

/** The names of the cookies that the browser keeps. */
async function cookies(seat) {
  return (await seat.context.cookies()).map(({ name }) => name);
}

export default async function localDoor(stage) {
  const { port } = new URL(stage.facts.own);

  await stage.step('a browser that has not opened the link is told so', async () => {
    const other = await stage.seat('engineer', { door: 'own' });
    const answer = await other.goto('/sign-in');
    same(answer.status(), 403, 'the answer');
    await other.sees('browse-not-opened');
    same(await cookies(other), [], 'cookies');
  });

  const seat = await stage.seat('engineer', { door: 'own', device: 'desk' });
  const { page } = seat;

  await stage.step('the link opens the sign-in once, and no passkey is offered', async () => {
    await seat.goto(stage.facts.link);
    same(new URL(page.url()).pathname, '/sign-in', 'the page');
    await seat.button('console-passkey-sign-in').waitFor({ state: 'hidden' });
    same(await cookies(seat), [`sekisho-door-${port}`], 'cookies');
    const late = await stage.seat('engineer', { door: 'own' });
    await late.goto(stage.facts.link);
    await late.sees('browse-used-link');
  });

  await stage.step('another site that leads here opens nothing', async () => {
    await seat.fromMail('/sign-in');
    await seat.sees('browse-other-site');
  });

  let number;
  await stage.step('the engineer signs in by passphrase and code, and asks for a visit with a plan', async () => {
    await signsIn(seat);
    same(await cookies(seat), [`sekisho-door-${port}`], 'cookies');
    number = await askFor(seat, stage);
  });

  await stage.step('the terminal opens, and what is typed runs at the target', async () => {
    await sitDown(seat, number);
    await page.keyboard.type('echo typed-$((6*7))\n');
    await shows(page, 'typed-42');
  });

  await stage.step('when the command ends, the terminal says that the sign-in is over', async () => {
    const ended = await stage.outside.ask('end_the_door');
    same(ended.code, 0, `the command: ${ended.err}`);
    await page.locator('[data-island=terminal][data-state=over]').waitFor();
  });
}
