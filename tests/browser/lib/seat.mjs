// Somebody before a browser of their own.

import { checkPage } from './check-page.mjs';
import { MAIL } from './doors.mjs';
import { checkAnswer } from './headers.mjs';
import { sentence } from './sentences.mjs';
import { PATIENCE } from './stage.mjs';

export const DEVICES = {
  phone: { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  desk: { viewport: { width: 1280, height: 800 } },
};

const LOCALES = { ja: 'ja-JP', en: 'en-GB' };

export class Seat {
  stage;
  person;
  /** The line to the site: `cut()`, `mend()`. */
  line;
  context;
  /** The page that the person looks at; another tab is `await seat.tab()`. */
  page;
  language;
  device;
  js;
  origin;
  #answers = new WeakMap();

  static async take(stage, browser, person, line, options) {
    const seat = new Seat();
    const { device = 'phone', language = 'ja', js = true, dark = false, door = 'console' } = options;
    Object.assign(seat, { stage, person, line, device, language, js, origin: stage.facts[door] });
    // The door on the person's own computer: no proxy leads there, and it remembers the language itself.
    const near = seat.origin.startsWith('http://127.0.0.1:');
    const bypass = near ? { bypass: new URL(seat.origin).host } : {};
    seat.context = await browser.newContext({
      ...DEVICES[device],
      locale: LOCALES[language],
      timezoneId: 'Asia/Tokyo',
      javaScriptEnabled: js,
      colorScheme: dark ? 'dark' : 'light',
      baseURL: seat.origin,
      proxy: { server: line.server, ...bypass },
      serviceWorkers: 'block',
    });
    const chosen = { name: '__Host-sekisho-language', value: language, url: seat.origin, secure: true };
    if (!near) await seat.context.addCookies([{ ...chosen, httpOnly: true, sameSite: 'Strict' }]);
    seat.context.setDefaultTimeout(PATIENCE);
    seat.context.on('request', (request) => seat.#asks(request));
    seat.context.on('page', (page) => seat.#watch(page));
    seat.page = await seat.context.newPage();
    return seat;
  }

  /** A sentence of the catalogue in the reader's language, as a pattern. */
  say(id, values, options) {
    return sentence(this.language, id, values, options);
  }

  /** The button of this name. */
  button(id, page = this.page) {
    return page.getByRole('button', { name: this.say(id, {}, { whole: true }) });
  }

  /** The link of this name. */
  link(id, page = this.page) {
    return page.getByRole('link', { name: this.say(id, {}, { whole: true }) });
  }

  /** The field of this label. */
  field(id, page = this.page) {
    return page.getByLabel(this.say(id, {}, { whole: true }));
  }

  /** Waits until a sentence stands on the page. */
  async sees(id, values = {}, page = this.page) {
    await page.getByText(this.say(id, values)).first().waitFor();
  }

  /** That a sentence does not stand on the page that is shown. */
  async seesNot(id, page = this.page) {
    const found = await page.getByText(this.say(id)).count();
    if (found > 0) throw new Error(`${id} stands on ${page.url()}`);
  }

  /** One more tab of the same browser. */
  tab() {
    return this.context.newPage();
  }

  /** Opens a path of the site; the answer. */
  async goto(path, page = this.page) {
    for (;;) {
      try {
        return await page.goto(path, { waitUntil: 'load' });
      } catch (error) {
        // Chromium was still about to say that the address before this one could not be reached.
        if (!String(error).includes('interrupted by another navigation to')) throw error;
      }
    }
  }

  /** Opens a path by a link in a mail that is read in the browser: another site leads here. */
  async fromMail(path) {
    const mail = `<!DOCTYPE html><title>mail</title><a href="${this.origin}${path}">open</a>`;
    // Answered here: nothing leaves the machine.
    await this.page.route(`${MAIL}/`, (route) => route.fulfill({ contentType: 'text/html', body: mail }));
    await this.page.goto(`${MAIL}/`);
    await this.page.getByRole('link').click();
  }

  /** Does what leads to another page, and waits for that page. */
  async leads(act, page = this.page) {
    const navigated = page.waitForEvent('framenavigated', (frame) => frame === page.mainFrame());
    await act();
    await navigated;
    await page.waitForLoadState('load');
  }

  /** Everything that holds for every page, for the one that is shown. */
  async check(page = this.page) {
    await checkPage(this, page, this.#answers.get(page));
  }

  /** The answer that brought the page that is shown. */
  answer(page = this.page) {
    return this.#answers.get(page);
  }

  leave() {
    return this.context.close();
  }

  #asks(request) {
    const { protocol, origin } = new URL(request.url());
    const ours = [this.origin, MAIL].includes(origin) || ['data:', 'blob:', 'about:'].includes(protocol);
    if (!ours) {
      this.stage.troubles.push(`${request.method()} ${request.url()} leaves ${this.origin}`);
    }
  }

  /** What is wrong with an answer is the next step's trouble; one whose page is gone says no more. */
  #answered(response) {
    checkAnswer(response).then((wrong) => this.stage.troubles.push(...wrong), () => {});
  }

  #watch(page) {
    page.on('response', (response) => {
      const request = response.request();
      if (response.url().startsWith(`${this.origin}/`)) this.#answered(response);
      const redirect = response.status() >= 300 && response.status() < 400;
      if (request.isNavigationRequest() && request.frame() === page.mainFrame() && !redirect) {
        this.#answers.set(page, response);
      }
    });
    page.on('pageerror', (error) => this.stage.troubles.push(`a script failed: ${error.stack ?? error}`));
    page.on('console', (message) => {
      if (/Content Security Policy|Permissions policy violation|Mixed Content|deprecated/i.test(message.text())) {
        this.stage.troubles.push(`${page.url()}: ${message.text()}`);
      }
    });
  }
}
