// The first day: a site is founded, and browsers alone bring it to its first visit. The operator sits at a desk, the
// clerk has a telephone, the engineer opens a link somewhere else.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { confirmWords, trustMaker, wordsOf } from '../lib/engineers-key.mjs';
import { addPasskey, signInByPasskey } from '../lib/passkeys.mjs';
import { holds, same } from '../lib/same.mjs';
import { signIn, signInLike } from '../lib/sign-in.mjs';

export default async function firstRun(stage) {
  const { facts } = stage;
  Object.assign(facts.people, facts.newcomers);
  const operator = await stage.seat('operator', { device: 'desk' });
  const clerk = await stage.seat('clerk', { device: 'phone' });
  const engineer = await stage.seat('engineer', { device: 'desk', door: 'engineers' });
  const day = { stage, operator, clerk, engineer };

  await stage.step('the first link makes the first person, who is shown what is to do', () => first(day));
  await stage.step('the recovery kit is sealed when everything about it is ticked', () => seals(day));
  await stage.step('a second person is invited, and joins on a telephone', () => invites(day));
  await stage.step('the night chain is set, and the envelope is printed once', () => prepares(day));
  await stage.step('a vendor is registered with its sources, and its engineer joins by a link', () => registers(day));
  await stage.step('the engineer’s security key is their device once its words were heard', () => confirms(day));
  await stage.step('a target is pinned, and its key is shown as words', () => pins(day));
  await stage.step('the target’s secret is kept when its key was compared', () => keeps(day));
  await stage.step('a relay is registered, and its operator lets the site in', () => relays(day));
  await stage.step('people are told by mail', () => tells(day));
  await stage.step('a decoy is left to be found', () => leavesADecoy(day));
  await stage.step('what nobody can decide at night is agreed, and whom to call is listed and called', () => readies(day));
  await stage.step('the list says that nothing is missing', () => nothingMissing(day));
  const visit = await stage.step('the engineer asks, and the clerk allows it with a touch', () => allows(day));
  await stage.step('the first terminal opens, and home says who is inside', () => works(day, visit));
  await stage.step('the pages, the ledger and the command line say the same', () => agrees(day, visit));
  await stage.step('what is kept reads in English too', () => inEnglish(day));
}

/** Looks at the page that is shown as every page is looked at; keeps a picture if somebody wants to see them. */
async function look(seat, name) {
  const { shots } = seat.stage.facts;
  if (shots) {
    mkdirSync(shots, { recursive: true });
    await seat.page.screenshot({ path: join(shots, `${name}-${seat.device}.png`), fullPage: true });
  }
  await seat.check();
}

/** Presses what sends the form of the page, and waits for the answer. */
async function sends(seat) {
  await seat.leads(() => seat.page.locator('main form button.primary').click());
}

/** Follows the link of a step from the list of what is to do. */
async function follows(seat, step) {
  await seat.goto('/setup');
  await seat.leads(() => seat.link(step).click());
}

/** Whether a step of the list is done. */
async function isDone(seat, step) {
  await seat.goto('/setup');
  const row = seat.page.locator('ol.steps > li').filter({ has: seat.link(step) });
  await row.getByText(seat.say('setup-step-done')).waitFor();
}

/** From the link to the last page, with an authenticator. */
async function joins(seat, link) {
  const { person, stage } = seat;
  stage.outside.secret(link.split(':').pop());
  await seat.goto(link.slice(seat.origin.length));
  await seat.page.waitForFunction(() => window.location.hash === '');
  await look(seat, `join-1-${person.login}`);
  await sends(seat);
  await seat.field('join-name').fill(person.name);
  await seat.field('join-login').fill(person.login);
  await seat.field('join-contact').fill(person.contact);
  await seat.field('join-passphrase').fill(person.passphrase);
  await seat.field('join-passphrase-again').fill(person.passphrase);
  await look(seat, `join-2-${person.login}`);
  await sends(seat);
  await look(seat, `join-3-${person.login}`);
  const typed = (await seat.page.locator('p.secret code').innerText()).replaceAll(' ', '');
  await stage.outside.ask('authenticator', { person: person.login, secret: typed });
  await seat.page.locator('#code').fill(await stage.outside.code(person.login));
  await sends(seat);
  await seat.sees('join-done');
  await look(seat, `join-4-${person.login}`);
  await seat.leads(() => seat.link('join-to-sign-in').click());
}

