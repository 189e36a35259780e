// An engineer works at a desktop in a browser and nothing else: looks, types, points, turns the wheel, loses the line,
// goes on, and ends it.

import { hears, place, turns } from '../lib/canvas.mjs';
import { engineerByPasskey } from '../lib/engineers-key.mjs';
import { addPasskey } from '../lib/passkeys.mjs';
import { holds, same } from '../lib/same.mjs';
import { signIn } from '../lib/sign-in.mjs';
import { askFor, stands } from '../lib/terminal.mjs';

export default async function desktopPage(stage) {
  const clerk = await stage.seat('clerk', { device: 'desk' });
  await signIn(clerk);
  await addPasskey(clerk);
  const { seat } = await engineerByPasskey(stage, clerk, 'engineer', { device: 'desk' });
  const { page } = seat;
  const paint = (colour) => stage.outside.ask('desktop', { paint: colour });
  const overRdp = stage.facts.protocol === 'rdp';
  const number = await askFor(seat, stage);

  await stage.step('from their own work the desktop opens, says that it is recorded, and shows itself', async () => {
    await seat.goto('/my');
    await seat.leads(() => seat.link('work-desktop-open').first().click());
    await stands(page, 'live');
    await turns(page, '204 51 17');
    await seat.sees('desktop-recorded');
    holds(/\d:\d\d:\d\d/.test(await page.locator('[data-part=left]').innerText()), 'the time left is in sight');
    await seat.check();
  });

  await stage.step('what changes is seen', async () => {
    await paint('#22aa44');
    await turns(page, '34 170 68');
  });

  await stage.step('keys, those of Japanese keyboards too, buttons and the wheel reach it', async () => {
    await page.mouse.move(...(await place(page, 30, 30)));
    await page.mouse.down();
    await page.mouse.up();
    await hears(stage, /ButtonPress[^]*button 1/);
    await page.keyboard.press('k');
    await hears(stage, /keysym 0x6b, k/);
    await page.keyboard.press('Shift+K');
    await hears(stage, /keysym 0x4b, K/);
    await seat.button('desktop-key-kanji').click();
    // Over RDP a key is where it lies: 半角/全角 lies left of the digit 1, whatever the desktop makes of it.
    await hears(stage, overRdp ? /keycode 49/ : /keysym 0xff2a, Zenkaku_Hankaku/);
    await page.mouse.move(...(await place(page, 30, 30)));
    await page.mouse.wheel(0, 120);
    await hears(stage, /button 5/);
  });

  // FreeRDP's server takes no letters without a key.
  if (!overRdp) await stage.step('letters that an input method made are keys too', async () => {
    await seat.button('desktop-type').click();
    await page.locator('[data-part=typed]').fill('検');
    await hears(stage, /keysym 0x1006?91c|U691C|0x100691c/i);
  });

  await stage.step('a paste that the visit does not allow goes nowhere, and the page says so', async () => {
    await page.locator('canvas').focus();
    await page.evaluate(() => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', 'secret');
      document.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
    });
    await seat.sees('desktop-paste-no');
  });

  await stage.step('on a lost line the session waits, a key that was held is let go, and the picture is whole again', async () => {
    const before = (await stage.outside.events('session_opened')).length;
    await page.locator('canvas').focus();
    await page.mouse.move(...(await place(page, 30, 30)));
    await page.keyboard.down('Control');
    await hears(stage, /KeyPress[^]*Control_L/);
    seat.line.cut();
    await stands(page, 'lost');
    await hears(stage, /KeyRelease[^]*Control_L/);
    await paint('#3344dd');
    seat.line.mend();
    await stands(page, 'live');
    await turns(page, '51 68 221');
    same((await stage.outside.events('session_opened')).length, before, 'sessions');
    await page.keyboard.up('Control');
  });

  await stage.step('it is shown at its real size, and as large as the page', async () => {
    await seat.button('desktop-real-size').click();
    same((await page.locator('canvas').boundingBox()).width, overRdp ? 640 : 320, 'the width of the canvas');
    await seat.button('desktop-real-size').click();
  });

  await stage.step('on a narrow screen nothing hangs out, and fingers find what they need', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await seat.check();
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  await stage.step('Ctrl+Alt+Home leads out of the screen', async () => {
    await page.locator('canvas').focus();
    await page.keyboard.press('Control+Alt+Home');
    same(await page.evaluate(() => document.activeElement?.dataset.part), 'leave', 'where the focus is');
  });

  await stage.step('a second tab asks, takes over, and ends it', async () => {
    const second = await seat.tab();
    await seat.goto(`/visits/${number}/desktop`, second);
    await seat.sees('terminal-elsewhere', {}, second);
    await second.locator('[data-part=take-over]').click();
    await stands(second, 'live');
    await seat.sees('terminal-taken-over');
    await turns(second, '51 68 221');
    second.on('dialog', (dialog) => dialog.accept());
    await second.locator('[data-part=leave]').click();
    await seat.sees('terminal-ended', {}, second);
    await second.close();
  });
}
