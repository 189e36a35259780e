// The sheet of an emergency account: ordered by one person, printed by another with a touch, and shown this once.

import { addPasskey } from '../lib/passkeys.mjs';
import { holds, same } from '../lib/same.mjs';
import { signIn } from '../lib/sign-in.mjs';

export default async function envelope(stage) {
  const { facts, outside } = stage;
  const path = `/setup/targets/${facts.target}/envelope/print`;

  const first = await stage.seat('orders', { device: 'desk' });
  await stage.step('whoever ordered the envelope does not print it, whatever they touch', async () => {
    await signIn(first, path);
    await addPasskey(first);
    await first.goto(path);
    await first.leads(() => first.button('envelope-print').click());
    await first.sees('reason-envelope-second-person');
    same(await printed(outside, facts.envelope), 0, 'envelope_printed in the ledger');
  });

  const second = await stage.seat('prints', { device: 'phone' });
  await stage.step('another person is told that a code does not do, and adds a passkey', async () => {
    await signIn(second, path);
    if (facts.envelope === 1) await second.sees('envelope-print-passkey');
    same(await second.page.locator('main form input[name=code]').count(), 0, 'codes asked for');
    await second.check();
    await addPasskey(second);
  });

  const secret = await stage.step('the sheet is shown to them, and fits the telephone, the desk and the paper', async () => {
    await second.goto(path);
    await second.leads(() => second.button('envelope-print').click());
    await second.sees('envelope-sheet-once');
    same(second.answer().headers()['cache-control'], 'no-store', 'what a browser may keep of it');
    const codes = await second.page.locator('article.sheet code').allInnerTexts();
    const secret = codes.find((text) => text.split('-').length === 6);
    holds(secret !== undefined, 'the password stands on the sheet');
    await outside.ask('sheet', { secret });
    await second.check();
    await second.page.setViewportSize({ width: 1280, height: 800 });
    await second.check();
    await second.page.emulateMedia({ media: 'print' });
    same(await second.page.locator('.not-on-paper').isVisible(), false, 'what is not for paper');
    same(await second.page.locator('article.sheet').isVisible(), true, 'what is for paper');
    const paper = await second.page.pdf({ format: 'A4' });
    same(pages(paper), 1, 'sheets of paper');
    await second.page.emulateMedia({ media: null });
    same(await printed(outside, facts.envelope), 1, 'envelope_printed in the ledger');
    return secret;
  });

  await stage.step('l29: nothing that the browser keeps and no other page has it, and it is not shown again', async () => {
    const kept = await second.page.evaluate(async () => {
      const stores = JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state, location.href]);
      return [stores, await caches.keys(), await indexedDB.databases()];
    });
    same(JSON.stringify(kept).includes(secret), false, 'the password in what the browser keeps');
    for (const place of [path, '/emergency-accounts', '/secrets', `/setup/targets/${facts.target}`, '/ledger', '/']) {
      await second.goto(place);
      same((await second.page.content()).includes(secret), false, `the password at ${place}`);
    }
    await second.goto(path);
    await second.leads(() => second.button('envelope-print').click());
    await second.sees('reason-envelope-printed');
    same((await second.page.content()).includes(secret), false, 'the password in the refusal');
    same(await printed(outside, facts.envelope), 1, 'envelope_printed in the ledger');
  });
}

/** How often this envelope was printed, as the ledger has it. */
async function printed(outside, number) {
  const entries = await outside.events('envelope_printed');
  return entries.filter(({ event }) => event.number === number).length;
}

/** How many pages a PDF has. */
const pages = (pdf) => pdf.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g).length;
