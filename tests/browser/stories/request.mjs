// An engineer asks: what they type is kept, it is sent once, and the page follows what the hospital makes of it.

import { engineerByPasskey } from '../lib/engineers-key.mjs';
import { addPasskey } from '../lib/passkeys.mjs';
import { HOSTILE, PLAN, fill, latest, open, requests, told, types, window } from '../lib/requests.mjs';
import { holds, same } from '../lib/same.mjs';
import { signIn, signInLike } from '../lib/sign-in.mjs';

const LOOKS = [
  { device: 'phone', language: 'ja' },
  { device: 'desk', language: 'en' },
];

const CONDITIONS = '電話をつないだまま作業してください <i>';
const REASON = '当日は診療システムの更新があります <i>';

export default async function request(stage) {
  const clerk = await stage.seat('clerk', { device: 'desk' });
  await signIn(clerk);
  await addPasskey(clerk);
  const { seat: first } = await engineerByPasskey(stage, clerk, 'engineer', LOOKS[0]);
  for (const look of LOOKS) {
    const seat = await stage.seat('engineer', { ...look, door: 'engineers' });
    await signInLike(seat, first);
    await writes(stage, seat);
    await sends(stage, seat);
    await hears(stage, seat);
  }
}

/** What is typed survives: a reload, a closed tab, leaving in the wrong moment, a second window. */
async function writes(stage, seat) {
  const { page } = seat;
  const before = await requests(stage);
  const purpose = `検査システムの点検 <b> ${seat.device}-${seat.language}`;

  await stage.step(told(seat, 'the form is empty but for the target'), async () => {
    await open(seat);
    const target = await seat.field('work-target').locator('option:checked').innerText();
    same(target, stage.facts.target, 'the target');
  });

  await stage.step(told(seat, 'whoever leaves before anything is kept is asked first'), async () => {
    const asked = page.waitForEvent('dialog');
    await seat.field('work-purpose').click();
    await page.keyboard.type('x');
    await page.evaluate(() => setTimeout(() => location.reload(), 0));
    const dialog = await asked;
    same(dialog.type(), 'beforeunload', 'what is asked');
    await dialog.dismiss();
    same(await seat.field('work-purpose').inputValue(), 'x', 'what was typed');
  });

  await stage.step(told(seat, 'a draft survives a reload'), async () => {
    await types(seat, 'work-purpose', purpose);
    await page.reload({ waitUntil: 'load' });
    same(await seat.field('work-purpose').inputValue(), purpose, 'the purpose after a reload');
    same(await requests(stage), before, 'requests in the ledger');
  });

  await stage.step(told(seat, 'a draft survives a closed tab, and is found again under "my work"'), async () => {
    await types(seat, 'work-contact', '090-0000-0009');
    seat.page = await seat.tab();
    await page.close();
    await seat.goto('/my');
    await seat.leads(() => seat.link('work-draft-request').first().click());
    same(await seat.field('work-purpose').inputValue(), purpose, 'the purpose in a new tab');
    same(await seat.field('work-contact').inputValue(), '090-0000-0009', 'the telephone in a new tab');
  });

  await stage.step(told(seat, 'of two windows of one draft the second is told, and overwrites nothing by itself'), async () => {
    const second = await seat.tab();
    await seat.goto(new URL(seat.page.url()).pathname + new URL(seat.page.url()).search, second);
    await types(seat, 'work-purpose', `${purpose} 1`);
    await seat.field('work-purpose', second).fill(`${purpose} 2`);
    await seat.sees('work-draft-elsewhere', {}, second);
    await seat.leads(() => seat.button('work-save-draft', second).click(), second);
    await seat.sees('work-draft-elsewhere', {}, second);
    same(await seat.field('work-purpose', second).inputValue(), `${purpose} 2`, 'what the second window holds');
    await seat.page.reload({ waitUntil: 'load' });
    same(await seat.field('work-purpose').inputValue(), `${purpose} 1`, 'what is kept');
    await seat.leads(() => seat.button('work-save-draft', second).click(), second);
    await seat.sees('done-draft-saved', {}, second);
    await seat.page.reload({ waitUntil: 'load' });
    same(await seat.field('work-purpose').inputValue(), `${purpose} 2`, 'what the second meant to be kept');
    await second.close();
    same(await requests(stage), before, 'requests in the ledger');
  });
}

