// The report of a visit: begun from the recording, kept, filed once; and what the hospital then sees on one page.

import { engineerByPasskey } from '../lib/engineers-key.mjs';
import { addPasskey } from '../lib/passkeys.mjs';
import { keeps, told } from '../lib/requests.mjs';
import { holds, same } from '../lib/same.mjs';
import { signIn, signInLike } from '../lib/sign-in.mjs';

const LOOKS = [
  { device: 'phone', language: 'ja' },
  { device: 'desk', language: 'en' },
  { device: 'desk', language: 'ja' },
  { device: 'phone', language: 'en' },
];

const COMMAND = 'echo read-$((6*7))';
const DONE = 'ログを確かめました <script>alert(1)</script>';
const OWN_FORM = { name: '弊社様式.html', mimeType: 'text/html', buffer: Buffer.from('<script>1</script>') };
/** What turns the direction of writing: a command with one of these reads as another. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/;

export default async function report(stage) {
  const clerk = await stage.seat('clerk', { device: 'desk' });
  await signIn(clerk);
  const finger = await addPasskey(clerk);
  const { seat: first } = await engineerByPasskey(stage, clerk, 'engineer', LOOKS[0]);
  const engineers = [];
  for (const look of LOOKS) {
    const seat = await stage.seat('engineer', { ...look, door: 'engineers' });
    await signInLike(seat, first);
    engineers.push(seat);
  }
  for (const seat of engineers) await begins(stage, seat);
  await writes(stage, engineers[0]);
  await files(stage, engineers[0]);
  await isInert(stage, clerk);
  await supplements(stage, engineers[1]);
  const clerks = [];
  for (const look of LOOKS) {
    const seat = await stage.seat('clerk', look);
    await signInLike(seat, clerk);
    await reviews(stage, seat);
    clerks.push(seat);
  }
  const [phone, desk] = clerks;
  const atDesk = await finger.alsoAt(desk.page);
  await asks(stage, desk, engineers[1]);
  // It has counted its touches on.
  await atDesk.alsoAt(phone.page);
  await signs(stage, phone);
  for (const seat of clerks) await isSigned(stage, seat);
}

/** The reports that the ledger has. */
async function filed(stage) {
  return stage.outside.events('report_filed');
}

/** What the command line prints of the visit. */
async function printed(stage, person) {
  const { out, err } = await stage.outside.sekisho(person.login, 'visit', 'show', stage.facts.visitId);
  holds(out.story !== undefined, `the command line tells the visit: ${err}`);
  return out.story;
}

async function begins(stage, seat) {
  await stage.step(told(seat, 'l28: the form begins with what was recorded, as text and nothing else'), async () => {
    await seat.goto(`/visits/${stage.facts.visit}/report`);
    await seat.check();
    const proposed = await seat.field('work-done').inputValue();
    const { commands } = await printed(stage, seat.person);
    holds(proposed.includes(COMMAND), `the form does not propose ${COMMAND}:\n${proposed}`);
    holds(!TURNS.test(proposed), 'what turns the direction of writing is proposed');
    const rows = await seat.page.locator('main dd code').allInnerTexts();
    same(rows.length, commands.length, 'commands on the page and on the command line');
    same(await seat.page.locator('main img').count(), 0, 'markup that was typed into a target');
  });
}