async function first({ stage, operator }) {
  const { link } = stage.facts;
  holds(link.startsWith(`${operator.origin}/join#sekisho-invitation-1:`), 'the link leads elsewhere');
  await joins(operator, link);
  await signIn(operator, null);
  await operator.sees('setup-lead');
  await operator.sees('setup-passkey-why');
  same(await operator.page.locator('ol.steps > li').count(), 10, 'steps');
  same(await operator.page.locator('ol.steps .tag.good').count(), 0, 'steps that are done');
  await look(operator, 'setup-first');
  await addPasskey(operator, 'platform', '受付のパソコン');
  await operator.goto('/');
  await operator.sees('finding-setup');
  await look(operator, 'home-first');
}

async function seals({ operator }) {
  await follows(operator, 'task-kit');
  await look(operator, 'kit');
  for (const name of ['printed', 'tested', 'apart']) await operator.page.locator(`input[name=${name}]`).check();
  await sends(operator);
  await operator.sees('setup-kit-not-yet');
  await look(operator, 'kit-not-yet');
  await operator.goto('/setup/kit');
  for (const name of ['printed', 'tested', 'apart', 'erased']) {
    await operator.page.locator(`input[name=${name}]`).check();
  }
  await sends(operator);
  await operator.sees('done-sealed');
  await isDone(operator, 'task-kit');
}

async function invites({ operator, clerk }) {
  await follows(operator, 'task-second-person');
  await look(operator, 'persons');
  await operator.leads(() => operator.link('setup-person-invite').click());
  for (const role of ['approver', 'operator']) {
    await operator.page.locator(`input[name=role][value=${role}]`).check();
  }
  await look(operator, 'invite');
  await sends(operator);
  await look(operator, 'invited');
  await joins(clerk, await operator.page.locator('#link').inputValue());
  await signIn(clerk, null);
  await addPasskey(clerk, 'platform', 'スマートフォン');
  await look(clerk, 'passkeys');
  await operator.leads(() => operator.link('setup-handed-over').click());
  await isDone(operator, 'task-second-person');
}

async function prepares({ operator, clerk }) {
  await follows(operator, 'task-night-chain');
  await operator.page.locator('#person-1').selectOption({ label: clerk.person.name });
  await operator.page.locator('#person-2').selectOption({ label: operator.person.name });
  await operator.page.locator('#after-2').fill('15');
  await look(operator, 'night-chain');
  await sends(operator);
  await operator.sees('done-changed');
  await isDone(operator, 'task-night-chain');
  await follows(operator, 'task-envelope');
  await look(operator, 'envelope');
  await sends(operator);
  same(await operator.page.locator('ol.codes > li').count(), 10, 'codes in the envelope');
  await look(operator, 'envelope-sheet');
  await operator.leads(() => operator.link('setup-envelope-sealed').click());
  await isDone(operator, 'task-envelope');
}

async function registers({ operator, engineer }) {
  await follows(operator, 'task-vendor');
  await look(operator, 'vendors-none');
  await operator.leads(() => operator.link('setup-vendor-add').click());
  await operator.field('setup-vendor-name').fill('あさひ医療システム');
  await operator.field('setup-phone').fill('03-0000-0001');
  await operator.field('setup-sources').fill('127.0.1.0/24');
  await look(operator, 'vendor-new');
  await sends(operator);
  await operator.sees('done-registered');
  await look(operator, 'vendor');
  await operator.leads(() => operator.link('setup-engineer-invite').click());
  await look(operator, 'invite-engineer');
  await sends(operator);
  const link = await operator.page.locator('#link').inputValue();
  holds(link.startsWith(`${engineer.origin}/join#`), `an engineer is led to ${link.split('#')[0]}`);
  await joins(engineer, link);
  await isDone(operator, 'task-vendor');
  await isDone(operator, 'task-engineer');
}

