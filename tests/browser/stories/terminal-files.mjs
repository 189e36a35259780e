// Files between an engineer's telephone and the target, in the page: passed as granted, refused in plain words.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { engineerByPasskey } from '../lib/engineers-key.mjs';
import { addPasskey } from '../lib/passkeys.mjs';
import { holds, same } from '../lib/same.mjs';
import { signIn } from '../lib/sign-in.mjs';
import { askFor, sitDown } from '../lib/terminal.mjs';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

export default async function terminalFiles(stage) {
  const { outside, facts } = stage;
  const clerk = await stage.seat('clerk', { device: 'desk' });
  await signIn(clerk);
  await addPasskey(clerk);
  const { seat } = await engineerByPasskey(stage, clerk, 'engineer', { device: 'phone', language: 'en' });
  const { page } = seat;
  const home = facts.lin;
  const disk = (asked) => outside.ask('disk', asked);
  const part = (name) => page.locator(`[data-part="${name}"]`);
  const said = (text) => part('files-said').filter({ hasText: text }).waitFor();
  const refused = (id) => part('files-said').getByText(seat.say(id)).waitFor();
  const row = (name) => part('names').getByRole('button', { name });
  const passed = async () => (await outside.events('file_handed_over')).map(({ event }) => event);
  const file = (name, text) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });

  async function lookInto(path) {
    await seat.field('terminal-files-folder').fill(path);
    await seat.button('terminal-files-show').click();
  }

  await stage.step('a visit without files says so, and has no form for them', async () => {
    const none = await askFor(seat, stage);
    await sitDown(seat, none);
    await part('files').locator('summary').click();
    await seat.sees('terminal-files-off');
    same(await part('send').count(), 0, 'forms to send');
    same(await part('folder').count(), 0, 'forms to look');
    page.once('dialog', (dialog) => dialog.accept());
    await part('leave').click();
    await seat.sees('terminal-ended');
  });

  const number = await askFor(seat, stage, { upload: { under: home, mib: 1 }, download: { under: home, mib: 1 } });
  await disk({ put: '結果.txt', content: 'the result\n' });
  await disk({ put: 'too-large.bin', content: 'x'.repeat(1_500_000) });
  await sitDown(seat, number);
  await part('files').locator('summary').click();

  await stage.step('the folder is listed, and a file comes to the telephone as it is, once for two clicks', async () => {
    await lookInto(home);
    await row('結果.txt').waitFor();
    await seat.check();
    const downloads = [];
    page.on('download', (download) => downloads.push(download));
    await row('結果.txt').dblclick();
    await said(`${'結果.txt'}`);
    await part('files-said').getByText(seat.say('terminal-files-taken')).waitFor();
    same(downloads.length, 1, 'downloads');
    same(readFileSync(await downloads[0].path(), 'utf8'), 'the result\n', 'what came');
    same(downloads[0].suggestedFilename(), '結果.txt', 'its name');
  });

  await stage.step('what is larger than was granted does not come, and the page says why', async () => {
    await row('too-large.bin').click();
    await refused('reason-files-used-up');
  });

  await stage.step('a folder that was not granted stays shut, whatever is typed', async () => {
    await lookInto('/etc');
    await refused('reason-path-not-granted');
  });

  await stage.step('a file goes to the target, once for two clicks, and is seen in the folder', async () => {
    await lookInto(home);
    await row('結果.txt').waitFor();
    await seat.field('terminal-files-send').setInputFiles(file('直し.txt', 'the repair\n'));
    await seat.button('terminal-files-send-now').dblclick();
    await part('files-said').getByText(seat.say('terminal-files-sent')).waitFor();
    await row('直し.txt').waitFor();
    same(await disk({ read: '直し.txt' }), 'the repair\n', 'what lies there');
    same((await passed()).filter(({ direction }) => direction === 'in').length, 1, 'files in');
  });

  await stage.step('what is there already is not written over', async () => {
    await seat.field('terminal-files-send').setInputFiles(file('直し.txt', 'something else\n'));
    await seat.button('terminal-files-send-now').click();
    await refused('terminal-files-refused');
    same(await disk({ read: '直し.txt' }), 'the repair\n', 'what lies there');
  });

  await stage.step('what is larger than was granted does not go, and the page says why', async () => {
    await seat.field('terminal-files-send').setInputFiles(file('large.txt', 'y'.repeat(1_500_000)));
    await seat.button('terminal-files-send-now').click();
    await refused('reason-files-used-up');
    await seat.check();
  });

  await stage.step('page, ledger and command line say the same of what passed', async () => {
    page.once('dialog', (dialog) => dialog.accept());
    await part('leave').click();
    await seat.sees('terminal-ended');
    const entered = await passed();
    const whole = entered.filter(({ sha256 }) => sha256 !== null).map(({ direction, bytes, sha256 }) => [direction, bytes, sha256]);
    same(whole, [['out', 11, sha256('the result\n')], ['in', 11, sha256('the repair\n')]], 'the ledger');
    const { out } = await outside.sekisho(clerk.person.login, 'visit', 'show', number);
    const told = out.story.files.filter(({ sha256 }) => sha256 !== undefined);
    same(told.map(({ direction, bytes, sha256 }) => [direction, bytes, sha256]), whole, 'sekisho visit show');
    same(told.map(({ path }) => path.split('/').pop()), ['結果.txt', '直し.txt'], 'their names');
    await clerk.goto(`/visits/${number}`);
    for (const name of ['結果.txt', '直し.txt']) {
      holds((await clerk.page.locator('main').innerText()).includes(name), `${name} stands on the visit's page`);
    }
  });
}
