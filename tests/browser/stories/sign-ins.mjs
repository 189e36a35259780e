// Where one is signed in, ended from another device; and a touch that serves one act only.

import { addPasskey, signInByPasskey } from '../lib/passkeys.mjs';
import { holds, same } from '../lib/same.mjs';
import { signIn } from '../lib/sign-in.mjs';

export default async function signIns(stage) {
  const { outside } = stage;
  const phone = await stage.seat('night', { device: 'phone' });

  await stage.step('l5: a sign-in that was asked to lead to another site leads home', async () => {
    for (const next of ['https://evil.test/', '//evil.test/', '/\\evil.test/', 'javascript:alert(1)']) {
      await phone.goto(`/sign-in?next=${encodeURIComponent(next)}`);
      same(await phone.page.locator('input[name=next]').count(), 0, `next=${next}`);
    }
    await signIn(phone, null);
    same(new URL(phone.page.url()).pathname, '/', 'where the sign-in leads');
  });

  const passkey = await addPasskey(phone);
  const desk = await stage.seat('night', { device: 'desk', language: 'en' });
  await passkey.alsoAt(desk.page, 'platform');

  await stage.step('l16: each browser has a sign-in of its own, and its owner sees them all', async () => {
    await desk.goto('/sign-in');
    await signInByPasskey(desk);
    await phone.goto('/sign-ins');
    await phone.sees('console-sign-in-this');
    await phone.sees('console-sign-in-by-passkey');
    await phone.sees('console-sign-in-by-code');
    same(await phone.page.locator('form[action$="/end"]').count(), 1, 'sign-ins that can be ended here');
    await phone.check();
  });

  await stage.step('ended from the telephone, the desk shows and does nothing any more', async () => {
    await desk.goto('/isolate');
    await phone.leads(() => phone.button('console-sign-in-end').click());
    await phone.sees('done-sign-in-ended');
    // The page that is still open can do nothing: not even what needs no fresh proof.
    await desk.leads(() => desk.button('console-isolate-now').click());
    await desk.sees('console-signed-out');
    await desk.goto('/requests');
    same(new URL(desk.page.url()).pathname, '/sign-in', 'where the desk is led');
    same((await outside.sekisho(stage.person('clerk').login, 'site', 'status')).out.isolation ?? null, null, 'isolation');
  });

  const ask = async () => {
    const { request } = await outside.ask('request');
    return { request, path: `/requests/${request.split('-').pop()}` };
  };
  const given = async (request) => {
    const entries = await outside.events('approval_given');
    return entries.filter(({ event }) => event.request === request).length;
  };

  await stage.step('whoever is not verified by the passkey approves nothing', async () => {
    const { request, path } = await ask();
    await phone.goto(path);
    await passkey.verifies(false);
    await approve(phone).click();
    await phone.page.locator('[data-passkey-status]:not(:empty)').first().waitFor();
    await phone.page.locator('form.primary:not([aria-busy])').waitFor();
    await passkey.verifies(true);
    same(await given(request), 0, 'approvals in the ledger');
  });

  await stage.step('a touch for one act serves no other, and serves that one once', async () => {
    const one = await ask();
    const other = await ask();
    await phone.goto(one.path);
    const body = await caught(phone, `${one.path}/approve`);
    holds(body.includes('touch='), 'the form brings its touch');
    for (const [path, form, what] of [
      [`${other.path}/approve`, body, 'another request'],
      [`${one.path}/approve`, `conditions=none&${body}`, 'other fields'],
      ['/lift', `way=agree&${body}`, 'another act'],
    ]) {
      same((await sends(phone, path, form)).status, 403, what);
    }
    await phone.goto(one.path);
    const again = await caught(phone, `${one.path}/approve`);
    const done = await sends(phone, `${one.path}/approve`, again);
    same([done.status, await given(one.request)], [200, 1], 'the act that was touched for');
    same((await sends(phone, `${one.path}/approve`, again)).status, 403, 'the same act once more');
    same([await given(one.request), await given(other.request)], [1, 0], 'approvals in the ledger');
  });
}

const approve = (seat) => seat.page.locator('form.primary').getByRole('button', { name: seat.say('console-approve') });

/** What the browser was about to send there; it is not sent. */
async function caught(seat, path) {
  const { page } = seat;
  const sent = new Promise((resolve) => {
    page.route(`**${path}`, async (route) => {
      resolve(route.request().postData());
      // The page stays where it is (RFC 9110 §15.3.5).
      const headers = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' };
      await route.fulfill({ status: 204, headers });
    });
  });
  await approve(seat).click();
  const body = await sent;
  await page.unroute(`**${path}`);
  return body;
}

/** Sends a form from a page of ours, as somebody would who can run scripts there. */
function sends(seat, path, body) {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return seat.page.evaluate(
    async ({ path, body, headers }) => {
      const answer = await fetch(path, { method: 'POST', body, headers });
      return { status: answer.status };
    },
    { path, body, headers },
  );
}
