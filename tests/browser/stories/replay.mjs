// Looking back: a fresh touch opens the recording; it is played, sought and searched by the keys too; the
// visit's page, the command line and the ledger say the same.

import { holds, same } from '../lib/same.mjs';
import { signIn } from '../lib/sign-in.mjs';

export default async function replay(stage) {
  const { outside, facts } = stage;
  const seat = await stage.seat('clerk', { device: 'desk' });
  await signIn(seat, `/visits/${facts.visit}`);
  const page = seat.page;

  await stage.step('one page has request, approval, session, commands and report, as the command line prints them', async () => {
    await seat.check();
    const text = await page.locator('main').innerText();
    const { out } = await outside.sekisho(seat.person.login, 'visit', 'show', facts.visitId);
    holds(out.commands === undefined || out.commands.length >= 0, 'the command line prints the visit');
    for (const word of ['story-request', 'story-sessions', 'story-commands', 'story-report']) await seat.sees(word);
    holds(text.includes('seen-$((6*7))'), `the page does not show the command:\n${text}`);
    same((await outside.events('viewed')).filter(({ event }) => event.what === 'visit').length, 1, 'looks at the visit');
  });

  await stage.step('the recording opens by a fresh code, and the look is an entry', async () => {
    const before = (await outside.events('recording_viewed')).length;
    await seat.goto(`/sessions/${facts.session}/replay`);
    await seat.check();
    await page.locator('form.narrow input[name=code]').fill(await outside.code(seat.person.login));
    await seat.leads(() => seat.button('replay-open').click());
    await page.locator('[data-island=replay][data-ready=yes]').waitFor();
    await seat.check();
    const looks = (await outside.events('recording_viewed')).slice(before);
    const plays = looks.filter(({ event }) => event.how === 'play');
    same(plays.length, 1, 'plays in the ledger');
  });

  await stage.step('the keys move through it: the end shows what the end showed', async () => {
    await page.locator('h1').click();
    await page.keyboard.press('End');
    await page.locator('.screen').getByText('done-48').first().waitFor();
    await page.keyboard.press('Home');
    same(await page.locator('.screen').getByText('done-48').count(), 0, 'at the beginning it is not there yet');
  });

  await stage.step('nothing in it acts: no element, no title, no dialog', async () => {
    await page.keyboard.press('End');
    await page.locator('.screen').getByText('<img src=x').first().waitFor();
    same(await page.locator('.screen img').count(), 0, 'images');
    holds(!(await page.title()).includes('evil'), 'the title is our own');
  });

  await stage.step('a command is found, and Enter goes to its moment', async () => {
    await page.keyboard.press('Home');
    await page.locator('#find').fill('printf');
    same(await page.locator('.replay-index > li[data-command]:visible').count(), 1, 'commands that fit');
    await page.locator('#find').press('Enter');
    const current = page.locator('.replay-index > li[aria-current=true]');
    holds(Number(await current.getAttribute('data-at')) > 0, 'the moment of the command');
    await page.locator('#find').fill('');
  });

  await stage.step('it plays, faster and without silence, to its end', async () => {
    await page.keyboard.press('Home');
    await page.locator('#speed').selectOption('16');
    await seat.button('replay-play').click();
    await page.locator('.screen').getByText('done-48').first().waitFor();
  });

  await stage.step('the search finds the command and leads to it', async () => {
    await seat.goto('/search?text=printf');
    await seat.sees('search-commands');
    await page.locator('code').getByText('printf').first().waitFor();
    await seat.check();
  });
}
