// An engineer works in a browser and nothing else: asks, is allowed, types, pastes, loses the line, goes on.

import { engineerByPasskey } from '../lib/engineers-key.mjs';
import { addPasskey } from '../lib/passkeys.mjs';
import { holds, same } from '../lib/same.mjs';
import { signIn } from '../lib/sign-in.mjs';
import { askFor, keysOf, shows, sitDown, stands } from '../lib/terminal.mjs';

export default async function terminal(stage) {
  const clerk = await stage.seat('clerk', { device: 'desk' });
  await signIn(clerk);
  await addPasskey(clerk);
  const { seat } = await engineerByPasskey(stage, clerk, 'engineer', { device: 'desk' });
  const { page } = seat;
  const number = await askFor(seat, stage);
  const keys = keysOf(page);

  await stage.step('the terminal opens, says that it is recorded, and what is typed runs at the target', async () => {
    await sitDown(seat, number);
    await page.keyboard.type('echo typed-$((6*7))\n');
    await shows(page, 'typed-42');
    holds(/\d:\d\d:\d\d/.test(await page.locator('[data-part=left]').innerText()), 'the time left is in sight');
    await seat.check();
  });

  await stage.step('Japanese comes through the input method, once', async () => {
    const devtools = await seat.context.newCDPSession(page);
    await page.keyboard.type('echo ');
    await devtools.send('Input.imeSetComposition', { text: 'けんさ', selectionStart: 3, selectionEnd: 3 });
    await devtools.send('Input.insertText', { text: '検査' });
    // A person types on when they see what they chose; a key of the same instant would overtake it.
    await shows(page, '検査');
    await page.keyboard.type(' | sed s/^/ok-/\n');
    await shows(page, 'ok-検査');
  });

  await stage.step('a smaller window is a smaller terminal', async () => {
    await page.setViewportSize({ width: 700, height: 700 });
    await keys.focus();
    await page.keyboard.type('echo wide-$(stty size | cut -d" " -f2)-\n');
    const rows = page.locator('.xterm-rows');
    await rows.filter({ hasText: /wide-\d+-/ }).waitFor();
    const columns = Number(/wide-(\d+)-/.exec(await rows.innerText())[1]);
    holds(columns > 20 && columns < 90, `${columns} columns`);
  });

  await stage.step('a title, a link and a clipboard that the target asks for are nothing', async () => {
    await keys.focus();
    const evil = String.raw`printf '\033]0;evil\007\033]8;;https://evil.test\007here\033]8;;\007\033]52;c;ZXZpbA==\007 inert-%s\n' yes`;
    await page.keyboard.type(`${evil}\n`);
    await shows(page, 'inert-yes');
    holds(!(await page.title()).includes('evil'), 'the title is the page’s');
    same(await page.locator('.xterm a').count(), 0, 'links');
  });

  await stage.step('on a lost line the session waits, and goes on where it was', async () => {
    await keys.focus();
    await page.keyboard.type('count=77\n');
    const before = (await stage.outside.events('session_opened')).length;
    seat.line.cut();
    await stands(page, 'lost');
    seat.line.mend();
    await stands(page, 'live');
    await keys.focus();
    await page.keyboard.type('echo still-$count\n');
    await shows(page, 'still-77');
    same((await stage.outside.events('session_opened')).length, before, 'sessions');
  });

  await stage.step('a second tab asks, takes over, and the first is told', async () => {
    const second = await seat.tab();
    await seat.goto(`/visits/${number}/terminal`, second);
    await seat.sees('terminal-elsewhere', {}, second);
    await second.locator('[data-part=take-over]').click();
    await stands(second, 'live');
    await seat.sees('terminal-taken-over');
    await shows(second, 'still-77');
    second.on('dialog', (dialog) => dialog.accept());
    await second.locator('[data-part=leave]').click();
    await seat.sees('terminal-ended', {}, second);
    await second.close();
  });
}
