// An engineer's terminal. Its program is xterm.js; what is typed goes to the gateway as bytes, what comes
// is shown. The gateway decides, records and ends; this shows what it says.
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";

import { adoptStyles } from "../lib/adopted";
import { handOver } from "../lib/hand-over";
import * as line from "../lib/line";

/** What has been shown is told after so many bytes, or after so many milliseconds. */
const TELL_AFTER = 32 * 1024;
const TELL_WITHIN = 200;
/** How long until a lost line is tried again: at first, and at most. */
const FIRST_TRY = 500;
const LAST_TRY = 5000;
/** Seconds before the end at which it is said. */
const SOON = 300;
/** OSC sequences of a target that would reach past the screen: titles, folders, links, clipboard, notices. */
const INERT_OSC = [0, 1, 2, 7, 8, 9, 50, 52, 99, 133, 633, 777, 1337];

type State = "connecting" | "live" | "paused" | "awaiting" | "lost" | "over";

class Page {
  readonly #place: HTMLElement;
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  /** The page's own number: another tab has another, and so has this one when it is loaded again. */
  readonly #number = crypto.getRandomValues(new Uint8Array(32));
  #socket: WebSocket | null = null;
  #state: State = "connecting";
  /** Output, counted from the terminal's first byte: what came, what was shown, what was told. */
  #came = 0;
  #shown = 0;
  #told = 0;
  #telling: ReturnType<typeof setTimeout> | undefined;
  /** Up to where output is a repetition, whose questions were answered when it came first. */
  #fresh = 0;
  #began = false;
  #lostAt = 0;
  #wait = FIRST_TRY;
  #endsAt: number | null = null;

