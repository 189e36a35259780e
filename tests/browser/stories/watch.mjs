// Attending: the same cells the engineer sees, a pause, a word, the end; and what closing the page does.

import { holds, same } from '../lib/same.mjs';
import { signIn } from '../lib/sign-in.mjs';

export default async function watch(stage) {
  const { outside, facts } = stage;
  const engineer = (act) => outside.ask('engineer', act);
  const path = `/sessions/${facts.session}/watch`;
  const seat = await stage.seat('clerk', { device: 'desk' });
  await signIn(seat, '/');
  const standing = async () => {
    const { out } = await outside.sekisho(seat.person.login, 'sessions');
    const found = out.find(({ id }) => id === facts.sessionId);
    return found.frozen ?? null;
  };
  const until = async (wanted) => {
    for (let at = Date.now(); Date.now() - at < 60_000; ) if ((await standing()) === wanted) return;
    throw new Error(`the session is ${await standing()}, not ${wanted}`);
  };

  await stage.step('nobody attends, so nothing passes, and home says so', async () => {
    same(await standing(), 'awaiting_attendant', 'before anybody watches');
    await seat.sees('console-needs-attendant');
  });

  await stage.step('whoever opens the page attends: the engineer goes on, and their screen is here', async () => {
    await seat.goto(path);
    await until(null);
    await engineer({ types: 'echo seen-$((6*7))\n', sees: 'seen-42' });
    await seat.page.locator('.screen').getByText('seen-42').first().waitFor();
    await seat.sees('watch-leaving-freezes');
    await seat.check();
  });

  await stage.step('a word stands in the engineer’s terminal, and is an entry', async () => {
    await seat.field('watch-tell').fill('もうすぐ診療です');
    await seat.button('watch-tell-send').click();
    await engineer({ sees: 'もうすぐ診療です' });
    same((await outside.events('engineer_told')).length, 1, 'words in the ledger');
    await seat.sees('done-told');
  });

  await stage.step('a pause lets nothing pass, and going on lets it', async () => {
    await seat.button('watch-pause').click();
    await until('paused');
    await seat.button('watch-continue').waitFor();
    await seat.button('watch-continue').click();
    await until(null);
    await engineer({ types: 'echo on-$((6*8))\n', sees: 'on-48' });
  });

  await stage.step('closing the page freezes the session, and coming back lets it go on', async () => {
    await seat.goto('/');
    await until('awaiting_attendant');
    await seat.goto(path);
    await until(null);
  });

  await stage.step('one tap ends it, and the page says that it is over', async () => {
    await seat.leads(() => seat.button('console-end-session').click());
    const { code } = await engineer({ ends: true });
    holds(code !== 0, 'the engineer’s client ended with an error');
    await seat.goto(path);
    await seat.sees('watch-to-visit');
    await seat.check();
  });
}
