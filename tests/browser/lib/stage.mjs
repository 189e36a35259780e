// One Chromium, the people before it, and what came of each step.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

import { Door } from './doors.mjs';
import { Seat } from './seat.mjs';

/** How long anything may take on a busy machine before a story gives up on it, in milliseconds. */
export const PATIENCE = 60_000;

const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  // A page that could not be reached is asked for again by the story.
  '--disable-auto-reload',
  // Loopback too goes by the door that leads nowhere.
  '--proxy-bypass-list=<-loopback>',
];

export class Stage {
  facts;
  outside;
  /** What went wrong beside what a step looked at: requests to others, blocked markup, scripts that failed. */
  troubles = [];
  #browser;
  #doors = [];
  #nowhere;
  #reader;
  #seats = [];
  #step = 'beginning';

  /** `facts`: `console` and `engineers` (origins), `gateway`, `people` by login, `home`, `pictures` (folders). */
  static async open(facts, outside) {
    const stage = new Stage();
    stage.facts = facts;
    stage.outside = outside;
    // What Chromium asks for of its own accord (updates, accounts) leads nowhere, and is no page's fault.
    stage.#nowhere = await Door.open({ names: [], gateway: facts.gateway, from: '127.0.0.1' });
    stage.#browser = await chromium.launch({
      executablePath: facts.chromium,
      chromiumSandbox: process.getuid() !== 0,
      args: FLAGS,
      proxy: { server: stage.#nowhere.server },
      timeout: PATIENCE,
      env: { PATH: process.env.PATH, HOME: facts.home, TMPDIR: facts.home, LANG: 'C.UTF-8' },
    });
    return stage;
  }

  /** The people of the facts, by the part that they play: `stage.person('clerk')`. */
  person(part) {
    const person = this.facts.people[part];
    if (person === undefined) {
      throw new Error(`nobody plays ${part} here`);
    }
    return person;
  }

  /**
   * Somebody sits down before a browser of their own (fresh cookies).
   * `device`: 'phone' (360×740, touch) or 'desk' (1280×800); `language`: 'ja' or 'en'; `js`; `dark`; `from`: an address
   * that is not the person's own; `door`: 'console' or 'engineers'.
   */
  async seat(part, options = {}) {
    const person = this.person(part);
    const from = options.from ?? person.from;
    const names = [this.facts.console, this.facts.engineers].map((origin) => new URL(origin).host);
    const line = await Door.open({ names, gateway: this.facts.gateway, from });
    this.#doors.push(line);
    const seat = await Seat.take(this, this.#browser, person, line, options);
    this.#seats.push(seat);
    return seat;
  }

  /** An empty page beside everybody's: its parser reads what was served, under no page's policy. */
  async reader() {
    this.#reader ??= this.#browser.newContext().then((context) => context.newPage());
    return this.#reader;
  }

  /** One step of a story, told as a sentence. Its failure is the story's, with a picture of every page. */
  async step(sentence, act) {
    const began = Date.now();
    this.#step = sentence;
    const result = await act();
    this.unharmed();
    this.outside.tell({ passed: sentence, ms: Date.now() - began });
    return result;
  }

  /** Nothing went to another origin, nothing was blocked, no script failed. */
  unharmed() {
    const strange = this.#doors.flatMap((door) => door.strangers.splice(0));
    this.troubles.push(...strange.map((name) => `somebody else was asked for: ${name}`));
    if (this.troubles.length > 0) {
      throw new Error(this.troubles.splice(0).join('\n'));
    }
  }

  /** Tells a story; everybody leaves their seat afterwards. */
  async tell(name, story) {
    try {
      await story(this);
      this.unharmed();
      this.outside.tell({ told: name });
      return true;
    } catch (error) {
      const seats = await Promise.all(this.#seats.map((seat, at) => this.#seen(seat, `${name}-${at + 1}`)));
      this.outside.tell({ failed: name, step: this.#step, why: String(error.stack ?? error), seats });
      return false;
    } finally {
      await Promise.all(this.#seats.splice(0).map((seat) => seat.leave()));
      this.troubles.length = 0;
    }
  }

  async #seen(seat, name) {
    mkdirSync(this.facts.pictures, { recursive: true });
    const picture = join(this.facts.pictures, `${name}.png`);
    try {
      await seat.page.screenshot({ path: picture, fullPage: true, timeout: 5_000 });
      const text = await seat.page.locator('body').innerText({ timeout: 5_000 });
      return { who: seat.person.login, url: seat.page.url(), picture, text };
    } catch (error) {
      return { who: seat.person.login, url: seat.page.url(), text: `no picture: ${error}` };
    }
  }

  async close() {
    await this.#browser.close();
    [...this.#doors, this.#nowhere].forEach((door) => door.close());
  }
}