async function confirms({ stage, operator, engineer }) {
  await operator.goto('/setup');
  await operator.leads(() => operator.link('console-attestation-title').click());
  await trustMaker(operator);
  await look(operator, 'attestation');
  await signIn(engineer, '/passkeys');
  await look(engineer, 'passkeys-none');
  await addPasskey(engineer, 'key', 'セキュリティキー');
  const words = await wordsOf(engineer);
  await look(engineer, 'passkeys-words');
  await follows(operator, 'task-device');
  await look(operator, 'devices');
  await operator.goto(`/devices/${words.device}/confirm`);
  await look(operator, 'device-confirm');
  await confirmWords(operator, words);
  await isDone(operator, 'task-device');
  // The browser is opened again: signing in by the key is signing in on the device.
  await engineer.context.clearCookies({ name: '__Host-sekisho' });
  await engineer.goto('/sign-in');
  await signInByPasskey(engineer);
  same((await stage.outside.events('device_confirmed')).length, 1, 'device_confirmed in the ledger');
}

async function pins({ stage, operator }) {
  const { target } = stage.facts;
  await follows(operator, 'task-target');
  await operator.leads(() => operator.link('setup-target-add').click());
  await operator.field('setup-target-name').fill('lis-db');
  await operator.field('setup-host').fill(target.host);
  await operator.field('setup-port').fill(target.port);
  await operator.field('setup-ssh-user').fill(target.user);
  await operator.page.locator('[name=host-key]').fill(target.host_key);
  await operator.page.locator('input[name=vendor]').first().check();
  await operator.field('setup-longest').fill('120');
  await look(operator, 'target-new');
  await sends(operator);
  await operator.sees('done-registered');
  same(await operator.page.locator('ol.words li').count(), 8, 'words of the key');
  const text = await operator.page.locator('main').innerText();
  holds(text.includes(target.fingerprint), `the page does not say ${target.fingerprint}`);
  await look(operator, 'target');
  await isDone(operator, 'task-target');
}

async function keeps({ stage, operator }) {
  const { target } = stage.facts;
  await follows(operator, 'task-secret');
  await operator.leads(() => operator.page.getByRole('link', { name: 'lis-db' }).click());
  await operator.leads(() => operator.link('setup-secret-set').click());
  await operator.page.locator('#kind').selectOption('password');
  await operator.page.locator('#password').fill(target.password);
  await look(operator, 'secret');
  await sends(operator);
  await operator.sees('setup-host-key-not-compared');
  await operator.goto('/setup/targets/1/secret');
  await operator.page.locator('input[name=compared]').check();
  await operator.page.locator('#kind').selectOption('password');
  await operator.page.locator('#password').fill(target.password);
  await sends(operator);
  await operator.sees('setup-secret-never-again');
  await look(operator, 'secret-kept');
  await isDone(operator, 'task-secret');
}

/** What stands beside this name in a list of facts. */
function fact(seat, id) {
  const term = seat.page.locator('dt', { hasText: seat.say(id, {}, { whole: true }) });
  return seat.page.locator('dl.facts > div', { has: term }).locator('dd').last().innerText();
}

async function relays({ stage, operator }) {
  const { relay } = stage.facts;
  await follows(operator, 'task-relay');
  await look(operator, 'relays-none');
  await stage.outside.ask('admit', {
    site: await fact(operator, 'word-site'),
    key: await fact(operator, 'setup-relay-key'),
    engineers_name: await fact(operator, 'setup-engineers-name'),
    site_key: await fact(operator, 'setup-site-key'),
    kit_key: await fact(operator, 'setup-kit-key'),
  });
  await operator.leads(() => operator.link('setup-relay-add').click());
  await operator.field('setup-relay-name').fill('tokyo');
  await operator.field('setup-address').fill(relay.address);
  await operator.field('setup-relay-tls-name').fill(relay.tls_name);
  await operator.field('setup-relay-key').fill(relay.key);
  await operator.field('setup-relay-witness').fill(relay.witness);
  await look(operator, 'relay-new');
  await sends(operator);
  await operator.sees('done-registered');
  await operator.goto('/setup');
  await operator.sees('setup-complete');
}

/** Follows the link of something that is missing. */
async function mends(seat, task) {
  await seat.goto('/setup');
  const missing = seat.page.locator('ul.tasks > li').filter({ hasText: seat.say(task) });
  await seat.leads(() => missing.getByRole('link').click());
}

async function leavesADecoy({ operator }) {
  await mends(operator, 'task-decoys');
  await look(operator, 'decoys-none');
  await operator.leads(() => operator.link('decoys-set').click());
  await operator.field('decoys-name').fill('hosyu-01');
  await look(operator, 'decoy');
  await sends(operator);
  await operator.sees('done-changed');
  await look(operator, 'decoys');
}

