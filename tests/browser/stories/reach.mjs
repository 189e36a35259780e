// How far an engineer's computer reached: asked on a telephone, without JavaScript, and read.

import { holds, same } from '../lib/same.mjs';
import { signIn } from '../lib/sign-in.mjs';

export default async function reach(stage) {
  const { outside, facts } = stage;
  const phone = await stage.seat('clerk', { device: 'phone', js: false });
  await signIn(phone);

  await stage.step('the question names a device, and the answer holds what was done from it', async () => {
    await phone.goto('/reach');
    await phone.sees('reach-lead');
    await phone.check();
    await phone.page.locator('select[name=of]').selectOption(`device-${facts.device}`);
    const before = (await outside.events('recording_viewed')).length;
    await phone.leads(() => phone.button('reach-go').click());
    const found = await phone.page.locator('main').innerText();
    holds(found.includes(facts.command), 'the command');
    holds(!found.includes(facts.other), 'the command of another');
    same((await outside.events('recording_viewed')).length, before + 1, 'looks at recordings in the ledger');
    await phone.check();
  });
}
