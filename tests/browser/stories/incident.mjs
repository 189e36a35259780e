// An incident, written down on a telephone: begun with one tap, a sentence, a photo, a correction, the end. Without JavaScript too,
// because the page that is needed then has to be the simplest of all.

import { holds, same } from '../lib/same.mjs';
import { signIn, signInLike } from '../lib/sign-in.mjs';

const PHOTO = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from('the screen of the ward')]);
const SAID = '病棟の画面が英語になり、ファイルが開けない <b>';

export default async function incident(stage) {
  const { outside } = stage;
  const noted = () => outside.events('incident_noted');
  const rows = (seat) => seat.page.locator('ol.chronology > li');

  const phone = await stage.seat('clerk', { device: 'phone', js: false });
  await signIn(phone);

  await stage.step('one tap begins it, and the field to write in is there', async () => {
    await phone.goto('/incidents');
    await phone.sees('incidents-none');
    await phone.check();
    await phone.leads(() => phone.button('incident-begin').click());
    await phone.sees('done-incident-begun');
    same((await outside.events('incident_begun')).length, 1, 'incidents in the ledger');
    holds(await phone.field('note-said').isVisible(), 'the field for what happens');
    await phone.check();
  });

  await stage.step('a sentence and a photo are one tap, and stand there as they were sent', async () => {
    await phone.field('note-said').fill(SAID);
    await phone.field('note-photo').setInputFiles({ name: 'ward.jpg', mimeType: 'image/jpeg', buffer: PHOTO });
    await phone.leads(() => phone.button('note-add').click());
    await phone.sees('done-noted');
    const text = await rows(phone).last().innerText();
    holds(text.includes(SAID), 'what was written, as it was typed');
    same(await phone.page.locator('main b').count(), 0, 'markup that a person typed');
    same((await noted()).length, 1, 'notes in the ledger');
    await phone.check();
  });

  await stage.step('l28: what is no picture is refused, and nothing of it is kept', async () => {
    await phone.field('note-said').fill('a page as a photo');
    const page = { name: 'ward.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('<svg onload=alert(1)>') };
    await phone.field('note-photo').setInputFiles(page);
    await phone.page.locator('main form button.primary').click();
    await phone.page.getByText(SAID).waitFor({ state: 'detached' });
    same((await noted()).length, 1, 'notes in the ledger');
  });

  const desk = await stage.seat('clerk', { device: 'desk', language: 'en' });
  await signInLike(desk, phone);

  await stage.step('a correction is added on the desk, and what it corrects stays', async () => {
    await desk.goto('/incidents/1');
    await desk.field('note-said').fill('It was the screen of the pharmacy.');
    await desk.page.locator('main summary').click();
    await desk.field('note-corrects').fill('1');
    await desk.field('note-confidence').selectOption('probable');
    await desk.leads(() => desk.button('note-add').click());
    await desk.sees('done-noted');
    const text = await desk.page.locator('ol.chronology').innerText();
    holds(text.includes(SAID) && text.includes('pharmacy'), 'both notes');
    await desk.check();
  });

  await stage.step('the form for paper and the table are there', async () => {
    await desk.goto('/incidents/paper?form=3');
    same(await desk.page.locator('table.paper tbody tr').count(), 14, 'lines of a form');
    await desk.check();
  });

  await stage.step('it is closed by a person, and then nobody writes into it', async () => {
    await desk.goto('/incidents/1/close');
    await desk.field('incident-closed-said').fill('A drill.');
    await desk.page.locator('main form input[name=code]').fill(await outside.code(desk.person.login));
    await desk.check();
    await desk.leads(() => desk.page.locator('main form button.primary').click());
    await desk.sees('done-changed');
    same(await desk.page.locator('main form').count(), 0, 'forms to write with');
    same((await outside.events('incident_closed')).length, 1, 'ends in the ledger');
  });
}
