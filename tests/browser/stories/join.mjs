// Somebody is invited at a page, joins by the link on a telephone, and finds what is to do.

import { holds, same } from '../lib/same.mjs';
import { signIn, token } from '../lib/sign-in.mjs';

export default async function join(stage) {
  const { outside, facts } = stage;
  const clerk = await stage.seat('clerk', { device: 'desk', language: 'en' });
  const seat = await stage.seat('chief', { device: 'phone', from: facts.newcomer.from });
  let link;

  await stage.step('the invitation is shown once, as a link, a picture and a text', async () => {
    await signIn(clerk, '/persons/new');
    await clerk.page.locator('input[name=role][value=approver]').check();
    await clerk.page.locator('main form input[name=code]').fill(await outside.code(clerk.person.login));
    await clerk.check();
    await clerk.leads(() => clerk.button('setup-person-invite').click());
    link = await clerk.page.locator('#link').inputValue();
    outside.secret(link.split(':').pop());
    holds(link.startsWith(`${seat.origin}/join#sekisho-invitation-1:`), 'the link leads elsewhere');
    holds(await clerk.page.locator('figure.qr svg').isVisible(), 'no picture');
    await clerk.check();
  });

  await stage.step('the link opens a page that takes the invitation out of the address bar', async () => {
    await seat.goto(link.slice(seat.origin.length));
    await seat.page.waitForFunction(() => window.location.hash === '');
    same(await seat.page.locator('#invitation').inputValue(), link.split('#').pop(), 'the invitation');
    await seat.check();
    await seat.leads(() => seat.button('join-go-on').click());
    await seat.check();
  });

  await stage.step('a passphrase that can be guessed is refused in words, and what was typed stands there', async () => {
    await seat.field('join-name').fill(facts.newcomer.name);
    await seat.field('join-login').fill(facts.newcomer.login);
    await seat.field('join-contact').fill('0569-22-4444');
    await types(seat, 'passwordpassword');
    await seat.leads(() => seat.button('join-go-on').click());
    same(await seat.page.getByRole('alert').count(), 1, 'reasons');
    same(await seat.field('join-name').inputValue(), facts.newcomer.name, 'the name');
    await seat.check();
  });

  await stage.step('the codes are set up by the picture or by hand; a wrong one can be typed again', async () => {
    await types(seat, facts.newcomer.passphrase);
    await seat.leads(() => seat.button('join-go-on').click());
    holds(await seat.page.locator('figure.qr svg').isVisible(), 'no picture');
    await seat.check();
    const typed = (await seat.page.locator('p.secret code').innerText()).replaceAll(' ', '');
    await outside.ask('authenticator', { secret: typed });
    await seat.page.locator('#code').fill('000000');
    await seat.leads(() => seat.button('join-finish').click());
    await seat.sees('join-code-wrong');
    await seat.page.locator('#code').fill((await outside.ask('newcomers_code')).code);
    await seat.leads(() => seat.button('join-finish').click());
    await seat.sees('join-done');
    await seat.check();
  });

  await stage.step('going back does not join twice, and the invitation is used up', async () => {
    const other = await stage.seat('chief', { device: 'phone', from: facts.newcomer.from });
    await other.goto(link.slice(other.origin.length));
    const closed = await other.page.locator('#invitation').count();
    if (closed > 0) {
      await other.leads(() => other.button('join-go-on').click());
      await other.field('join-name').fill('x');
      await other.field('join-login').fill('xx');
      await other.field('join-contact').fill('x');
      await types(other, facts.newcomer.passphrase);
      await other.leads(() => other.button('join-go-on').click());
      await other.sees('reason-invitation-invalid');
    } else {
      await other.sees('join-nothing-open');
    }
  });

  await stage.step('whoever joined signs in, and is shown what is to do', async () => {
    await seat.leads(() => seat.link('join-to-sign-in').click());
    await seat.field('console-login').fill(facts.newcomer.login);
    await seat.field('console-passphrase').fill(facts.newcomer.passphrase);
    await seat.field('console-sign-in-code').fill((await outside.ask('newcomers_code')).code);
    await seat.leads(() => seat.button('console-sign-in').click());
    const shown = await token(seat);
    holds(shown !== undefined, 'not signed in');
    outside.secret(shown);
    await seat.sees('setup-steps');
    await seat.check();
  });
}

async function types(seat, passphrase) {
  await seat.field('join-passphrase').fill(passphrase);
  await seat.field('join-passphrase-again').fill(passphrase);
}