async function tells({ stage, operator, clerk }) {
  const { mail } = stage.facts;
  await operator.goto('/setup');
  await look(operator, 'setup-complete');
  await mends(operator, 'task-notifications');
  await look(operator, 'notifications');
  await operator.leads(() => operator.link('notify-mail-set').click());
  await operator.field('notify-server').fill('localhost');
  await operator.field('notify-port').fill(mail.port);
  await operator.field('notify-from').fill('sekisho@hospital.example');
  await operator.field('notify-user').fill(mail.user);
  await operator.field('notify-password').fill(mail.password);
  await operator.field('notify-roots').fill(mail.roots);
  await look(operator, 'mail');
  await sends(operator);
  await operator.sees('done-changed');
  await clerk.goto('/notifications');
  await clerk.leads(() => clerk.link('notify-change-own').click());
  await clerk.field('notify-mails').fill('clerk@hospital.example');
  await look(clerk, 'ways');
  await sends(clerk);
  await clerk.sees('done-changed');
  await clerk.leads(() => clerk.button('notify-test').click());
  await clerk.sees('cli-notify-sent');
  await look(clerk, 'notified');
  await stage.outside.ask('mailed', { words: 'To: clerk@hospital.example' });
}

const CARDS = ['no-contact', 'no-payment', 'spokesperson', 'cut-lines'];
const CONTACTS = ['director', 'office', 'it', 'vendor', 'ministry', 'police', 'prefecture', 'ppc'];

async function readies({ operator }) {
  await mends(operator, 'task-preparation');
  await look(operator, 'preparation');
  const { page } = operator;
  for (const card of CARDS) {
    await page.locator('summary', { hasText: operator.say('preparation-agree') }).click();
    const agreeing = page.locator('form[action$=policies]');
    await agreeing.locator('[name=matter]').selectOption(card);
    await agreeing.locator('[name=said]').fill('事務長と院長が決める。');
    await operator.leads(() => agreeing.locator('button').click());
  }
  for (const role of CONTACTS) {
    await page.locator('summary', { hasText: operator.say('preparation-add') }).click();
    const adding = page.locator('form.narrow[action$=contacts]');
    await adding.locator('[name=role]').selectOption(role);
    await adding.locator('[name=name]').fill('窓口');
    await adding.locator('[name=reach]').fill('000-0110');
    await operator.leads(() => adding.locator('button').click());
  }
  await operator.goto('/setup');
  await operator.seesNot('task-preparation');
  await mends(operator, 'task-contacts');
  for (let called = 0; called < CONTACTS.length; called += 1) {
    await operator.leads(() => operator.button('preparation-was-reached').nth(called).click());
  }
  await look(operator, 'prepared');
}

async function nothingMissing({ operator, clerk }) {
  // The gateway dials the relay, and the relay signs, in their own time; the page says so when it is asked again.
  const nothing = operator.page.getByText(operator.say('setup-todo-none'));
  for (const until = Date.now() + 120_000; Date.now() < until; ) {
    await operator.goto('/setup');
    if ((await nothing.count()) > 0) break;
  }
  await operator.sees('setup-complete');
  await operator.sees('setup-todo-none');
  await look(operator, 'setup-last');
  await operator.goto('/relays');
  await operator.sees('setup-relay-connected');
  await look(operator, 'relays');
  await clerk.goto('/');
  await clerk.sees('console-overdue-none');
  await look(clerk, 'home-quiet');
}

/** Day and hour in Japan, so many minutes from now. */
function japan(minutes) {
  const there = new Date(Date.now() + (9 * 60 + minutes) * 60_000).toISOString();
  return { day: there.slice(0, 10), hour: there.slice(11, 16) };
}

