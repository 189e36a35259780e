// Whose data came out of a database, on a telephone: beside the plan that had none, and where the columns are named.

import { holds } from '../lib/same.mjs';
import { signIn } from '../lib/sign-in.mjs';

export default async function patients(stage) {
  const { facts } = stage;
  const seat = await stage.seat('clerk', { device: 'phone' });
  await signIn(seat, `/visits/${facts.visit}`);
  const text = () => seat.page.locator('main').innerText();

  await stage.step('the visit lists who came out, that others did, and that the plan had none', async () => {
    await seat.sees('story-patients-out');
    const shown = await text();
    const card = seat.page.locator('section.card', { hasText: seat.say('story-patients-out') });
    const listed = await card.locator('ol.told code').allInnerTexts();
    holds(listed.join() === '3,8', `listed: ${listed}`);
    holds(shown.includes('計画は「患者情報に触れない」'), 'the difference from the plan');
    await seat.check();
  });

  await stage.step('the target says which columns are named, and its form takes others', async () => {
    await seat.goto(`/setup/targets/${facts.target}`);
    holds((await text()).includes('public.patients.id'), 'the column');
    await seat.check();
    await seat.goto(`/setup/targets/${facts.target}/patients`);
    holds((await seat.field('setup-patients-columns').inputValue()) === 'public.patients.id', 'what is there');
    await seat.check();
  });
}