/** It is sent once: by two taps, by the back button, from a second window. */
async function sends(stage, seat) {
  const before = await requests(stage);
  const purpose = `ディスク交換 ${seat.device}-${seat.language}`;
  const second = await seat.tab();

  await stage.step(told(seat, 'a double tap sends once'), async () => {
    await fill(seat, purpose);
    await seat.field('work-plan-file').setInputFiles(PLAN);
    await seat.leads(() => seat.button('work-save-draft').click());
    await seat.sees('done-draft-saved');
    await seat.goto(new URL(seat.page.url()).pathname + new URL(seat.page.url()).search, second);
    await seat.button('work-send-request').dblclick();
    await seat.page.waitForURL(/\/my\?done=done-request-sent/);
    await seat.sees('done-request-sent');
    same(await requests(stage), before + 1, 'requests in the ledger');
  });

  await stage.step(told(seat, 'the back button says that it was sent, and sends nothing'), async () => {
    await seat.page.goBack({ waitUntil: 'load' });
    await seat.page.waitForURL(/\/my\?done=done-request-sent/);
    await seat.sees('done-request-sent');
    same(await requests(stage), before + 1, 'requests in the ledger');
  });

  await stage.step(told(seat, 'a second window of what was sent is led to what came of it'), async () => {
    await seat.leads(() => seat.button('work-send-request', second).click(), second);
    await seat.sees('done-request-sent', {}, second);
    same(await requests(stage), before + 1, 'requests in the ledger');
    await second.close();
  });

  await stage.step(told(seat, 'the plan is a file to keep, and nothing that a browser runs'), async () => {
    const { request } = await latest(stage);
    const path = `/requests/${request.split('-').pop()}/plan`;
    const served = await seat.page.evaluate(async (path) => {
      const answer = await fetch(path);
      const header = (name) => answer.headers.get(name);
      return {
        type: header('content-type'),
        how: header('content-disposition'),
        policy: header('content-security-policy'),
        sniff: header('x-content-type-options'),
        text: await answer.text(),
      };
    }, path);
    same(served.type, 'application/octet-stream', 'the type of the plan');
    holds(served.how.startsWith('attachment'), `how it is served: ${served.how}`);
    holds(served.policy.includes('sandbox') && served.policy.includes("default-src 'none'"), served.policy);
    same(served.sniff, 'nosniff', 'what a browser may guess');
    same(served.text, HOSTILE, 'its bytes');
  });

  await stage.step(told(seat, 'page, command line and ledger say the same'), async () => {
    const event = await latest(stage);
    await seat.goto(`/requests/${event.request.split('-').pop()}`);
    await seat.check();
    const text = await seat.page.locator('main').innerText();
    const { out } = await stage.outside.sekisho(seat.person.login, 'requests', '--all');
    const shown = out.find(({ id }) => id === event.request);
    const facts = [shown.purpose, shown.contact, shown.target_name, shown.plan_name];
    for (const fact of facts) holds(text.includes(fact), `the page does not say ${fact}:\n${text}`);
    same([shown.purpose, shown.contact, shown.plan_name], [purpose, '090-0000-0007', PLAN.name], 'the command line');
    same([shown.visit, shown.state], [event.visit, 'awaiting_approval'], 'the ledger');
    same(await seat.page.locator('main b').count(), 0, 'markup that a person typed');
  });
}

/** The page of one's own work follows what the hospital answers. */
async function hears(stage, seat) {
  const { outside, facts } = stage;
  const chief = facts.people.chief.login;
  const asked = await latest(stage);

  await stage.step(told(seat, 'a page that is open shows the approval and its conditions when they are given'), async () => {
    await seat.goto('/my');
    await seat.sees('request-state-awaiting-approval');
    const approved = await outside.sekisho(chief, 'approve', asked.request, '--condition', CONDITIONS);
    same(approved.code, 0, `the approval: ${approved.err}`);
    await seat.page.locator('[data-live=work-open]').getByText(CONDITIONS).waitFor();
    await seat.sees('work-left');
    same(await seat.page.locator('main i').count(), 0, 'markup that a person typed');
    await seat.check();
    await seat.goto(`/requests/${asked.request.split('-').pop()}`);
    await seat.sees('work-conditions');
    await seat.check();
    const { out } = await outside.sekisho(seat.person.login, 'visit', 'show', asked.visit);
    same(out.conditions, CONDITIONS, 'the conditions that the command line prints');
  });

  await stage.step(told(seat, 'an earlier request is the beginning of another: everything but when, and the file'), async () => {
    const before = await requests(stage);
    await seat.leads(() => seat.page.locator(`a[href="/requests/new?again=${asked.request.split('-').pop()}"]`).click());
    same(await seat.field('work-contact').inputValue(), '090-0000-0007', 'the telephone');
    same(await seat.field('work-kind').inputValue(), 'inspection', 'the kind of work');
    same(await seat.field('work-from-day').inputValue(), '', 'the day');
    await window(seat);
    await seat.field('work-plan-text').fill('1. 記録を見る');
    await seat.leads(() => seat.button('work-send-request').click());
    await seat.page.waitForURL(/\/my\?done=done-request-sent/);
    same(await requests(stage), before + 1, 'requests in the ledger');
  });

  await stage.step(told(seat, 'and the refusal of it, with its reason'), async () => {
    const { request } = await latest(stage);
    const refused = await outside.sekisho(chief, 'refuse', request, '--reason', REASON);
    same(refused.code, 0, `the refusal: ${refused.err}`);
    await seat.page.locator('[data-live=work-past]').getByText(REASON).first().waitFor();
    await seat.check();
    const { out } = await outside.sekisho(seat.person.login, 'requests', '--all');
    const shown = out.find(({ id }) => id === request);
    same(shown.state.refused.reason, REASON, 'the reason that the command line prints');
  });
}
