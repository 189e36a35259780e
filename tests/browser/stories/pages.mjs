// Every page there is, as each reader meets it: on a telephone in Japanese, at a desk in English. With a folder for
// pictures (`cargo xtask screens`), each is taken in both languages, on both, in light and in dark.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { engineerByPasskey } from '../lib/engineers-key.mjs';
import { visited } from '../lib/pages.mjs';
import { addPasskey } from '../lib/passkeys.mjs';
import { signIn, signInLike } from '../lib/sign-in.mjs';

const LOOKS = [
  { device: 'phone', language: 'ja' },
  { device: 'desk', language: 'en' },
];

const MORE_LOOKS = [
  { device: 'desk', language: 'ja' },
  { device: 'phone', language: 'en' },
];

export default async function pages(stage) {
  const { facts } = stage;
  const pages = visited(facts);
  const first = new Map();
  const wrong = [];
  for (const look of facts.screens === undefined ? LOOKS : [...LOOKS, ...MORE_LOOKS]) {
    const seats = new Map();
    for (const { name, who, path } of pages) {
      if (!seats.has(who)) seats.set(who, await sit(stage, first, who, look));
      const seat = seats.get(who);
      // Every page is looked at, whatever is wrong with one before it.
      await stage.step(`${name} (${look.device}, ${look.language})`, () => see(seat, name, path)).catch((error) => {
        wrong.push(`${name}: ${error.message}`);
      });
    }
  }
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
}

async function see(seat, name, path) {
  const answer = await seat.goto(path);
  if (answer.status() !== 200) throw new Error(`${path} is answered with ${answer.status()}`);
  if (seat.stage.facts.screens === undefined) await seat.check();
  else await take(seat, name);
}

/** Somebody before a screen of this kind; signed in once, however many screens they have. */
async function sit(stage, first, who, look) {
  const door = who === 'engineer' ? 'engineers' : 'console';
  const seat = await stage.seat(who === 'nobody' ? 'clerk' : who, { ...look, door });
  if (who === 'nobody') return seat;
  if (!first.has(who)) first.set(who, await signedIn(stage, first, who));
  await signInLike(seat, first.get(who));
  return seat;
}

async function signedIn(stage, first, who) {
  if (who === 'engineer') return (await engineerByPasskey(stage, first.get('clerk'))).seat;
  const seat = await stage.seat(who);
  await signIn(seat);
  await addPasskey(seat);
  return seat;
}

async function take(seat, name) {
  const folder = join(seat.stage.facts.screens, name);
  mkdirSync(folder, { recursive: true });
  for (const colorScheme of ['light', 'dark']) {
    await seat.page.emulateMedia({ colorScheme });
    const path = join(folder, `${seat.device}-${seat.language}-${colorScheme}.png`);
    await seat.page.screenshot({ path, fullPage: true, animations: 'disabled', caret: 'hide' });
  }
  await seat.page.emulateMedia({ colorScheme: 'light' });
}
