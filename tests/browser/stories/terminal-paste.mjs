// What is pasted into a terminal and copied out of it: as the visit allows, and the gateway decides.

import { engineerByPasskey } from '../lib/engineers-key.mjs';
import { addPasskey } from '../lib/passkeys.mjs';
import { holds, same } from '../lib/same.mjs';
import { signIn, signInLike } from '../lib/sign-in.mjs';
import { askFor, keysOf, shows, sitDown, stands } from '../lib/terminal.mjs';

/** Lays a text into the clipboard, as another program would. */
const lay = (page, text) => page.evaluate((text) => navigator.clipboard.writeText(text), text);
const laid = (page) => page.evaluate(() => navigator.clipboard.readText());

/** Pastes it, with the keys that the page names. */
async function pastes(page, text) {
  await lay(page, text);
  await keysOf(page).focus();
  await page.keyboard.press('Control+Shift+V');
}

/** Chooses a word of the screen by a double click, and copies it. */
async function copies(page, word) {
  const { x, y } = await page.locator('.xterm-rows > div').filter({ hasText: word }).last().boundingBox();
  // With the mouse: what xterm lays over its rows is what is clicked.
  await page.mouse.dblclick(x + 20, y + 8);
  await page.keyboard.press('Control+c');
}

/** What the page asks about a paste, and its answer. */
function asked(page, answer) {
  return new Promise((resolve) => {
    page.once('dialog', async (dialog) => {
      const words = dialog.message();
      await (answer ? dialog.accept() : dialog.dismiss());
      resolve(words);
    });
  });
}

export default async function terminalPaste(stage) {
  const clerk = await stage.seat('clerk', { device: 'desk' });
  await signIn(clerk);
  await addPasskey(clerk);
  const { seat } = await engineerByPasskey(stage, clerk, 'engineer', { device: 'desk' });
  const { page } = seat;
  await seat.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: seat.origin });
  const nothing = await askFor(seat, stage);
  const screen = () => page.locator('.xterm-rows').innerText();

  await stage.step('a visit without files takes a pasted line, like a typed one', async () => {
    await sitDown(seat, nothing);
    await pastes(page, 'echo one-$((2*3))');
    await page.keyboard.press('Enter');
    await shows(page, 'one-6');
  });

  await stage.step('it takes no pasted text: the page says so plainly, and nothing of it is typed', async () => {
    await pastes(page, 'echo two-$((40+2))\necho three\n');
    await seat.sees('terminal-paste-no');
    await seat.check();
    await page.keyboard.type('echo after-$((50+1))\n');
    await shows(page, 'after-51');
    await seat.seesNot('terminal-paste-no');
    holds(!(await screen()).includes('two-'), `nothing was typed: ${await screen()}`);
  });

  await stage.step('it is the gateway that says no: a page that thinks otherwise changes nothing', async () => {
    await page.evaluate(() => {
      document.querySelector('[data-island=terminal]').dataset.lines = 'yes';
    });
    const words = asked(page, true);
    await pastes(page, 'echo four\necho five\n');
    holds(seat.say('terminal-paste-sure').test(await words), 'the page asks as if it were allowed');
    await seat.sees('terminal-paste-no');
    await page.keyboard.type('echo after-$((60+1))\n');
    await shows(page, 'after-61');
    holds(!(await screen()).includes('four'), `nothing was typed: ${await screen()}`);
  });

  await stage.step('where no files go out, the page does not copy, and says so', async () => {
    await lay(page, 'untouched');
    await page.keyboard.type('clear; echo takeaway-word\n');
    await page.locator('.xterm-rows > div').filter({ hasText: /^takeaway-word/ }).waitFor();
    await copies(page, /^takeaway-word/);
    await seat.sees('terminal-copy-no');
    same(await laid(page), 'untouched', 'the clipboard');
  });

  await stage.step('the same on a telephone in English: the page fits, and goes on there', async () => {
    const phone = await stage.seat('engineer', { device: 'phone', language: 'en', door: 'engineers' });
    await signInLike(phone, seat);
    await phone.goto(`/visits/${nothing}/terminal`);
    await phone.sees('terminal-elsewhere');
    await phone.page.locator('[data-part=take-over]').click();
    await stands(phone.page, 'live');
    await phone.check();
    await seat.sees('terminal-taken-over');
    await phone.leave();
  });

  const folder = stage.facts.lin;
  const both = await askFor(seat, stage, { upload: { under: folder, mib: 1 }, download: { under: folder, mib: 1 } });

  await stage.step('a visit with files asks before lines that would run at once; no is no, yes is yes', async () => {
    await sitDown(seat, both);
    const no = asked(page, false);
    await pastes(page, 'echo no-$((1+1))\n');
    holds(seat.say('terminal-paste-sure').test(await no), 'it asks');
    const yes = asked(page, true);
    await pastes(page, 'echo yes-$((2+2))\necho too-$((3+3))\n');
    await yes;
    await shows(page, 'too-6');
    holds((await screen()).includes('yes-4') && !(await screen()).includes('no-'), await screen());
  });

  await stage.step('to a program that is told where a paste ends nothing runs by itself, and nothing is asked', async () => {
    let dialogs = 0;
    page.on('dialog', (dialog) => {
      dialogs += 1;
      return dialog.dismiss();
    });
    await page.keyboard.type("PS1='ready> ' exec bash --norc --noprofile -i\n");
    await shows(page, 'ready>');
    await page.keyboard.type('bind "set enable-bracketed-paste on"; clear\n');
    await pastes(page, 'echo held-$((4+4))\necho second\n');
    await shows(page, 'second');
    holds(!(await screen()).includes('held-8'), 'nothing ran yet');
    await page.keyboard.press('Enter');
    await shows(page, 'held-8');
    same(dialogs, 0, 'questions');
  });

  await stage.step('where files go out, what is chosen is copied', async () => {
    await page.keyboard.type('clear; echo takeaway-word\n');
    await page.locator('.xterm-rows > div').filter({ hasText: /^takeaway-word/ }).waitFor();
    await copies(page, /^takeaway-word/);
    await page.waitForFunction(async () => (await navigator.clipboard.readText()).includes('takeaway'));
    await seat.seesNot('terminal-copy-no');
  });
}
