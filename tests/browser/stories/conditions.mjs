// 許可, but for less than was asked for.

import { same } from '../lib/same.mjs';
import { signIn } from '../lib/sign-in.mjs';

export default async function conditions(stage) {
  const { outside, facts } = stage;
  const { request } = await outside.ask('request');
  const seat = await stage.seat('deputy', { device: 'phone', language: 'en' });
  await signIn(seat, `/requests/${request.split('-').pop()}`);

  await stage.step('conditions are written, the end is earlier, and the grant has both', async () => {
    await seat.page.locator('summary', { hasText: seat.say('console-conditions') }).click();
    await seat.field('console-conditions-text').fill('電話をつないだまま作業してください');
    const form = seat.page.locator('details[open] form');
    const end = new Date(Date.now() + 30 * 60_000);
    const typed = new Date(end.getTime() + 9 * 3_600_000).toISOString().slice(0, 16);
    await seat.field('console-conditions-until').fill(typed);
    await form.locator('input[name=code]').fill(await outside.code(seat.person.login));
    await seat.check();
    await seat.leads(() => seat.button('console-conditions').click());
    await seat.sees('done-approved');
    const { out } = await outside.sekisho(facts.people.clerk.login, 'requests', '--all');
    const shown = out.find(({ id }) => id === request);
    same(shown.state, 'granted', 'the state of the request');
    const [approved] = (await outside.events('approval_given')).filter(({ event }) => event.request === request);
    const minute = Math.floor(end.getTime() / 60_000) * 60_000;
    same(approved.event.narrower.until, minute, 'the end in the ledger');
  });
}
