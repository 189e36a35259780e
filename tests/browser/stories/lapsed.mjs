// A request that is wrong, and one that is too late: each says so where one looks, and nothing that was typed is lost.

import { engineerByPasskey } from '../lib/engineers-key.mjs';
import { addPasskey } from '../lib/passkeys.mjs';
import { PLAN, fill, japan, open, requests, told } from '../lib/requests.mjs';
import { same } from '../lib/same.mjs';
import { signIn, signInLike } from '../lib/sign-in.mjs';

const LOOKS = [
  { device: 'phone', language: 'ja' },
  { device: 'desk', language: 'en' },
  { device: 'desk', language: 'ja' },
  { device: 'phone', language: 'en' },
];

export default async function lapsed(stage) {
  const clerk = await stage.seat('clerk', { device: 'phone' });
  await signIn(clerk);
  await addPasskey(clerk);
  const { seat: first } = await engineerByPasskey(stage, clerk, 'engineer', LOOKS[0]);
  // Its hours pass while the mistakes are made.
  const { request } = await stage.outside.ask('brief');
  const seats = [];
  for (const look of LOOKS) {
    const seat = await stage.seat('engineer', { ...look, door: 'engineers' });
    await signInLike(seat, first);
    await mistakes(stage, seat);
    seats.push(seat);
  }
  for (const seat of seats) await tooLate(stage, seat, request);
  await lateApprover(stage, clerk, request);
}

/** What is wrong is said beside its field, all at once, and nothing of what was typed is lost. */
async function mistakes(stage, seat) {
  const purpose = `まちがい ${seat.device}-${seat.language}`;
  await stage.step(told(seat, 'what is wrong is said beside its field, and what was typed stays'), async () => {
    const before = await requests(stage);
    await open(seat);
    await fill(seat, purpose);
    await seat.field('work-until-day').fill(japan(-3 * 24 * 60).day);
    await seat.field('work-sub-contractor').fill('../1');
    const { page } = seat;
    await page.locator('summary', { hasText: seat.say('work-files-open') }).click();
    await page.locator('#file_name_1').fill('logs.zip');
    await page.locator('#file_sha_1').fill('abc');
    await seat.field('work-plan-file').setInputFiles(PLAN);
    await seat.leads(() => seat.button('work-send-request').click());
    await seat.sees('work-look-again');
    const expected = [
      ['until_time', 'work-wrong-order'],
      ['sub_contractor', 'work-wrong-sub-contractor'],
      ['file_sha_1', 'work-wrong-hash'],
    ];
    for (const [field, says] of expected) {
      await page.locator(`#${field}-wrong`).getByText(seat.say(says)).waitFor();
      same(await page.locator(`#${field}`).getAttribute('aria-invalid'), 'true', `${field} is marked`);
      const link = page.locator(`[role=alert] a[href="#${field}"]`);
      same(await link.count(), 1, `links to ${field}`);
    }
    await seat.check();
    same(await seat.field('work-purpose').inputValue(), purpose, 'the purpose');
    same(await page.locator('#file_sha_1').inputValue(), 'abc', 'the hash');
    await seat.sees('work-file-kept', { name: PLAN.name });
    same(await requests(stage), before, 'requests in the ledger');
  });

  await stage.step(told(seat, 'mended, it is still the same draft; thrown away, it is gone'), async () => {
    await seat.page.reload({ waitUntil: 'load' });
    same(await seat.field('work-purpose').inputValue(), purpose, 'the purpose after a reload');
    await seat.goto('/my');
    const drafts = seat.page.locator('form[action="/drafts/discard"]');
    const count = await drafts.count();
    await seat.leads(() => drafts.first().getByRole('button').click());
    await seat.sees('done-draft-discarded');
    same(await drafts.count(), count - 1, 'drafts');
  });
}

/** A request whose hours have passed says so, and is the beginning of another. */
async function tooLate(stage, seat, request) {
  const path = `/requests/${request.split('-').pop()}`;
  await stage.step(told(seat, 'a request whose hours have passed says so, and offers to ask again'), async () => {
    await until(async () => {
      await seat.goto(path);
      return (await seat.page.getByText(seat.say('work-lapsed')).count()) > 0;
    });
    await seat.sees('request-state-lapsed');
    await seat.seesNot('console-decided');
    await seat.check();
    await seat.leads(() => seat.link('work-ask-again').click());
    same(await seat.field('work-purpose').inputValue(), 'monthly inspection', 'the purpose');
    await seat.goto('/my');
    await seat.sees('work-lapsed');
    const { out } = await stage.outside.sekisho(seat.person.login, 'requests', '--all');
    same(out.find(({ id }) => id === request).state, 'lapsed', 'the state that the command line prints');
  });
}

/** The link in the approver's mail, opened too late. */
async function lateApprover(stage, clerk, request) {
  await stage.step('an approver who comes too late is told so, and has nothing to press', async () => {
    await clerk.goto(`/requests/${request.split('-').pop()}`);
    await clerk.sees('work-lapsed-for-hospital');
    same(await clerk.page.locator('form[action$="/approve"], form[action$="/refuse"]').count(), 0, 'answers');
    await clerk.check();
  });
}

/** Until it is so; a story that waits for what does not come is ended by whoever started it. */
async function until(holds) {
  const end = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('it did not come');
  }
}