async function asks(engineer) {
  await engineer.goto('/targets');
  await look(engineer, 'targets');
  await engineer.leads(() => engineer.link('work-ask').first().click());
  await engineer.field('work-purpose').fill('検査システムの点検');
  await engineer.field('work-contact').fill('090-0000-0007');
  const [from, until] = [japan(0), japan(60)];
  await engineer.field('work-from-day').fill(from.day);
  await engineer.field('work-from-time').fill(from.hour);
  await engineer.field('work-until-day').fill(until.day);
  await engineer.field('work-until-time').fill(until.hour);
  await engineer.field('work-kind').selectOption('fault');
  const plan = { name: '作業計画書.txt', mimeType: 'text/plain', buffer: Buffer.from('1. look\n') };
  await engineer.field('work-plan-file').setInputFiles(plan);
  await engineer.leads(() => engineer.button('work-send-request').click());
  await engineer.page.waitForURL(/\/my\?done=/);
}

async function allows({ stage, engineer, clerk }) {
  await asks(engineer);
  const [asked] = await stage.outside.events('visit_requested');
  const path = `/requests/${asked.event.request.split('-').pop()}`;
  const mail = await stage.outside.ask('mailed', { words: path });
  const { hostname } = new URL(clerk.origin);
  holds(mail.includes(`https://${hostname}`), 'the mail leads elsewhere');
  await clerk.fromMail(path);
  // Whoever comes from elsewhere is led there by a page of ours, which has the same address.
  await clerk.sees('console-able');
  await look(clerk, 'request');
  const form = clerk.page.locator('form.primary');
  await clerk.leads(() => form.getByRole('button', { name: clerk.say('console-approve') }).click());
  await clerk.sees('done-approved');
  await look(clerk, 'approved');
  return asked.event;
}

async function works({ operator, clerk, engineer }, { visit }) {
  await engineer.goto('/my');
  await look(engineer, 'my');
  await engineer.leads(() => engineer.link('work-terminal').click());
  const { page } = engineer;
  await page.locator('[data-island=terminal][data-state=live]').waitFor();
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.type('echo first-$((6*7))\n');
  await page.locator('.xterm-rows').filter({ hasText: 'first-42' }).waitFor();
  await look(engineer, 'terminal');
  for (const seat of [operator, clerk]) {
    await seat.goto('/');
    await seat.page.locator('[data-live=inside]').getByText(engineer.person.name).waitFor();
    await look(seat, 'home-inside');
  }
  page.on('dialog', (dialog) => dialog.accept());
  await page.locator('[data-part=leave]').click();
  await engineer.sees('terminal-ended');
  await clerk.goto(`/visits/${visit.split('-').pop()}`);
  await look(clerk, 'visit');
}

async function agrees({ stage, operator, engineer }, { request, visit }) {
  const { outside, facts } = stage;
  const says = (...args) => outside.sekisho(operator.person.login, ...args);
  const { out: requests, err } = await says('requests', '--all');
  same(requests?.map(({ id, state }) => [id, state]), [[request, 'granted']], `requests (${err})`);
  const { out: sessions } = await says('sessions');
  const opened = await outside.events('session_opened');
  same(sessions.map(({ id, visit }) => [id, visit]), opened.map(({ event }) => [event.session, visit]), 'sessions');
  same(opened.length, 1, 'session_opened in the ledger');
  const { out: targets } = await says('target', 'list');
  const [registered] = await outside.events('target_registered');
  same(targets.map(({ id, name }) => [id, name]), [[registered.event.target, 'lis-db']], 'targets');
  const { out: persons } = await says('person', 'list');
  const people = Object.values(facts.newcomers);
  same(persons.map(({ name }) => name).sort(), people.map(({ name }) => name).sort(), 'people');
  const { out: status } = await says('site', 'status');
  // An empty list is left out.
  const { site, alarms = [], setup_missing: missing = [] } = status;
  same([site, alarms, missing], ['handa', [], []], 'what the command line says is to do');
  await operator.goto(`/visits/${visit.split('-').pop()}`);
  const text = await operator.page.locator('main').innerText();
  for (const shown of [engineer.person.name, 'lis-db', 'あさひ医療システム', operator.stage.person('clerk').name]) {
    holds(text.includes(shown), `the page of the visit does not say ${shown}`);
  }
}

async function inEnglish({ stage, operator }) {
  const english = await stage.seat('operator', { device: 'phone', language: 'en' });
  await signInLike(english, operator);
  const pages = ['/', '/setup', '/setup/kit', '/setup/targets/1', '/relays'];
  for (const path of pages) {
    await english.goto(path);
    await look(english, `en${path.replaceAll('/', '-')}`);
  }
}
