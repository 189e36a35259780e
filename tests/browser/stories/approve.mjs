// A message with a link arrives at night: from the telephone to a grant.

import { addPasskey, signInByPasskey } from '../lib/passkeys.mjs';
import { same } from '../lib/same.mjs';
import { signIn } from '../lib/sign-in.mjs';

export default async function approve(stage) {
  const { outside, facts } = stage;
  const asked = await outside.ask('request');
  const seat = await stage.seat('night', { device: 'phone' });
  const path = `/requests/${asked.request.split('-').pop()}`;

  await stage.step('an approver adds a passkey of the telephone, without a second code', async () => {
    await signIn(seat, '/passkeys');
    await seat.check();
    await addPasskey(seat);
    await seat.check();
    await seat.leads(() => seat.button('console-sign-out').click());
  });

  await stage.step('the link leads whoever is not signed in to the sign-in, and from there to the request', async () => {
    await seat.fromMail(path);
    await seat.page.waitForURL(/sign-in/);
    await seat.check();
    await signInByPasskey(seat);
    same(new URL(seat.page.url()).pathname, path, 'where the sign-in leads');
  });

  await stage.step('one page says who, for which firm, where, what for, until when, and what they can do', async () => {
    await seat.check();
    const text = await seat.page.locator('main').innerText();
    for (const fact of [facts.engineer, facts.vendor, facts.target, 'monthly inspection', '090-1234-5678']) {
      if (!text.includes(fact)) throw new Error(`the page does not say ${fact}`);
    }
    await seat.sees('console-able');
    await seat.sees('console-unusual');
    same(await seat.page.locator('table').count(), 0, 'tables');
  });

  await stage.step('the next message leads straight there: the browser shows its cookie once a page of ours asks', async () => {
    await seat.fromMail(path);
    await seat.page.waitForURL((url) => url.pathname === path);
    await seat.sees('console-able');
  });

  await stage.step('one tap and the passkey allow it, and the page says so', async () => {
    const form = seat.page.locator('form.primary');
    await seat.leads(() => form.getByRole('button', { name: seat.say('console-approve') }).click());
    await seat.sees('done-approved');
    await seat.check();
  });

  await stage.step('what the page shows is what the command line prints and what the ledger says', async () => {
    await seat.sees('request-state-granted');
    const { out } = await outside.sekisho(facts.people.clerk.login, 'requests', '--all');
    const shown = out.find(({ id }) => id === asked.request);
    same(shown.state, 'granted', 'the state of the request');
    for (const kind of ['approval_given', 'approval_granted']) {
      const entries = await outside.events(kind);
      same(entries.filter(({ event }) => event.request === asked.request).length, 1, `${kind} in the ledger`);
    }
  });
}
