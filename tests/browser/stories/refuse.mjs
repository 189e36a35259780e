// Saying no: without JavaScript, and however often, wherever and whenever it is said.

import { holds, same } from '../lib/same.mjs';
import { signIn, signInLike } from '../lib/sign-in.mjs';

const REASON = '事前の連絡がありません <b>';

export default async function refuse(stage) {
  const { outside } = stage;
  const ask = async () => {
    const { request } = await outside.ask('request');
    return { request, path: `/requests/${request.split('-').pop()}` };
  };
  const refusals = async (request) => {
    const refused = await outside.events('request_refused');
    return refused.filter(({ event }) => event.request === request).length;
  };
  const plain = await stage.seat('clerk', { device: 'desk', language: 'en', js: false });
  await signIn(plain);

  await stage.step('without JavaScript a request is read and refused, with a reason', async () => {
    const { request, path } = await ask();
    await plain.goto(path);
    await plain.check();
    await say_no(plain);
    await plain.sees('done-refused');
    await plain.check();
    same(await refusals(request), 1, 'refusals in the ledger');
    const text = await plain.page.locator('main').innerText();
    holds(text.includes(REASON), 'the reason is shown as it was typed');
    same(await plain.page.locator('main b').count(), 0, 'markup that a person typed');
  });

  const seat = await stage.seat('clerk', { device: 'phone' });
  await signInLike(seat, plain);

  await stage.step('l20: a double tap refuses once, and the page says that it is done', async () => {
    const { request, path } = await ask();
    await seat.goto(path);
    await say_no(seat, (button) => button.dblclick());
    await seat.sees('done-refused');
    same(await refusals(request), 1, 'refusals in the ledger');
  });

  await stage.step('the back button shows that it was answered, and no form', async () => {
    const { path } = await ask();
    await seat.goto(path);
    await say_no(seat);
    await seat.sees('done-refused');
    await seat.page.goBack({ waitUntil: 'load' });
    await seat.sees('console-decided');
    same(await seat.page.locator('form[action$="/approve"]').count(), 0, 'forms to approve with');
  });

  await stage.step('the second tab is told that the first has answered, and leads there', async () => {
    const { request, path } = await ask();
    const second = await seat.tab();
    await seat.goto(path, second);
    await seat.goto(path);
    await say_no(seat);
    await seat.sees('done-refused');
    await say_no(seat, undefined, second);
    await seat.sees('reason-already-decided', {}, second);
    await seat.check(second);
    await seat.leads(() => seat.link('console-back', second).click(), second);
    await seat.sees('console-decided', {}, second);
    same(await refusals(request), 1, 'refusals in the ledger');
    await second.close();
  });

  await stage.step('a link whose request was taken back says so, and a page that was open still asks nothing', async () => {
    const { request, path } = await ask();
    await seat.goto(path);
    await outside.ask('withdraw', { request });
    await say_no(seat);
    await seat.sees('reason-already-decided');
    await seat.goto(path);
    await seat.sees('request-state-withdrawn');
    await seat.check();
    same(await refusals(request), 0, 'refusals in the ledger');
  });

  await stage.step('on a lost line nothing is answered; when it is back, the same page answers', async () => {
    const { request, path } = await ask();
    await seat.goto(path);
    await open_no(seat);
    seat.line.cut();
    await seat.button('console-refuse').click();
    await seat.page.waitForURL('chrome-error://chromewebdata/');
    seat.line.mend();
    same(await refusals(request), 0, 'refusals in the ledger');
    await seat.goto(path);
    await say_no(seat);
    await seat.sees('done-refused');
    same(await refusals(request), 1, 'refusals in the ledger');
  });
}

async function open_no(seat, page = seat.page) {
  await page.locator('summary', { hasText: seat.say('console-refuse') }).click();
  await seat.field('console-refuse-reason', page).fill(REASON);
}

async function say_no(seat, press = (button) => button.click(), page = seat.page) {
  await open_no(seat, page);
  await seat.leads(() => press(seat.button('console-refuse', page)), page);
}
