// 全停止: one confirmation, without JavaScript; and how two people lift it.

import { holds, same } from '../lib/same.mjs';
import { signIn } from '../lib/sign-in.mjs';

export default async function isolate(stage) {
  const { outside, facts } = stage;
  const seat = await stage.seat('clerk', { device: 'phone', js: false });
  await signIn(seat, '/');

  await stage.step('home says who is inside, and the red control stands on it', async () => {
    const text = await seat.page.locator('main').innerText();
    holds(text.includes(facts.engineer) && text.includes(facts.target), `home does not say who is inside:\n${text}`);
    await seat.check();
  });

  await stage.step('one tap and one confirmation, without JavaScript, end everything, and the page says what it did', async () => {
    await seat.leads(() => seat.page.locator('a.isolate').click());
    await seat.check();
    await seat.leads(() => seat.button('console-isolate-now').click());
    const answered = Date.now();
    await seat.sees('done-isolated');
    const { gone } = await outside.ask('gone');
    holds(gone - answered < facts.goneWithin, `the session was gone ${gone - answered} ms after the answer`);
    await seat.sees('console-isolated-did');
    await seat.sees('console-isolate-how-lifted');
    await seat.check();
  });

  await stage.step('every page says that it is so, and nobody comes in', async () => {
    await seat.goto('/');
    await seat.sees('console-isolated-banner');
    await seat.sees('console-inside-nobody');
    await seat.check();
    const tried = await outside.sekisho(facts.people.engineer.login, 'connect', facts.target);
    same(tried.code, 3, 'the exit code of an engineer who connects');
  });

  await stage.step('one person alone lifts nothing, and the second lifts it', async () => {
    const first = await stage.seat('night', { device: 'phone' });
    await signIn(first, '/isolate');
    await agree(first);
    await first.sees('done-lift-agreed');
    await first.sees('console-isolated-did');
    await first.check();
    same((await outside.sekisho(seat.person.login, 'site', 'status')).out.isolation !== null, true, 'still isolated');
    const second = await stage.seat('deputy', { device: 'desk', language: 'en' });
    await signIn(second, '/isolate');
    await second.check();
    await agree(second);
    await second.sees('done-lifted');
    await second.seesNot('console-isolated-banner');
    same((await outside.sekisho(seat.person.login, 'site', 'status')).out.isolation ?? null, null, 'isolation');
  });
}

async function agree(seat) {
  const form = seat.page.locator('form[action="/lift"]').first();
  await form.locator('input[name=why]').fill('原因のVPN装置を外し、再開してよいと確かめた。');
  await form.locator('input[name=code]').fill(await seat.stage.outside.code(seat.person.login));
  await seat.leads(() => seat.button('console-lift').click());
}