  constructor(place: HTMLElement) {
    this.#place = place;
    this.#terminal = new Terminal({
      cursorBlink: false,
      fontFamily: "ui-monospace, 'BIZ UDGothic', 'MS Gothic', 'Osaka-Mono', 'Noto Sans Mono CJK JP', monospace",
      fontSize: 16,
      minimumContrastRatio: 4.5,
      scrollback: 5000,
      theme: { background: "#101418", foreground: "#eceff3" },
      // Links that a target makes lead nowhere.
      linkHandler: { activate: () => undefined },
    });
  }

  #part<T extends HTMLElement>(name: string): T | null {
    return this.#place.querySelector<T>(`[data-part="${name}"]`);
  }

  #word(name: string): string {
    return this.#place.dataset[name] ?? "";
  }

  get #base(): string {
    return this.#word("base");
  }

  async start(): Promise<void> {
    const screen = this.#part("screen");
    if (!screen) return;
    for (const osc of INERT_OSC) this.#terminal.parser.registerOscHandler(osc, () => true);
    this.#terminal.loadAddon(this.#fit);
    this.#terminal.open(screen);
    this.#fit.fit();
    const encoder = new TextEncoder();
    this.#terminal.onData((text) => this.#type(encoder.encode(text)));
    this.#terminal.onKey(() => this.#beside(""));
    this.#terminal.onBinary((text) => this.#type(Uint8Array.from(text, (letter) => letter.charCodeAt(0))));
    this.#terminal.onResize(({ cols, rows }) => this.#send(line.resize({ columns: cols, rows })));
    new ResizeObserver(() => this.#fit.fit()).observe(screen);
    this.#watchClipboard(screen, encoder);
    this.#watchKeys();
    handOver(this.#place, this.#base);
    setInterval(() => this.#showTime(), 1000);
    this.#terminal.focus();
    await this.#connect(false);
  }

  #send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#socket?.readyState === WebSocket.OPEN && this.#began) this.#socket.send(bytes);
  }

  #type(bytes: Uint8Array): void {
    // What a program asks of the terminal in a repetition was answered long ago.
    if (this.#state !== "live" || this.#shown < this.#fresh) return;
    for (const message of line.input(bytes)) this.#send(message);
  }

  #paste(bytes: Uint8Array, bracketed: boolean): void {
    if (this.#state !== "live") return;
    this.#beside("");
    this.#terminal.scrollToBottom();
    for (const message of line.paste(bytes, bracketed)) this.#send(message);
  }

  async #connect(takeOver: boolean): Promise<void> {
    this.#say(this.#lostAt === 0 ? "connecting" : "lost");
    this.#show("again", false);
    this.#show("take-over", false);
    const ticket = await this.#ticket();
    if (ticket === "signed-out") {
      this.#over("signed-out", this.#word("signedOut"));
      return;
    }
    if (ticket === null) {
      this.#later();
      return;
    }
    // Over TLS as the page is; a page that came by the engineer's own computer stays on it (decision 0031).
    const scheme = window.location.protocol === "http:" ? "ws" : "wss";
    const socket = new WebSocket(`${scheme}://${window.location.host}${this.#base}/line`);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#began = false;
    socket.addEventListener("open", () => {
      const size = { columns: this.#terminal.cols, rows: this.#terminal.rows };
      socket.send(line.hello(line.fromHex(ticket), this.#number, this.#shown, size, takeOver));
    });
    socket.addEventListener("message", ({ data }) => {
      if (this.#socket !== socket || !(data instanceof ArrayBuffer)) return;
      const message = line.read(data);
      if (message) this.#hear(message);
    });
    socket.addEventListener("close", () => {
      if (this.#socket === socket && this.#state !== "over") this.#later();
    });
  }

  async #ticket(): Promise<string | "signed-out" | null> {
    try {
      const answer = await fetch(`${this.#base}/ticket`, { method: "POST", body: new URLSearchParams() });
      if (answer.status === 401) return "signed-out";
      if (!answer.ok) return null;
      const said: unknown = await answer.json();
      const ticket = typeof said === "object" && said !== null ? (said as { ticket?: unknown }).ticket : null;
      return typeof ticket === "string" ? ticket : null;
    } catch {
      return null;
    }
  }

  /** The line is lost: once more in a moment, while the terminal is kept. */
  #later(): void {
    this.#socket = null;
    if (this.#lostAt === 0) this.#lostAt = Date.now();
    const grace = Number(this.#word("grace")) * 1000;
    if (Date.now() - this.#lostAt > grace + LAST_TRY) {
      this.#over("refused", this.#word("gone"));
      return;
    }
    this.#say("lost");
    this.#show("again", true);
    setTimeout(() => {
      if (this.#socket === null && this.#state === "lost") void this.#connect(false);
    }, this.#wait);
    this.#wait = Math.min(this.#wait * 2, LAST_TRY);
  }

  #hear(message: line.ToPage): void {
    switch (message.kind) {
      case "welcome":
        this.#welcome(message);
        break;
      case "output":
        this.#output(message.bytes);
        break;
      case "state":
        this.#endsAt = Date.now() + message.left * 1000;
        this.#showTime();
        this.#say(message.passing === "yes" ? "live" : message.passing);
        break;
      case "said":
        this.#beside(message.text);
        break;
      case "over":
        this.#over(message.why, message.text);
        break;
    }
  }

  #welcome({ from, fresh }: { from: number; fresh: number }): void {
    // What this page has not shown itself is shown on an empty screen.
    if (from !== this.#shown) this.#terminal.reset();
    [this.#came, this.#shown, this.#told, this.#fresh] = [from, from, from, fresh];
    this.#began = true;
    [this.#lostAt, this.#wait] = [0, FIRST_TRY];
    this.#show("again", false);
    this.#say("live");
    this.#send(line.resize({ columns: this.#terminal.cols, rows: this.#terminal.rows }));
  }

  #output(bytes: Uint8Array): void {
    // A repetition and what is new are two pieces: the one is not answered, the other is.
    const old = Math.min(Math.max(this.#fresh - this.#came, 0), bytes.length);
    for (const piece of [bytes.subarray(0, old), bytes.subarray(old)]) {
      if (piece.length === 0) continue;
      this.#came += piece.length;
      this.#terminal.write(piece, () => this.#wasShown(piece.length));
    }
  }

  #wasShown(count: number): void {
    this.#shown += count;
    if (this.#shown - this.#told >= TELL_AFTER) this.#tell();
    else this.#telling ??= setTimeout(() => this.#tell(), TELL_WITHIN);
  }

  #tell(): void {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    this.#told = this.#shown;
    this.#send(line.shown(this.#shown));
  }

  #over(why: line.Over, text: string): void {
    this.#state = "over";
    this.#place.dataset["state"] = "over";
    this.#socket = null;
    // Of what is over nothing is left, and of what goes on elsewhere it is said there.
    this.#endsAt = null;
    this.#show("clock", false);
    this.#beside("");
    this.#terminal.options.disableStdin = true;
    this.#write(text);
    this.#show("again", why === "ticket" || why === "misbehaved" || why === "refused" || why === "ended");
    this.#show("take-over", why === "elsewhere" || why === "taken-over");
    this.#show("sign-in", why === "signed-out");
    this.#show("leave", false);
  }

  #say(state: State): void {
    this.#state = state;
    this.#place.dataset["state"] = state;
    this.#terminal.options.disableStdin = state !== "live";
    this.#write(this.#word(state));
  }

  #write(text: string): void {
    const said = this.#part("state");
    if (said && said.textContent !== text) said.textContent = text;
  }

  /** A sentence beside the screen, until the next key. */
  #beside(text: string): void {
    const said = this.#part("said");
    if (said && said.textContent !== text) said.textContent = text;
  }

  #show(name: string, there: boolean): void {
    const part = this.#part(name);
    if (part) part.hidden = !there;
  }

  #showTime(): void {
    const left = this.#part("left");
    if (!left || this.#endsAt === null) return;
    const seconds = Math.max(0, Math.round((this.#endsAt - Date.now()) / 1000));
    const two = (number: number) => String(number).padStart(2, "0");
    left.textContent = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    this.#show("soon", seconds <= SOON);
  }

  /** What is copied, which is this page's manners, and pasted, which the gateway decides. */
  #watchClipboard(screen: HTMLElement, encoder: TextEncoder): void {
    const first = { capture: true };
    const noCopy = (event: Event) => {
      if (this.#word("copy") === "yes") return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.#beside(this.#word("copyNo"));
    };
    screen.addEventListener("copy", noCopy, first);
    screen.addEventListener("cut", noCopy, first);
    const paste = (event: ClipboardEvent) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      const text = (event.clipboardData?.getData("text/plain") ?? "").replace(/\r?\n/g, "\r");
      const bracketed = this.#terminal.modes.bracketedPasteMode;
      // A program that is told what is pasted runs nothing by itself; what the gateway refuses runs nowhere.
      const atOnce = text.includes("\r") && !bracketed && this.#word("lines") === "yes";
      if (atOnce && !window.confirm(this.#word("pasteSure"))) return;
      this.#paste(encoder.encode(text), bracketed);
    };
    screen.addEventListener("paste", paste, first);
  }

  #watchKeys(): void {
    // A terminal takes every key; this one leads out of it again.
    this.#terminal.attachCustomKeyEventHandler((event) => {
      const out = event.ctrlKey && event.altKey && event.key === "Home";
      if (out && event.type === "keydown") this.#part<HTMLButtonElement>("leave")?.focus();
      // With something chosen it copies; without, it interrupts the program, as everywhere.
      const copies = event.ctrlKey && !event.shiftKey && event.key.toLowerCase() === "c" && this.#terminal.hasSelection();
      if (copies && event.type === "keydown") setTimeout(() => this.#terminal.clearSelection());
      return !out && !copies;
    });
    for (const key of this.#place.querySelectorAll<HTMLElement>("[data-key]")) {
      key.addEventListener("click", () => {
        this.#type(line.fromHex(key.dataset["key"] ?? ""));
        this.#terminal.focus();
      });
    }
    this.#part("again")?.addEventListener("click", () => {
      // A terminal that is over begins anew.
      if (this.#state === "over") window.location.reload();
      else void this.#connect(false);
    });
    this.#part("take-over")?.addEventListener("click", () => {
      this.#show("leave", true);
      this.#show("clock", true);
      void this.#connect(true);
      this.#terminal.focus();
    });
    this.#part("leave")?.addEventListener("click", () => {
      if (window.confirm(this.#word("leaveSure"))) this.#send(line.leave());
    });
  }
}

const place = document.querySelector<HTMLElement>("[data-island=terminal]");
if (place) {
  adoptStyles();
  void new Page(place).start();
}
