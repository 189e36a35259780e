// A terminal that is held up: the hours run out, the clerk pauses, the line breaks, the page is loaded again, the
// engineer signs out elsewhere. The page says which it is, and loses nothing.

import { engineerByPasskey } from '../lib/engineers-key.mjs';
import { addPasskey } from '../lib/passkeys.mjs';
import { holds, same } from '../lib/same.mjs';
import { signIn, token } from '../lib/sign-in.mjs';
import { askFor, keysOf, shows, sitDown, stands } from '../lib/terminal.mjs';

/** Seconds of a clock that is shown. */
function seconds(text) {
  const [, hours, minutes, rest] = /(\d+):(\d\d):(\d\d)/.exec(text);
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
}

export default async function terminalHeld(stage) {
  const { outside } = stage;
  const clerk = await stage.seat('clerk', { device: 'phone' });
  await signIn(clerk);
  await addPasskey(clerk);
  const { seat, byCode } = await engineerByPasskey(stage, clerk, 'engineer', { device: 'desk' });
  const { page } = seat;
  const opened = async () => (await outside.events('session_opened')).map(({ event }) => event.session);
  const number = await askFor(seat, stage, { lasting: '5m' });
  const clock = page.locator('[data-part=left]');
  const warning = page.locator('[data-part=soon]');
  const screen = () => page.locator('.xterm-rows').innerText();

  await stage.step('the time left is in sight, counts down, and the last minutes are said', async () => {
    await sitDown(seat, number);
    await clock.filter({ hasText: /\d:\d\d:\d\d/ }).waitFor();
    const before = seconds(await clock.innerText());
    holds(before > 0 && before <= 300, `${before} seconds are left`);
    await page.waitForFunction(
      (before) => document.querySelector('[data-part=left]').textContent !== before,
      await clock.innerText(),
    );
    holds(seconds(await clock.innerText()) < before, 'it counts down');
    await warning.waitFor();
    holds(seat.say('terminal-soon').test(await warning.innerText()), await warning.innerText());
    await seat.check();
    // However far the page is scrolled.
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    const { y } = await clock.boundingBox();
    holds(y >= 0 && y < 800, `the clock stands at ${y}`);
  });

  await stage.step('the clerk pauses on a telephone: the page says so, and what is typed goes nowhere', async () => {
    const session = (await opened()).pop();
    await clerk.goto(`/sessions/${session.split('-').pop()}/watch`);
    await clerk.button('watch-pause').click();
    await stands(page, 'paused');
    await seat.sees('terminal-paused');
    await seat.check();
    await keysOf(page).focus();
    await page.keyboard.type('echo never-$((1+1))\n');
    await clerk.button('watch-continue').click();
    await stands(page, 'live');
    await keysOf(page).focus();
    await page.keyboard.type('echo on-$((6*8))\n');
    await shows(page, 'on-48');
    holds(!(await screen()).includes('never'), `nothing was typed meanwhile: ${await screen()}`);
  });

  await stage.step('a line that breaks while a command is typed loses no letter that was shown', async () => {
    const before = (await opened()).length;
    await page.keyboard.type('echo half-');
    await shows(page, 'echo half-');
    seat.line.cut();
    await stands(page, 'lost');
    await page.keyboard.type('lost');
    await seat.check();
    seat.line.mend();
    await stands(page, 'live');
    await keysOf(page).focus();
    await page.keyboard.type('and-half\n');
    await page.locator('.xterm-rows > div').filter({ hasText: /^half-and-half/ }).waitFor();
    same((await opened()).length, before, 'sessions');
  });

  await stage.step('the page that is loaded again shows what was there, and goes on', async () => {
    const before = (await opened()).length;
    await page.keyboard.type('count=78\n');
    await page.reload();
    await stands(page, 'live');
    await shows(page, 'half-and-half');
    await keysOf(page).focus();
    await page.keyboard.type('echo still-$count\n');
    await shows(page, 'still-78');
    same((await opened()).length, before, 'sessions');
  });

  await stage.step('who signs out in another browser ends nothing here', async () => {
    const other = await stage.seat('engineer', { device: 'phone', door: 'engineers' });
    await other.context.addCookies(byCode);
    await other.goto('/passkeys');
    const outs = (await outside.events('signed_out')).length;
    await other.page.locator('form[action="/sign-out"] button').evaluate((button) => button.form.submit());
    await other.page.waitForURL(/\/sign-in/);
    same(await token(other), undefined, 'the cookie there');
    same((await outside.events('signed_out')).length, outs + 1, 'it is entered');
    await page.keyboard.type('echo here-$count\n');
    await shows(page, 'here-78');
  });

  await stage.step('who signs out in this browser ends what it opened, and the page says so', async () => {
    const tab = await seat.tab();
    await seat.goto('/my', tab);
    await tab.locator('form[action="/sign-out"] button').evaluate((button) => button.form.submit());
    await tab.waitForURL(/\/sign-in/);
    await stands(page, 'over');
    holds((await outside.events('session_closed')).length > 0, 'the session is over');
    same(await warning.isVisible(), false, 'of what is over no time is left');
  });
}
