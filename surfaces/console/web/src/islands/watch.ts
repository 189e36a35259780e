// A session, watched live. Watching is attending: while this runs it says every two seconds that somebody
// is there; leaving the page ends it, and where an attendant is needed the session freezes at once.

import { Screens, linesOf, sendQuietly } from "../lib/seen";
import type { Seen } from "../lib/seen";

const HERE_EVERY = 2000;
const AGAIN_AFTER = 1000;
const MOST_REMARKS = 50;

const place = document.querySelector<HTMLElement>("[data-island=watch]");
if (place) watch(place);

function watch(place: HTMLElement): void {
  const word = (name: string) => place.dataset[name] ?? "";
  const part = (selector: string) => place.querySelector<HTMLElement>(selector);
  const state = part(".state");
  const remarks = part(".remarks");
  const said = part(".said");
  const screens = new Screens(part(".screens") ?? place, word("channel"));
  const forms = [...place.querySelectorAll<HTMLFormElement>("form[data-quiet]")];
  let over = false;

  const say = (text: string, tone: string) => {
    if (!state) return;
    const tag = document.createElement("span");
    tag.className = `tag ${tone}`;
    tag.textContent = text;
    state.replaceChildren(tag);
  };
  const stand = (frozen: string | undefined) => {
    if (frozen === "paused") say(word("paused"), "look");
    else if (frozen) say(word("awaiting"), "look");
    else say(word("live"), "good");
    for (const form of forms) {
      if (form.dataset["quiet"] === "pause") form.hidden = frozen === "paused";
      if (form.dataset["quiet"] === "continue") form.hidden = frozen !== "paused";
    }
  };
  const remark = (text: string) => {
    const item = document.createElement("li");
    item.textContent = text;
    remarks?.append(item);
    while (remarks && remarks.children.length > MOST_REMARKS) remarks.firstChild?.remove();
  };

  for (const form of forms) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void sendQuietly(form).then(({ done, text }) => {
        if (said) said.textContent = text || (done ? "" : word("refused"));
        if (done) for (const field of form.querySelectorAll<HTMLInputElement>("input:not([type=hidden])")) field.value = "";
      });
    });
  }

  const see = (seen: Seen) => {
    if ("alive" in seen) stand(seen.alive.frozen);
    else if ("notice" in seen) remark(seen.notice);
    else if ("ended" in seen) {
      over = true;
      say(word("ended"), "look");
    } else screens.see(seen);
  };

  // Once from the beginning to the end of the line.
  const attend = async () => {
    say(word("connecting"), "plain");
    const answer = await fetch(word("stream"), { headers: { accept: "application/jsonl" } });
    if (!answer.ok || answer.redirected) {
      over = true;
      say(word("refused"), "bad");
      return;
    }
    screens.clear();
    const watcher = answer.headers.get("sekisho-watcher") ?? "";
    const here = setInterval(() => {
      const body = new URLSearchParams({ watcher });
      void fetch(word("here"), { method: "POST", body }).catch(() => undefined);
    }, HERE_EVERY);
    try {
      for await (const seen of linesOf<Seen>(answer)) see(seen);
    } finally {
      clearInterval(here);
    }
  };

  const run = async () => {
    while (!over) {
      await attend().catch(() => undefined);
      if (over) break;
      say(word("lost"), "bad");
      await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER));
    }
    for (const form of forms) form.hidden = true;
    if (word("again")) remark(word("again"));
  };
  void run();
}
