// Saves what somebody types into a form, so that a reload, a lost line or an empty battery costs nothing.
// Files are not sent from here: they go with the form's own buttons.

const QUIET_MILLIS = 1500;
const AGAIN_MILLIS = 10_000;
// Of what a page that is going away may still send, browsers take 64 KiB; a field of the form is at most as long.
const LAST_WORDS = 60_000;

const status = document.querySelector<HTMLElement>('[data-island="draft"]');
const form = status?.closest("form");
if (status && form) begin(form, status);

function begin(form: HTMLFormElement, status: HTMLElement) {
  let changed = 0; // counts what was typed
  let saved = 0; // how much of it is kept
  let timer: number | undefined;
  let saving: Promise<void> | undefined;
  let over = false; // sent, or changed elsewhere: nothing is saved from here any more
  let leaving = false; // by a button of the form, which keeps everything

  const say = (text: string, bad = false) => {
    status.textContent = text;
    status.classList.toggle("bad", bad);
  };
  const later = (millis: number) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void save(), millis);
  };

  function fields(): URLSearchParams {
    const sent = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string") sent.append(name, value);
    }
    return sent;
  }

  async function once(): Promise<void> {
    const upTo = changed;
    say(status.dataset.saving ?? "");
    const body = fields();
    // A page that is put away may be gone before it is answered: what it sent arrives all the same.
    const keepalive = document.visibilityState === "hidden" && body.toString().length < LAST_WORDS;
    let answer: Response;
    try {
      answer = await fetch("/drafts", { method: "POST", body, redirect: "error", keepalive });
    } catch {
      say(status.dataset.waiting ?? "", true);
      later(AGAIN_MILLIS);
      return;
    }
    if (answer.status === 401) {
      say(status.dataset.signedOut ?? "", true);
      later(AGAIN_MILLIS);
      return;
    }
    const told: { version?: number; said?: string } = await answer.json().catch(() => ({}));
    if (answer.ok && typeof told.version === "number") {
      const version = form.elements.namedItem("version");
      if (version instanceof HTMLInputElement) version.value = String(told.version);
      saved = upTo;
      const now = new Date().toLocaleTimeString("ja-JP", { timeZone: "Asia/Tokyo", hour: "2-digit", minute: "2-digit" });
      say(`${status.dataset.saved ?? ""} ${now}`);
      keepPlace(false);
      if (changed > saved) later(QUIET_MILLIS);
      return;
    }
    over = true;
    say(told.said ?? status.dataset.waiting ?? "", true);
  }

  // A reload of the request form, or coming back to it, shows this draft and begins no other; that of a report finds it
  // by its visit.
  function keepPlace(begins: boolean) {
    const id = form.elements.namedItem("draft");
    const query = new URLSearchParams(begins ? location.search : "");
    if (location.pathname !== "/requests/new" || !(id instanceof HTMLInputElement) || (begins && query.has("draft"))) {
      // Also where a form came back with what is wrong with it: coming back there shows it anew and sends nothing.
      if (begins) history.replaceState(history.state, "", location.href);
      return;
    }
    query.set("draft", id.value);
    if (begins) query.set("begin", "1");
    history.replaceState(history.state, "", `/requests/new?${query.toString()}`);
  }

  async function save(): Promise<void> {
    if (over || changed === saved) return;
    saving ??= once().finally(() => (saving = undefined));
    await saving;
  }

  if (status.dataset.unsaved !== undefined) changed = 1;
  keepPlace(true);
  form.addEventListener("input", () => {
    changed += 1;
    if (!over) later(QUIET_MILLIS);
  });
  window.addEventListener("online", () => void save());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") void save();
  });
  // Whoever leaves within the second in which nothing is kept yet is asked whether they mean to.
  window.addEventListener("beforeunload", (event) => {
    if (leaving || changed === saved) return;
    event.preventDefault();
    void save();
  });

  // The form names the version that it saw: a save that is under way is waited for first.
  form.addEventListener("submit", (event) => {
    window.clearTimeout(timer);
    if (!saving) {
      over = true;
      leaving = true;
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const by = event.submitter;
    void saving.then(() => form.requestSubmit(by));
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    over = false;
    leaving = false;
  });
}
