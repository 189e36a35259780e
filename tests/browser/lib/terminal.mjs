// An engineer asks for a visit in the pages, has it granted, and sits down at its terminal.

import { same } from './same.mjs';

/** Day and hour in Japan, so many minutes from now. */
function japan(minutes) {
  const there = new Date(Date.now() + (9 * 60 + minutes) * 60_000).toISOString();
  return { day: there.slice(0, 10), hour: there.slice(11, 16) };
}

/** What may pass one way: `{ under, mib }`. */
async function files(seat, way, { under, mib }) {
  const field = (name) => seat.page.locator(`[name="ssh_${way}${name}"]`);
  await field('').check();
  await field('_paths').fill(under);
  await field('_mib').fill(String(mib));
}

/**
 * Asks for the target, as the page asks; the visit's number. `upload`, `download`: `{ under, mib }`; `lasting`: for how
 * long the hospital grants it (`sekisho approve --for`).
 */
export async function askFor(seat, stage, { upload, download, lasting } = {}) {
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
  if (upload) await files(seat, 'upload', upload);
  if (download) await files(seat, 'download', download);
  const plan = { name: '作業計画書.txt', mimeType: 'text/plain', buffer: Buffer.from('1. look\n') };
  await seat.field('work-plan-file').setInputFiles(plan);
  await seat.leads(() => seat.button('work-send-request').click());
  await seat.page.waitForURL(/\/my\?done=/);
  const asked = (await stage.outside.events('visit_requested')).pop();
  const { request, visit } = asked.event;
  const shorter = lasting === undefined ? [] : ['--for', lasting];
  const approved = await stage.outside.sekisho(stage.facts.people.chief.login, 'approve', request, ...shorter);
  same(approved.code, 0, `the approval: ${approved.err}`);
  return visit.split('-').pop();
}

/** Until the terminal shows this. */
export async function shows(page, text) {
  await page.locator('.xterm-rows').filter({ hasText: text }).waitFor();
}

/** Until the terminal, or the desktop, stands so: `live`, `paused`, `lost` … */
export async function stands(page, state) {
  await page.locator(`[data-island][data-state=${state}]`).waitFor();
}

/** Where a terminal's keys go. */
export const keysOf = (page) => page.locator('.xterm-helper-textarea');

/** Opens a visit's terminal, and waits for its prompt. */
export async function sitDown(seat, number, page = seat.page) {
  await seat.goto(`/visits/${number}/terminal`, page);
  await stands(page, 'live');
  await keysOf(page).focus();
}
