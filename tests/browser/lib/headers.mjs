// The headers of a page: what a browser is told to refuse.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { CspEvaluator } = require('csp_evaluator');
const { CspParser } = require('csp_evaluator/dist/parser.js');
const { Severity } = require('csp_evaluator/dist/finding.js');

/** The policy of a page, directive by directive: run our scripts, take our styles, talk to us; nothing inline, nobody else. */
export const POLICY = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'"],
  'connect-src': ["'self'"],
  'form-action': ["'self'"],
  'base-uri': ["'none'"],
  'frame-ancestors': ["'none'"],
  'require-trusted-types-for': ["'script'"],
  'trusted-types': ['sekisho'],
};

/** Headers whose value is known to the letter. */
export const HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
  'strict-transport-security': 'max-age=31536000',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

export async function checkHeaders(answer) {
  const headers = await answer.allHeaders();
  const wrong = [];
  for (const [name, expected] of Object.entries(HEADERS)) {
    if (headers[name] !== expected) wrong.push(`${name}: ${headers[name]}, expected ${expected}`);
  }
  const type = headers['content-type'];
  if (!/^text\/html; ?charset=utf-8$/i.test(type ?? '')) wrong.push(`content-type: ${type}`);
  for (const gossip of ['server', 'x-powered-by', 'access-control-allow-origin']) {
    if (headers[gossip] !== undefined) wrong.push(`${gossip}: ${headers[gossip]}`);
  }
  wrong.push(...checkPolicy(headers['content-security-policy'] ?? ''));
  const cookies = (await answer.headersArray()).filter(({ name }) => name.toLowerCase() === 'set-cookie');
  for (const { value } of cookies) {
    wrong.push(...checkCookie(value));
  }
  return wrong;
}

export function checkPolicy(text) {
  const wrong = [];
  const policy = new CspParser(text).csp;
  for (const [directive, expected] of Object.entries(POLICY)) {
    const found = policy.directives[directive] ?? [];
    if (found.join(' ') !== expected.join(' ')) {
      wrong.push(`content-security-policy: ${directive} is "${found.join(' ')}", expected "${expected.join(' ')}"`);
    }
  }
  for (const directive of Object.keys(policy.directives)) {
    if (POLICY[directive] === undefined) wrong.push(`content-security-policy: ${directive} is not known here`);
  }
  for (const { severity, directive, value, description } of new CspEvaluator(policy).evaluate()) {
    // "'self' can be problematic if you host JSONP, AngularJS or user uploaded files": nothing that anybody uploads
    // is served but as an attachment.
    const known = directive === 'script-src' && value === "'self'";
    const serious = [Severity.HIGH, Severity.MEDIUM, Severity.SYNTAX, Severity.HIGH_MAYBE, Severity.MEDIUM_MAYBE];
    if (serious.includes(severity) && !known) {
      wrong.push(`content-security-policy: ${directive} ${value ?? ''}: ${description}`);
    }
  }
  return wrong;
}

/** Every cookie of ours is bound to this very name, to TLS, and hidden from scripts and from other sites' links. */
export function checkCookie(cookie) {
  const [pair, ...attributes] = cookie.split(';').map((part) => part.trim());
  const has = (wanted) => attributes.some((attribute) => attribute.toLowerCase() === wanted.toLowerCase());
  const wrong = [];
  const name = pair.split('=')[0];
  if (!name.startsWith('__Host-')) wrong.push(`cookie ${name} is not bound to the name (__Host-)`);
  for (const wanted of ['Secure', 'HttpOnly', 'SameSite=Strict', 'Path=/']) {
    if (!has(wanted)) wrong.push(`cookie ${name} lacks ${wanted}`);
  }
  if (attributes.some((attribute) => /^domain=/i.test(attribute))) wrong.push(`cookie ${name} names a domain`);
  return wrong;
}

/** Whatever is served: its kind is named and not guessed, no other site may read it, and only files whose name is their
 * contents' are kept. */
export async function checkAnswer(answer) {
  const headers = await answer.allHeaders();
  const { pathname } = new URL(answer.url());
  const wrong = [];
  if (headers['x-content-type-options'] !== 'nosniff') wrong.push('its kind may be guessed');
  if (headers['access-control-allow-origin'] !== undefined) wrong.push('another site may read it');
  const file = /^\/assets\/.+-[0-9A-Za-z_-]{6,}\.(js|css|woff2|svg|png)$/.test(pathname) && answer.status() === 200;
  const kept = file ? 'public, max-age=31536000, immutable' : 'no-store';
  if (headers['cache-control'] !== kept) wrong.push(`cache-control: ${headers['cache-control']}, expected ${kept}`);
  return wrong.map((what) => `${pathname}: ${what}`);
}
