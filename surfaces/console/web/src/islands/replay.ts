// A recording, played back: at any speed, from any moment, silence left out, commands found. What was on the
// screen is made anew from the beginning when somebody goes back: a screen is not a film.

import { Screens, linesOf } from "../lib/seen";
import type { Seen } from "../lib/seen";

interface Played {
  at_millis: number;
  seen: Seen;
}

// Bytes of a recording that are kept in the page; what comes after stays at the site.
const MOST_BYTES = 96 * 1024 * 1024;
// Silence that is longer is shown as this long.
const SILENCE = 2000;
const STEP = 10_000;

const place = document.querySelector<HTMLElement>("[data-island=replay]");
if (place) replay(place);

function clock(millis: number): string {
  const seconds = Math.max(Math.floor(millis / 1000), 0);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function replay(place: HTMLElement): void {
  const word = (name: string) => place.dataset[name] ?? "";
  const one = <T extends HTMLElement>(selector: string) => place.querySelector<T>(selector);
  const state = one(".state");
  const remarks = one(".remarks");
  const controls = one(".controls");
  const seek = one<HTMLInputElement>("#seek");
  const shown = one<HTMLOutputElement>("output");
  const speed = one<HTMLSelectElement>("#speed");
  const skip = one<HTMLInputElement>("input[name=skip]");
  const play = one<HTMLButtonElement>("[data-do=play]");
  const find = document.querySelector<HTMLInputElement>("#find");
  const index = [...document.querySelectorAll<HTMLElement>(".replay-index > li")];
  const screens = new Screens(one(".screens") ?? place, word("channel"));

  const all: Played[] = [];
  let next = 0;
  let at = 0;
  let playing = false;
  let before = 0;

  const say = (text: string) => {
    if (state) state.textContent = text;
  };
  const end = () => all[all.length - 1]?.at_millis ?? 0;

  const show = (played: Played) => {
    if ("notice" in played.seen) {
      const item = document.createElement("li");
      item.textContent = `${clock(played.at_millis)} ${played.seen.notice}`;
      remarks?.append(item);
      while (remarks && remarks.children.length > 50) remarks.firstChild?.remove();
    } else screens.see(played.seen);
  };
  const tell = () => {
    if (seek) seek.value = String(at);
    if (shown) shown.value = `${clock(at)} / ${clock(end())}`;
    if (play) play.textContent = playing ? word("stop") : word("play");
    index.forEach((item) => item.toggleAttribute("aria-current", false));
    const passed = index.filter((item) => Number(item.dataset["at"]) <= at);
    passed[passed.length - 1]?.setAttribute("aria-current", "true");
  };

  // Everything up to this moment.
  const advance = (to: number) => {
    at = Math.min(Math.max(to, 0), end());
    for (let played = all[next]; played && played.at_millis <= at; played = all[next]) {
      show(played);
      next += 1;
    }
  };
  const go = (to: number) => {
    if (to < at) {
      screens.clear();
      remarks?.replaceChildren();
      next = 0;
    }
    screens.seekTo(Math.min(Math.max(to, 0), end()));
    advance(to);
    tell();
  };

  const tick = (now: number) => {
    if (!playing) return;
    const factor = Number(speed?.value ?? "1") || 1;
    let to = at + (now - before) * factor;
    before = now;
    const coming = all[next];
    if (skip?.checked && coming && coming.at_millis - at > SILENCE) to = Math.max(to, coming.at_millis - SILENCE / 4);
    advance(to);
    if (!all[next]) playing = false;
    tell();
    requestAnimationFrame(tick);
  };
  const toggle = () => {
    if (!playing && !all[next]) go(0);
    playing = !playing;
    before = performance.now();
    tell();
    if (playing) requestAnimationFrame(tick);
  };

  const commands = index.filter((item) => item.hasAttribute("data-command"));
  for (const item of index) {
    // A moment that can be gone to is a button, for the keys too.
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.append(...item.childNodes);
    button.addEventListener("click", () => go(Number(item.dataset["at"])));
    item.append(button);
  }
  find?.addEventListener("input", () => {
    const wanted = find.value.trim().toLowerCase();
    let left = 0;
    for (const item of index) {
      const fits = wanted === "" || (commands.includes(item) && (item.textContent ?? "").toLowerCase().includes(wanted));
      item.hidden = !fits;
      if (fits) left += 1;
    }
    say(left === 0 ? word("none") : "");
  });
  find?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const first = commands.find((item) => !item.hidden);
    if (first) go(Number(first.dataset["at"]));
  });

  controls?.addEventListener("click", (event) => {
    const what = event.target instanceof HTMLElement ? event.target.dataset["do"] : undefined;
    if (what === "play") toggle();
    else if (what === "back") go(at - STEP);
    else if (what === "on") go(at + STEP);
  });
  seek?.addEventListener("input", () => go(Number(seek.value)));
  document.addEventListener("keydown", (event) => {
    const target = event.target;
    const typing = target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement || target instanceof HTMLButtonElement;
    if (typing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === " ") toggle();
    else if (event.key === "ArrowLeft") go(at - STEP);
    else if (event.key === "ArrowRight") go(at + STEP);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(end());
    else return;
    event.preventDefault();
  });

  const read = async () => {
    say(word("reading"));
    const answer = await fetch(word("stream"), { headers: { accept: "application/jsonl" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    let bytes = 0;
    for await (const played of linesOf<Played>(answer)) {
      if ("output" in played.seen) bytes += played.seen.output.bytes.length;
      if ("picture" in played.seen) bytes += played.seen.picture.bytes.length;
      if (bytes > MOST_BYTES) {
        say(word("cut"));
        return;
      }
      all.push(played);
      if ("keyframe" in played.seen) screens.know(played.at_millis, played.seen.keyframe);
      if (seek) seek.max = String(end());
    }
    say(word("read"));
  };
  void read()
    .catch(() => say(word("broken")))
    .finally(() => {
      if (controls) controls.hidden = false;
      const box = document.querySelector<HTMLElement>(".replay-find");
      if (box) box.hidden = false;
      const from = /^#at=(\d+)$/.exec(window.location.hash);
      go(from ? Number(from[1]) : 0);
      place.dataset["ready"] = "yes";
    });
}
