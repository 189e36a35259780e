// An engineer's terminal. Its program is xterm.js; what is typed goes to the gateway as bytes, what comes
// is shown. The gateway decides, records and ends; this shows what it says.
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";

import { adoptStyles } from "../lib/adopted";
import { handOver } from "../lib/hand-over";
import * as line from "../lib/line";
import { Seated } from "../lib/seated";

/** OSC sequences of a target that would reach past the screen: titles, folders, links, clipboard, notices. */
const INERT_OSC = [0, 1, 2, 7, 8, 9, 50, 52, 99, 133, 633, 777, 1337];

class Page extends Seated {
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();

  constructor(place: HTMLElement) {
    super(place);
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

  async start(): Promise<void> {
    const screen = this.part("screen");
    if (!screen) return;
    for (const osc of INERT_OSC) this.#terminal.parser.registerOscHandler(osc, () => true);
    this.#terminal.loadAddon(this.#fit);
    this.#terminal.open(screen);
    this.#fit.fit();
    const encoder = new TextEncoder();
    this.#terminal.onData((text) => this.type(encoder.encode(text)));
    this.#terminal.onKey(() => this.beside(""));
    this.#terminal.onBinary((text) => this.type(Uint8Array.from(text, (letter) => letter.charCodeAt(0))));
    this.#terminal.onResize(() => this.tellSize());
    new ResizeObserver(() => this.#fit.fit()).observe(screen);
    this.#watchClipboard(screen, encoder);
    this.#watchKeys();
    handOver(this.place, this.base);
    await this.begin();
  }

  protected override size(): line.Cells {
    return { columns: this.#terminal.cols, rows: this.#terminal.rows };
  }

  protected override clear(): void {
    this.#terminal.reset();
  }

  protected override see(piece: Uint8Array, done: () => void): void {
    this.#terminal.write(piece, done);
  }

  protected override listen(listens: boolean): void {
    this.#terminal.options.disableStdin = !listens;
  }

  protected override focus(): void {
    this.#terminal.focus();
  }

  /** What is copied, which is this page's manners, and pasted, which the gateway decides. */
  #watchClipboard(screen: HTMLElement, encoder: TextEncoder): void {
    const first = { capture: true };
    const noCopy = (event: Event) => {
      if (this.word("copy") === "yes") return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.beside(this.word("copyNo"));
    };
    screen.addEventListener("copy", noCopy, first);
    screen.addEventListener("cut", noCopy, first);
    const paste = (event: ClipboardEvent) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      const text = (event.clipboardData?.getData("text/plain") ?? "").replace(/\r?\n/g, "\r");
      const bracketed = this.#terminal.modes.bracketedPasteMode;
      // A program that is told what is pasted runs nothing by itself; what the gateway refuses runs nowhere.
      const atOnce = text.includes("\r") && !bracketed && this.word("lines") === "yes";
      if (atOnce && !window.confirm(this.word("pasteSure"))) return;
      this.#terminal.scrollToBottom();
      this.paste(encoder.encode(text), bracketed);
    };
    screen.addEventListener("paste", paste, first);
  }

  #watchKeys(): void {
    // A terminal takes every key; this one leads out of it again.
    this.#terminal.attachCustomKeyEventHandler((event) => {
      const out = event.ctrlKey && event.altKey && event.key === "Home";
      if (out && event.type === "keydown") this.part<HTMLButtonElement>("leave")?.focus();
      // With something chosen it copies; without, it interrupts the program, as everywhere.
      const copies = event.ctrlKey && !event.shiftKey && event.key.toLowerCase() === "c" && this.#terminal.hasSelection();
      if (copies && event.type === "keydown") setTimeout(() => this.#terminal.clearSelection());
      return !out && !copies;
    });
    for (const key of this.place.querySelectorAll<HTMLElement>("[data-key]")) {
      key.addEventListener("click", () => {
        this.type(line.fromHex(key.dataset["key"] ?? ""));
        this.#terminal.focus();
      });
    }
  }
}

const place = document.querySelector<HTMLElement>("[data-island=terminal]");
if (place) {
  adoptStyles();
  void new Page(place).start();
}
