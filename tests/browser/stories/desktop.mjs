// A desktop's recording on a telephone: it opens by a fresh code, is drawn from its keyframes on, and is pixels alone.

import { holds, same } from '../lib/same.mjs';
import { signIn } from '../lib/sign-in.mjs';

const MIDDLE = { x: 160, y: 120 };

export default async function desktop(stage) {
  const { outside, facts } = stage;
  const seat = await stage.seat('clerk', { device: 'phone' });
  await signIn(seat, '/');
  const page = seat.page;
  const pixel = () => page.locator('.screens canvas').evaluate((canvas, { x, y }) => [...canvas.getContext('2d').getImageData(x, y, 1, 1).data].slice(0, 3).join(' '), MIDDLE);
  const at = async (millis) => {
    await page.locator('#seek').evaluate((seek, value) => {
      // The handle has steps of a tenth of a second: what is recorded here may be over sooner.
      seek.step = '1';
      seek.value = String(value);
      seek.dispatchEvent(new Event('input', { bubbles: true }));
    }, millis);
    return (await page.locator('.screens canvas').count()) === 1 ? pixel() : 'nothing';
  };

  await stage.step('the recording opens by a fresh code, and the look is an entry', async () => {
    const before = (await outside.events('recording_viewed')).length;
    await seat.goto(`/sessions/${facts.session}/replay`);
    await page.locator('form.narrow input[name=code]').fill(await outside.code(seat.person.login));
    await seat.leads(() => seat.button('replay-open').click());
    await page.locator('[data-island=replay][data-ready=yes]').waitFor();
    await seat.check();
    const looks = (await outside.events('recording_viewed')).slice(before);
    same(looks.filter(({ event }) => event.how === 'play').length, 1, 'plays in the ledger');
  });

  await stage.step('the end shows what the desktop showed last, as wide as the telephone at most', async () => {
    await page.locator('h1').click();
    await page.keyboard.press('End');
    same(await pixel(), facts.last, 'the pixel in the middle');
    const box = await page.locator('.screens canvas').boundingBox();
    holds(box.width > 200 && box.x >= 0 && box.x + box.width <= 360, `the canvas is ${JSON.stringify(box)}`);
    await seat.check();
  });

  await stage.step('sought from moment to moment, backwards too, it shows what was there then', async () => {
    const most = Number(await page.locator('#seek').getAttribute('max'));
    const seen = [];
    for (let moment = 0; moment <= most; moment += Math.ceil(most / 200)) {
      const colour = await at(moment);
      if (seen.at(-1)?.colour !== colour) seen.push({ moment, colour });
    }
    const colours = seen.map(({ colour }) => colour);
    const first = colours.indexOf(facts.first);
    holds(first >= 0 && colours.lastIndexOf(facts.last) > first, `seen one after the other: ${JSON.stringify(seen)}`);
    same(await at(seen[first].moment), facts.first, 'back at the first colour');
    await page.locator('h1').click();
    await page.keyboard.press('End');
    same(await pixel(), facts.last, 'and at the end again');
  });

  await stage.step('it plays to its end at any speed', async () => {
    await page.keyboard.press('Home');
    await page.locator('#speed').selectOption('16');
    await seat.button('replay-play').click();
    await page.waitForFunction(() => document.querySelector('[data-do=play]').textContent === document.querySelector('[data-island=replay]').dataset.play);
    same(await pixel(), facts.last, 'the pixel in the middle');
  });
}
