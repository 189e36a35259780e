// Attending a desktop: it waits for its attendant, who sees what the engineer sees, pauses it, leaves it and ends it.

import { hears, place, turns } from '../lib/canvas.mjs';
import { engineerByPasskey } from '../lib/engineers-key.mjs';
import { addPasskey } from '../lib/passkeys.mjs';
import { holds } from '../lib/same.mjs';
import { signIn } from '../lib/sign-in.mjs';
import { askFor, stands } from '../lib/terminal.mjs';

export default async function desktopWatch(stage) {
  const { outside } = stage;
  const clerk = await stage.seat('clerk', { device: 'desk' });
  await signIn(clerk);
  await addPasskey(clerk);
  const { seat } = await engineerByPasskey(stage, clerk, 'engineer', { device: 'desk' });
  const { page } = seat;
  const paint = (colour) => outside.ask('desktop', { paint: colour });
  const number = await askFor(seat, stage);
  const press = async (key) => {
    await page.locator('canvas').focus();
    await page.mouse.move(...(await place(page, 30, 30)));
    await page.keyboard.press(key);
  };
  const neverHeard = async (text) => {
    const { heard } = await outside.ask('desktop', {});
    holds(!text.test(heard), `the desktop heard ${text}: ${heard.slice(-2000)}`);
  };

  await stage.step('nobody attends: the engineer waits and is told so', async () => {
    await seat.goto(`/visits/${number}/desktop`);
    await stands(page, 'awaiting');
    await seat.check();
  });

  const { out } = await outside.sekisho(clerk.person.login, 'sessions');
  const watched = `/sessions/${out[0].id.split('-').pop()}/watch`;

  await stage.step('whoever opens the page attends: both see the desktop, and what changes on it', async () => {
    await clerk.goto(watched);
    await stands(page, 'live');
    await turns(page, '204 51 17');
    await turns(clerk.page, '204 51 17');
    await clerk.sees('watch-leaving-freezes');
    await paint('#22aa44');
    await turns(page, '34 170 68');
    await turns(clerk.page, '34 170 68');
    await press('k');
    await hears(stage, /keysym 0x6b, k/);
    await clerk.check();
  });

  await stage.step('on a narrow screen nothing of it hangs out', async () => {
    await clerk.page.setViewportSize({ width: 360, height: 740 });
    await clerk.check();
    await clerk.page.setViewportSize({ width: 1280, height: 800 });
  });

  await stage.step('while it is paused no key reaches the desktop and nothing of it is seen, then both go on', async () => {
    await clerk.button('watch-pause').click();
    await stands(page, 'paused');
    await press('q');
    await paint('#3344dd');
    await clerk.button('watch-continue').click();
    await stands(page, 'live');
    await turns(page, '51 68 221');
    await turns(clerk.page, '51 68 221');
    // Whatever had waited would have come before this.
    await press('j');
    await hears(stage, /keysym 0x6a, j/);
    await neverHeard(/keysym 0x71, q/);
  });

  await stage.step('the attendant leaves and the engineer works no more; who comes back sees the desktop again', async () => {
    await clerk.goto('/');
    await stands(page, 'awaiting');
    await press('x');
    await paint('#dd8822');
    await clerk.goto(watched);
    await stands(page, 'live');
    await turns(page, '221 136 34');
    await turns(clerk.page, '221 136 34');
    await press('h');
    await hears(stage, /keysym 0x68, h/);
    await neverHeard(/keysym 0x78, x/);
  });

  await stage.step('one tap ends it, in both pages', async () => {
    await clerk.leads(() => clerk.button('console-end-session').click());
    await stands(page, 'over');
    await clerk.goto(watched);
    await clerk.sees('watch-to-visit');
    await seat.check();
  });
}
