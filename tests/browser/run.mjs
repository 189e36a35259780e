// Tells stories in front of the real console with real Chromium.
//
//   node run.mjs STORY …
//
// Whoever starts it (tests/src/browser.rs) writes the facts as the first line of standard input, and answers what is
// asked there; what comes of every step goes to standard output, one JSON value a line. The exit code is 0 if every
// story held.

import { Outside } from './lib/outside.mjs';
import { Stage } from './lib/stage.mjs';

const outside = new Outside(process.stdin, process.stdout);
const facts = await outside.facts();
const stage = await Stage.open(facts, outside);
let held = true;
for (const name of process.argv.slice(2)) {
  const { default: story } = await import(`./stories/${name}.mjs`);
  held = (await stage.tell(name, story)) && held;
}
await stage.close();
process.exit(held ? 0 : 1);
