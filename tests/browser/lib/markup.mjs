// The markup as it was served: valid, without a script, style or address that is not a file of our own.

import { HtmlValidate } from 'html-validate';

const validate = new HtmlValidate({
  root: true,
  extends: ['html-validate:recommended', 'html-validate:document', 'html-validate:a11y'],
  rules: {
    // What maud writes: no line ends with a space that a person left there.
    'no-trailing-whitespace': 'off',
    // Files of our own origin, served with their hash in the name.
    'require-sri': 'off',
    'no-inline-style': 'error',
    'long-title': 'off',
    // Boxes of one question share its name.
    'form-dup-name': ['error', { shared: ['radio', 'checkbox', 'button', 'submit', 'reset'] }],
    // A field without a type is a line of text.
    'no-implicit-input-type': 'off',
  },
});

/** `reader`: an empty page. */
export async function checkMarkup(reader, html, origin) {
  const report = await validate.validateString(html);
  const wrong = report.results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, line, column, selector }) =>
      `html-validate ${ruleId}: ${message} (${line}:${column}${selector ? `, ${selector}` : ''})`),
  );
  wrong.push(...(await reader.evaluate(inert, { html, origin })));
  return wrong;
}

/** Runs in the reader: the browser's own parser reads what was served, without running it. */
function inert({ html, origin }) {
  const wrong = [];
  const document = new DOMParser().parseFromString(html, 'text/html');
  const short = (element) => element.outerHTML.slice(0, 160);
  for (const script of document.querySelectorAll('script')) {
    if (!script.hasAttribute('src') || script.textContent.trim() !== '') wrong.push(`a script in the page: ${short(script)}`);
  }
  for (const style of document.querySelectorAll('style, [style]')) wrong.push(`a style in the page: ${short(style)}`);
  for (const banned of document.querySelectorAll('base, iframe, frame, object, embed, [srcdoc], meta[http-equiv]')) {
    wrong.push(`not ours to serve: ${short(banned)}`);
  }
  const ADDRESSES = ['src', 'href', 'action', 'formaction', 'poster', 'data', 'srcset', 'ping', 'manifest', 'cite'];
  for (const element of document.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      if (name.startsWith('on')) wrong.push(`a handler in the page: ${short(element)}`);
      if (!ADDRESSES.includes(name)) continue;
      const address = new URL(value, `${origin}/`);
      const plain = ['mailto:', 'tel:', 'otpauth:'].includes(address.protocol) && element.localName === 'a';
      if (address.origin !== origin && !plain) wrong.push(`leads elsewhere: ${short(element)}`);
    }
  }
  for (const form of document.querySelectorAll('form')) {
    const method = (form.getAttribute('method') ?? '').toLowerCase();
    if (!['get', 'post'].includes(method)) wrong.push(`a form without a method: ${short(form)}`);
    if (!(form.getAttribute('action') ?? '').startsWith('/')) wrong.push(`a form without an action of ours: ${short(form)}`);
  }
  return wrong;
}
