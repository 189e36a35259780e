// An engineer works in a browser and nothing else: asks, is allowed, types, pastes, loses the line, goes on.

import { engineerByPasskey } from '../lib/engineers-key.mjs';
import { addPasskey } from '../lib/passkeys.mjs';
import { holds, same } from '../lib/same.mjs';
import { signIn } from '../lib/sign-in.mjs';

/** Day and hour in Japan, so many minutes from now. */
function japan(minutes) {
  const there = new Date(Date.now() + (9 * 60 + minutes) * 60_000).toISOString();
  return { day: there.slice(0, 10), hour: there.slice(11, 16) };
}

/** Asks for the target, as the page asks; the visit's number. */
async function ask(seat, stage) {
  await seat.goto('/targets');
  await seat.leads(() => seat.link('work-ask').first().click());
  await seat.field('work-purpose').fill('検査システムの点検');
  await seat.field('work-contact').fill('090-0000-0007');
  const [from, until] = [japan(0), japan(60)];
  await seat.field('work-from-day').fill(from.day);
  await seat.field('work-from-time').fill(from.hour);
  await seat.field('work-until-day').fill(until.day);
  await seat.field('work-until-time').fill(until.hour);
  await seat.field('work-kind').selectOption('fault');
  const plan = { name: '作業計画書.txt', mimeType: 'text/plain', buffer: Buffer.from('1. look\n') };
  await seat.field('work-plan-file').setInputFiles(plan);
  await seat.leads(() => seat.button('work-send-request').click());
  await seat.page.waitForURL(/\/my\?done=/);
  const asked = (await stage.outside.events('visit_requested')).pop();
  const { request, visit } = asked.event;
  const approved = await stage.outside.sekisho(stage.facts.people.chief.login, 'approve', request);
  same(approved.code, 0, `the approval: ${approved.err}`);
  return visit.split('-').pop();
}

/** Until the terminal shows this. */
async function shows(page, text) {
  await page.locator('.xterm-rows').filter({ hasText: text }).waitFor();
}

async function stands(page, state) {
  await page.locator(`[data-island=terminal][data-state=${state}]`).waitFor();
}

export default async function terminal(stage) {
  const clerk = await stage.seat('clerk', { device: 'desk' });
  await signIn(clerk);
  await addPasskey(clerk);
  const { seat } = await engineerByPasskey(stage, clerk, 'engineer', { device: 'desk' });
  const { page } = seat;
  const number = await ask(seat, stage);
  const keys = page.locator('.xterm-helper-textarea');

  await stage.step('the terminal opens, says that it is recorded, and what is typed runs at the target', async () => {
    await seat.goto(`/visits/${number}/terminal`);
    await stands(page, 'live');
    await keys.focus();
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
