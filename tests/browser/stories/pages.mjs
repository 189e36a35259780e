// Every page there is, as each reader meets it: on a telephone in Japanese, at a desk in English. With a folder for
// pictures (`cargo xtask screens`), each is taken in both languages, on both, in light and in dark.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { visited } from '../lib/pages.mjs';
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
  for (const look of facts.screens === undefined ? LOOKS : [...LOOKS, ...MORE_LOOKS]) {
    const seats = new Map();
    for (const { name, who, path } of pages) {
      if (!seats.has(who)) seats.set(who, await sit(stage, first, who, look));
      const seat = seats.get(who);
      await stage.step(`${name} (${look.device}, ${look.language})`, async () => {
        const answer = await seat.goto(path);
        if (answer.status() !== 200) throw new Error(`${path} is answered with ${answer.status()}`);
        if (facts.screens === undefined) await seat.check();
        else await take(seat, name);
      });
    }
  }
}

/** Somebody before a screen of this kind; signed in once, however many screens they have. */
async function sit(stage, first, who, look) {
  const seat = await stage.seat(who === 'nobody' ? 'clerk' : who, look);
  if (who === 'nobody') return seat;
  if (first.has(who)) {
    await signInLike(seat, first.get(who));
  } else {
    await signIn(seat);
    first.set(who, seat);
  }
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
