// The operator keeps the registers: without JavaScript too, and taking away waits for nothing.

import { same } from '../lib/same.mjs';
import { signIn } from '../lib/sign-in.mjs';

export default async function operator(stage) {
  const { outside, facts } = stage;
  const seat = await stage.seat('clerk', { device: 'phone', js: false });
  await signIn(seat, `/setup/targets/${facts.target}/terms`);

  await stage.step("a target's hours are narrowed by a form that says what is at risk", async () => {
    await seat.sees('setup-target-terms-risk');
    await seat.page.locator('select[name=hours]').selectOption('these');
    await seat.page.locator('main form input[name=code]').fill(await outside.code(seat.person.login));
    await seat.leads(() => seat.button('setup-target-terms').click());
    await seat.sees('done-changed');
    const changed = await outside.events('target_terms_changed');
    same(changed.length, 1, 'target_terms_changed in the ledger');
    const { out } = await outside.sekisho(seat.person.login, 'target', 'list');
    const shown = out.find(({ id }) => id.endsWith(`-${facts.target}`));
    same(shown.hours, changed[0].event.terms.hours, 'the hours that the command line prints');
    same(shown.hours.only.length, 5, 'weekdays');
  });

  await stage.step('a vendor is suspended by one button, without a code', async () => {
    await seat.goto(`/vendors/${facts.vendor}`);
    same(await seat.page.locator('form[action$="/suspend"] input[name=code]').count(), 0, 'codes asked for');
    await seat.leads(() => seat.button('setup-suspend').click());
    await seat.sees('done-suspended');
    same((await outside.events('suspended')).length, 1, 'suspended in the ledger');
    await seat.check();
  });
}