async function writes(stage, seat) {
  const { page } = seat;

  await stage.step('what is added survives a reload, and the draft stands under "my work"', async () => {
    const saved = keeps(page, DONE);
    await seat.field('work-done').fill(DONE);
    await saved;
    await seat.sees('work-draft-saved');
    await page.reload({ waitUntil: 'load' });
    same(await seat.field('work-done').inputValue(), DONE, 'what was done, after a reload');
    await seat.goto('/my');
    await seat.check();
    await seat.leads(() => seat.link('work-draft-report').click());
    same(await seat.field('work-done').inputValue(), DONE, 'what was done, in the draft');
  });

  await stage.step('a second window of the report is told, and overwrites nothing by itself', async () => {
    const second = await seat.tab();
    await seat.goto(`/visits/${stage.facts.visit}/report`, second);
    const saved = keeps(page, 'なし');
    await seat.field('work-changes').fill('なし');
    await saved;
    await seat.field('work-changes', second).fill('あり');
    await seat.sees('work-draft-elsewhere', {}, second);
    await second.close();
    await page.reload({ waitUntil: 'load' });
    same(await seat.field('work-changes').inputValue(), 'なし', 'what is kept');
  });

  await stage.step('what is wrong is said beside its field, and what was typed stays', async () => {
    await seat.field('work-patients-listed').fill('10:05 患者番号 1');
    await seat.field('work-own-form').setInputFiles(OWN_FORM);
    await seat.leads(() => seat.button('work-file-report').click());
    await seat.sees('work-look-again');
    await page.locator('#patients-wrong').getByText(seat.say('work-wrong-patients')).waitFor();
    await seat.check();
    same(await seat.field('work-done').inputValue(), DONE, 'what was done');
    await seat.sees('work-file-kept', { name: OWN_FORM.name });
    same((await filed(stage)).length, 0, 'reports in the ledger');
  });
}

async function files(stage, seat) {
  await stage.step('a double tap files it once, and the back button files nothing', async () => {
    await seat.field('work-patients-seen').fill('1');
    await seat.button('work-file-report').dblclick();
    await seat.page.waitForURL(/done=done-report-filed/);
    await seat.sees('work-report-filed');
    await seat.check();
    same((await filed(stage)).length, 1, 'reports in the ledger');
    await seat.page.goBack({ waitUntil: 'load' });
    await seat.goto(`/visits/${stage.facts.visit}/report`);
    await seat.sees('work-report-supplement');
    same((await filed(stage)).length, 1, 'reports in the ledger');
  });

  await stage.step('page, command line and ledger say the same of the report and of its differences', async () => {
    const out = await printed(stage, seat.person);
    const text = await seat.page.locator('main').innerText();
    const stated = out.reports.at(-1).stated;
    same([stated.done, stated.changes, stated.patients], [DONE, 'なし', 1], 'the report');
    holds(text.includes(DONE), 'the page shows what was done, as it was typed');
    const shown = await seat.page.locator('ul.signs > li').count();
    same(shown, out.differences.length, 'differences');
    const [{ event }] = await filed(stage);
    same(event.visit, stage.facts.visitId, 'the visit in the ledger');
  });
}

async function supplements(stage, seat) {
  await stage.step('it is supplemented from another computer, and both reports stay', async () => {
    await seat.goto(`/visits/${stage.facts.visit}/report`);
    await seat.check();
    same(await seat.field('work-done').inputValue(), DONE, 'what was filed is the beginning');
    await seat.field('work-next').fill('来月');
    await seat.leads(() => seat.button('work-file-report').click());
    await seat.sees('done-report-filed');
    await seat.check();
    const out = await printed(stage, seat.person);
    same(out.reports.length, 2, 'reports on the command line');
    same((await filed(stage)).length, 2, 'reports in the ledger');
  });
}

async function reviews(stage, seat) {
  await stage.step(told(seat, 'one page has plan, approval, commands, report and differences, as they are'), async () => {
    const { page } = seat;
    await seat.goto(`/visits/${stage.facts.visit}`);
    await seat.check();
    for (const word of ['story-differences', 'story-request', 'story-commands', 'story-report', 'story-earlier']) {
      await seat.sees(word);
    }
    const out = await printed(stage, seat.person);
    const text = await page.locator('main').innerText();
    for (const fact of [stage.facts.target, COMMAND, DONE, '来月']) {
      holds(text.includes(fact), `the page does not say ${fact}:\n${text}`);
    }
    holds(!TURNS.test(text), 'what turns the direction of writing stands on the page');
    const signs = await page.locator('ul.signs > li').count();
    same(signs, out.differences.length, 'differences on the page and on the command line');
    same(await page.locator('ol.told > li code').first().innerText(), out.commands[0].text, 'the first command');
    same(await page.locator('main :is(img, script)').count(), 0, 'markup that somebody typed');
  });
}

const QUESTION = 'Why was it read twice? <b>';

