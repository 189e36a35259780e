// What holds for every page, whatever it is about.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { checkHeaders } from './headers.mjs';
import { checkMarkup } from './markup.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The smallest place that a finger hits, in CSS pixels. */
const FINGER = 44;
/** The smallest letters, in CSS pixels. */
const LETTERS = 16;

/** Fails with everything that is wrong with the page. `answer`: what the server sent for it. */
export async function checkPage(seat, page, answer) {
  const wrong = [];
  if (answer === undefined) {
    wrong.push('no page was served here');
  } else {
    wrong.push(...(await checkHeaders(answer)));
    wrong.push(...(await checkMarkup(await seat.stage.reader(), await answer.text(), seat.origin)));
  }
  wrong.push(...(await checkLayout(seat, page)));
  // axe needs scripts; a page that is read without them is the same page, checked with them elsewhere.
  if (seat.js) wrong.push(...(await checkAccess(page)));
  if (wrong.length > 0) {
    throw new Error(`${page.url()} (${seat.device}, ${seat.language}):\n${wrong.join('\n')}`);
  }
}

/** axe in the colours that are shown, and once more for the contrast of the others. */
async function checkAccess(page) {
  const wrong = await checkAxe(page);
  const other = (await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)) ? 'light' : 'dark';
  await page.emulateMedia({ colorScheme: other });
  wrong.push(...(await checkAxe(page, ['color-contrast'])).map((what) => `${other}: ${what}`));
  await page.emulateMedia({ colorScheme: other === 'dark' ? 'light' : 'dark' });
  return wrong;
}

/** axe: no violation of any impact. */
async function checkAxe(page, rules) {
  // A script of the test, beside the page's: its policy forbids the page what is given here.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const violations = await page.evaluate(async (rules) => {
    const only = rules ? { runOnly: { type: 'rule', values: rules } } : {};
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'], ...only });
    return violations.flatMap(({ id, impact, help, nodes }) =>
      nodes.map((node) => `axe ${id} (${impact}): ${help}: ${node.html.slice(0, 200)} ${node.failureSummary ?? ''}`),
    );
  }, rules);
  return violations;
}

async function checkLayout(seat, page) {
  const wrong = await page.evaluate(
    ({ language, finger, letters, phone }) => {
      const wrong = [];
      const lang = document.documentElement.lang;
      if (lang !== language) wrong.push(`<html lang="${lang}">, and the reader's language is ${language}`);
      if (document.title.trim() === '') wrong.push('no title');
      const { scrollWidth, clientWidth } = document.documentElement;
      if (scrollWidth > clientWidth) {
        const wide = [...document.body.querySelectorAll('*')].filter(
          (element) => element.getBoundingClientRect().right > clientWidth + 1,
        );
        const names = wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 120));
        wrong.push(`wider than the screen (${scrollWidth} > ${clientWidth}): ${names.join(' | ')}`);
      }
      const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
      const wide = '*:is(button, select, textarea, summary, input:not([type=hidden]), nav a, a.button)';
      if (phone) {
        for (const element of document.querySelectorAll(wide)) {
          const hit = element.matches('[type=checkbox], [type=radio]') ? (element.closest('label') ?? element) : element;
          const { height, width } = hit.getBoundingClientRect();
          const small = height < finger - 0.5 || width < finger - 0.5;
          if (seen(element) && small) {
            wrong.push(`smaller than a finger (${width}×${height}): ${element.outerHTML.slice(0, 160)}`);
          }
        }
      }
      const small = new Set();
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        const text = texts.currentNode.textContent.trim();
        const size = Number.parseFloat(getComputedStyle(element).fontSize);
        // A terminal's letters are the reader's own choice.
        if (text !== '' && size < letters && seen(element) && element.closest('.xterm') === null) small.add(element);
      }
      for (const element of small) {
        wrong.push(`letters of ${getComputedStyle(element).fontSize}: ${element.outerHTML.slice(0, 120)}`);
      }
      return wrong;
    },
    { language: seat.language, finger: FINGER, letters: LETTERS, phone: seat.device === 'phone' },
  );
  return wrong;
}
