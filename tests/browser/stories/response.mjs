// What an incident asks of people, on a telephone and without JavaScript: the evidence before anything is changed, whom to tell,
// who decided, what may be said outside. Then the report, and what was prepared beforehand.

import { holds, same } from '../lib/same.mjs';
import { signIn } from '../lib/sign-in.mjs';

const KINDS = ['configuration', 'logs', 'ledger', 'seals', 'checkpoint'];
const NOTED = '電子カルテが使えない';
const SAID = '電子カルテを停止し、紙のカルテで診療しています。';

export default async function response(stage) {
  const { outside } = stage;
  const steps = () => outside.events('incident_stepped');

  /** Opens the form behind a line of a section, fills it in and sends it. */
  async function takes(seat, section, title, fill) {
    await seat.goto('/incidents/1/steps');
    const behind = seat.page.locator(`#${section} details`, { hasText: seat.say(title) }).first();
    await behind.locator('summary').click();
    await fill(behind);
    await seat.leads(() => behind.locator('button[type=submit]').click());
    await seat.sees('done-noted');
  }
  const said = (form, text) => form.locator('[name=said]').fill(text);
  const name = (form, chosen) => form.locator('[name=name]').selectOption(chosen);

  const phone = await stage.seat('clerk', { device: 'phone', js: false });
  await signIn(phone);

  await stage.step('while nothing happens a card is agreed and somebody is called', async () => {
    await phone.goto('/preparation');
    await phone.sees('preparation-missing');
    await phone.check();
    await phone.page.locator('summary', { hasText: phone.say('preparation-agree') }).click();
    const agreeing = phone.page.locator('form[action$=policies]');
    await agreeing.locator('[name=matter]').selectOption('no-payment');
    await said(agreeing, '身代金は払わない。');
    await phone.leads(() => agreeing.locator('button').click());
    await phone.sees('done-changed');
    await phone.page.locator('summary', { hasText: phone.say('preparation-add') }).click();
    const adding = phone.page.locator('form.narrow[action$=contacts]');
    await adding.locator('[name=role]').selectOption('police');
    await adding.locator('[name=name]').fill('県警サイバー犯罪対策課');
    await adding.locator('[name=reach]').fill('000-0110');
    await phone.leads(() => adding.locator('button').click());
    await phone.leads(() => phone.button('preparation-was-reached').click());
    await phone.sees('preparation-tried');
    same((await outside.events('contact_tried')).length, 1, 'calls in the ledger');
    await phone.check();
  });

  await stage.step('an incident begins, and a note says what is seen', async () => {
    await phone.goto('/incidents');
    await phone.leads(() => phone.button('incident-begin').click());
    await phone.field('note-said').fill(NOTED);
    await phone.leads(() => phone.button('note-add').click());
  });

  await stage.step('nothing that destroys evidence can be marked as done before all of it is kept', async () => {
    await phone.goto('/incidents/1/steps');
    await phone.check();
    await phone.sees('reason-not-preserved');
    same(await phone.page.locator('form input[value=changed]').count(), 0, 'forms for what destroys evidence');
    for (const kind of KINDS) {
      const title = kind === 'logs' ? 'response-not-kept' : 'response-kept';
      await takes(phone, 'evidence', title, async (form) => {
        await name(form, kind);
        await said(form, '情報室の金庫');
        if (kind === 'configuration') {
          const file = { name: 'vpn.conf', mimeType: 'text/plain', buffer: Buffer.from('hostname vpn') };
          await form.locator('[name=file]').setInputFiles(file);
        }
      });
    }
    await takes(phone, 'evidence', 'response-change', async (form) => {
      await name(form, 'firmware');
      await said(form, 'VPN装置');
    });
    const kept = await steps();
    same(kept.length, KINDS.length + 1, 'steps in the ledger');
    holds(kept[0].event.step.step.captured.sha256?.length === 64, 'the digest of the file');
  });

  await stage.step('whom to tell, who decided, what works again and what leaked is written down', async () => {
    await takes(phone, 'duties', 'response-told', async (form) => {
      await name(form, 'police');
      await said(form, '受付番号12');
    });
    await takes(phone, 'decisions', 'response-decide', async (form) => {
      await name(form, 'no-payment');
      await said(form, '払わない');
      await form.locator('[name=who]').fill('院長、事務長');
    });
    await takes(phone, 'care', 'response-care-works', async (form) => {
      await name(form, 'paper-charts');
      await said(form, '全病棟');
    });
    await takes(phone, 'judged', 'response-judge', async (form) => {
      await form.locator('[name=who]').fill('検査結果');
      await name(form, 'unknown');
      await said(form, '調査中');
    });
    const judged = (await steps()).find((entry) => entry.event.step.step.judged);
    holds(judged, 'the judgement in the ledger');
    await takes(phone, 'judged', 'response-judge', async (form) => {
      await form.locator('[name=about]').selectOption({ label: '検査結果' });
      await name(form, 'possible');
      await said(form, '外への通信が見つかった');
    });
    await phone.goto('/incidents/1/steps');
    same(await phone.page.locator('#judged ol > li').count(), 2, 'judgements, the old one too');
    holds((await phone.page.locator('#decisions').innerText()).includes('身代金は払わない。'), 'the card');
    await phone.check();
  });

  await stage.step('s1-10: a notice is made of what may be said', async () => {
    await takes(phone, 'notices', 'response-say', async (form) => said(form, SAID));
    await takes(phone, 'notices', 'response-draft', async (form) => {
      await name(form, 'first');
      await form.locator('[name=facts]').check();
    });
    const letter = await phone.page.locator('pre.letter').innerText();
    holds(letter.includes(SAID) && !letter.includes(NOTED), 'the sentence, and not the note');
  });

  const chief = await stage.seat('chief', { device: 'desk', language: 'en' });
  await signIn(chief);

  await stage.step('somebody else approves it, and it goes out', async () => {
    await chief.goto('/incidents/1/steps');
    await chief.check();
    const approving = chief.page.locator('form', { has: chief.page.locator('input[value=approved]') });
    await said(approving, 'yes');
    await chief.leads(() => chief.button('response-approve').click());
    const publishing = chief.page.locator('form', { has: chief.page.locator('input[value=published]') });
    await said(publishing, 'on our site');
    await chief.leads(() => chief.button('response-publish').click());
    await chief.sees('step-published');
  });

  await stage.step('a lesson and a task remain, and the report has all of it', async () => {
    await takes(chief, 'afterwards', 'response-learn', (form) => said(form, 'The box was not updated.'));
    await takes(chief, 'afterwards', 'response-give', async (form) => {
      await said(form, 'Take the box away');
      await form.locator('[name=owner]').selectOption({ index: 0 });
      await form.locator('[name=due]').fill('2030-01-31');
    });
    await chief.goto('/incidents/1/report');
    const report = await chief.page.locator('main').innerText();
    for (const held of [SAID, 'Take the box away', 'VPN装置', '受付番号12', NOTED]) {
      holds(report.includes(held), `${held} in the report`);
    }
    await chief.check();
  });
}