/** What the ledger and the command line say of the visit's reviews, which must be the same. */
async function signed(stage, person) {
  const entered = await stage.outside.events('visit_reviewed');
  const { visit } = await printed(stage, person);
  const told = (visit.reviews ?? []).map(({ by, verdict, report }) => [by, verdict, report]);
  same(
    told,
    entered.map(({ by, event }) => [by.who.person, event.verdict, event.report]),
    'reviews on the command line and in the ledger',
  );
  return visit.reviews ?? [];
}

async function asks(stage, seat, engineer) {
  await stage.step('a question is asked with a touch, and stands before the engineer until it is answered', async () => {
    await seat.goto('/');
    await seat.leads(() => seat.page.getByRole('link', { name: seat.say('console-unsigned', { count: 1 }) }).click());
    await seat.check();
    await seat.page.locator('#review summary', { hasText: seat.say('visits-question') }).click();
    await seat.field('visits-question-text').fill(QUESTION);
    await seat.check();
    await seat.leads(() => seat.button('visits-question-send').click());
    await seat.sees('done-questioned');
    await seat.check();
    same((await signed(stage, seat.person)).map(({ verdict }) => verdict), ['questioned'], 'reviews');
    await engineer.goto(`/visits/${stage.facts.visit}/report`);
    await engineer.sees('visits-question-asked');
    await engineer.page.locator('main').getByText(QUESTION).waitFor();
    await engineer.check();
    await engineer.field('work-next').fill('再来月');
    await engineer.leads(() => engineer.button('work-file-report').click());
    await engineer.sees('done-report-filed');
    await engineer.seesNot('visits-question-asked');
  });
}

async function signs(stage, seat) {
  await stage.step('the clerk finds it waiting on the phone, and signs for the visit with a touch', async () => {
    await seat.goto('/');
    await seat.check();
    await seat.leads(() => seat.page.getByRole('link', { name: seat.say('console-unsigned', { count: 1 }) }).click());
    await seat.sees('visits-review-lead');
    await seat.leads(() => seat.button('visits-accept').click());
    await seat.sees('done-reviewed');
    await seat.check();
    const reviews = await signed(stage, seat.person);
    same(reviews.map(({ verdict }) => verdict), ['questioned', 'accepted'], 'reviews');
    const { reports } = await printed(stage, seat.person);
    same(reviews.at(-1).report, reports.at(-1).sha256, 'the report that was signed');
    await seat.goto('/');
    same(await seat.page.locator('a[href*="#review"]').count(), 0, 'visits that wait on the home page');
  });
}

async function isSigned(stage, seat) {
  await stage.step(told(seat, 'the page says who asked and who signed, as command line and ledger do'), async () => {
    await seat.goto(`/visits/${stage.facts.visit}`);
    await seat.check();
    const reviews = await signed(stage, seat.person);
    const rows = seat.page.locator('#review ul.rows > li');
    same(await rows.count(), reviews.length, 'reviews on the page and on the command line');
    const last = await rows.last().innerText();
    const { by_name: name, report } = reviews.at(-1);
    await rows.last().getByText(seat.say('visits-accepted')).waitFor();
    for (const fact of [name, report]) {
      holds(last.includes(fact), `the last review does not say ${fact}:\n${last}`);
    }
    same(await seat.button('visits-accept').count(), 0, 'buttons to sign once more');
  });
}

async function isInert(stage, clerk) {
  await stage.step("the vendor's own form is a file to keep, and nothing that a browser runs", async () => {
    await clerk.goto(`/visits/${stage.facts.visit}`);
    await clerk.page.getByRole('link', { name: OWN_FORM.name }).waitFor();
    const served = await clerk.page.evaluate(async (path) => {
      const answer = await fetch(path);
      const header = (name) => answer.headers.get(name);
      return [header('content-type'), header('content-disposition'), header('content-security-policy'), await answer.text()];
    }, `/visits/${stage.facts.visit}/report-file`);
    const [type, how, policy, text] = served;
    same([type, text], ['application/octet-stream', OWN_FORM.buffer.toString()], 'its type and its bytes');
    holds(how.startsWith('attachment') && policy.includes('sandbox'), `${how}; ${policy}`);
  });
}
