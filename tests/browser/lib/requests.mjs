// The form of a request, as an engineer fills it.

/** A plan whose name and bytes would like to be a page. */
export const HOSTILE = '<script>document.title="evil"</script><img src=x onerror=alert(1)>';
export const PLAN = { name: '作業計画書 <b>.html', mimeType: 'text/html', buffer: Buffer.from(HOSTILE) };

/** A step as it is told: on what, in which language. */
export const told = (seat, sentence) => `${sentence} (${seat.device}, ${seat.language})`;

/** Day and hour in Japan, so many minutes from now. */
export function japan(minutes) {
  const there = new Date(Date.now() + (9 * 60 + minutes) * 60_000).toISOString();
  return { day: there.slice(0, 10), hour: there.slice(11, 16) };
}

/** How many requests the ledger has. */
export async function requests(stage) {
  return (await stage.outside.events('visit_requested')).length;
}

/** The form for the target, as one comes to it. */
export async function open(seat, page = seat.page) {
  await seat.goto('/targets', page);
  await seat.leads(() => seat.link('work-ask', page).first().click(), page);
}

export async function window(seat, page = seat.page) {
  const [from, until] = [japan(0), japan(60)];
  await seat.field('work-from-day', page).fill(from.day);
  await seat.field('work-from-time', page).fill(from.hour);
  await seat.field('work-until-day', page).fill(until.day);
  await seat.field('work-until-time', page).fill(until.hour);
}

export async function fill(seat, purpose, page = seat.page) {
  await window(seat, page);
  await seat.field('work-kind', page).selectOption('inspection');
  await seat.field('work-purpose', page).fill(purpose);
  await seat.field('work-contact', page).fill('090-0000-0007');
}

/** Types into a field and waits until it is kept. */
export async function types(seat, id, text, page = seat.page) {
  const saved = keeps(page, text);
  await seat.field(id, page).fill(text);
  await saved;
  await page.locator('[data-island=draft]').getByText(seat.say('work-draft-saved')).waitFor();
}

/** The request that the ledger has last. */
export async function latest(stage) {
  return (await stage.outside.events('visit_requested')).pop().event;
}

/** Until the gateway has kept a draft in which this stands. Begun before it is typed: the answer may be quick. */
export function keeps(page, text) {
  return page.waitForResponse((answer) => {
    if (new URL(answer.url()).pathname !== '/drafts' || !answer.ok()) return false;
    const sent = new URLSearchParams(answer.request().postData() ?? '');
    return [...sent.values()].includes(text);
  });
}
