// An engineer's desktop. It is a viewer of RFB whatever the target speaks: what comes is drawn, what is done goes to
// the gateway, which decides, records and ends.
import { Desktop } from "../lib/desktop";
import * as keys from "../lib/keys";
import type { Cells } from "../lib/line";
import * as pointing from "../lib/pointing";
import { Seated } from "../lib/seated";

/** The pixels of what the gateway sends: 32 bits, 0x00RRGGBB (`PixelFormat::OURS`). */
const PIXELS = "20180001" + "00ff00ff00ff" + "100800" + "000000";
/** The side of what a size is counted in. */
const TILE = 16;

class Page extends Seated {
  readonly #canvas: HTMLCanvasElement;
  #desktop: Desktop;
  /** What went down, by where it lies: it goes up as the same, whatever it means by then. */
  readonly #down = new Map<string, Uint8Array<ArrayBuffer>>();
  #buttons = 0;

  constructor(place: HTMLElement, canvas: HTMLCanvasElement) {
    super(place);
    this.#canvas = canvas;
    this.#desktop = new Desktop(canvas.width, canvas.height, PIXELS, [], canvas);
  }

  async start(): Promise<void> {
    if (this.word("input") === "yes") {
      this.#watchKeys();
      this.#watchTyping();
      pointing.watch(this.#canvas, (buttons, x, y) => this.#point(buttons, x, y));
    }
    this.#watchView();
    await this.begin();
  }

  protected override size(): Cells {
    const own = this.part("screen")?.getBoundingClientRect();
    const tiles = (pixels: number) => Math.max(Math.floor(pixels / TILE), 1);
    const width = Math.max(own?.width ?? 0, 1024);
    const height = Math.max(window.innerHeight * 0.8, 720);
    return { columns: tiles(width), rows: tiles(height) };
  }

  protected override clear(): void {
    this.#desktop = new Desktop(this.#canvas.width, this.#canvas.height, PIXELS, [], this.#canvas);
  }

  protected override see(piece: Uint8Array, done: () => void): void {
    this.#desktop.see(piece);
    const text = this.#desktop.copied();
    const clipboard = this.part<HTMLTextAreaElement>("clipboard");
    if (clipboard && text !== undefined) clipboard.value = text;
    done();
  }

  protected override listen(listens: boolean): void {
    this.#canvas.toggleAttribute("data-deaf", !listens);
    // What is held when nothing passes is let go at the gateway.
    if (!listens) this.#down.clear();
  }

  protected override focus(): void {
    this.#canvas.focus({ preventScroll: true });
  }

  #point(buttons: number, x: number, y: number): void {
    if (buttons & ~this.#buttons) this.beside("");
    this.#buttons = buttons;
    this.type(pointing.told(buttons, x, y));
  }

  #press(code: string, symbol: number): void {
    const place = keys.placeOf(code);
    if (!this.live || (symbol === 0 && place === 0)) return;
    this.#down.set(code, keys.told(false, symbol, place));
    this.type(keys.told(true, symbol, place));
  }

  #letGo(code: string): void {
    const up = this.#down.get(code);
    this.#down.delete(code);
    if (up) this.type(up);
  }

  #letAllGo(): void {
    for (const code of [...this.#down.keys()].reverse()) this.#letGo(code);
  }

  #watchKeys(): void {
    const canvas = this.#canvas;
    canvas.addEventListener("keydown", (event) => {
      const out = event.ctrlKey && event.altKey && event.key === "Home";
      if (out) {
        event.preventDefault();
        this.#letAllGo();
        this.part<HTMLButtonElement>("leave")?.focus();
        return;
      }
      // What is pasted comes as a text; the desktop's own paste follows it.
      if (event.ctrlKey && event.code === "KeyV" && this.word("paste") === "yes" && !event.repeat) return;
      event.preventDefault();
      this.beside("");
      this.#press(event.code, keys.symbolOf(event.key, event.code));
    });
    canvas.addEventListener("keyup", (event) => {
      event.preventDefault();
      this.#letGo(event.code);
    });
    canvas.addEventListener("blur", () => this.#letAllGo());
    document.addEventListener("paste", (event) => {
      if (document.activeElement !== canvas) return;
      event.preventDefault();
      if (this.word("paste") !== "yes") {
        this.beside(this.word("pasteNo"));
        return;
      }
      this.paste(new TextEncoder().encode(event.clipboardData?.getData("text/plain") ?? ""), false);
      this.#press("KeyV", keys.symbolOf("v", "KeyV"));
      this.#letGo("KeyV");
    });
    for (const key of this.place.querySelectorAll<HTMLElement>("[data-codes]")) {
      key.addEventListener("click", () => {
        const codes = (key.dataset["codes"] ?? "").split(" ");
        for (const code of codes) this.#press(code, keys.symbolAt(code));
        for (const code of codes.reverse()) this.#letGo(code);
        this.focus();
      });
    }
  }

  /** A field for keyboards on a screen and for the input method of this computer: each letter is a key. */
  #watchTyping(): void {
    const typing = this.part("typing");
    const field = this.part<HTMLInputElement>("typed");
    const open = this.part("type");
    if (!typing || !field || !open) return;
    open.addEventListener("click", () => {
      typing.hidden = !typing.hidden;
      open.setAttribute("aria-pressed", String(!typing.hidden));
      if (!typing.hidden) field.focus();
    });
    const send = () => {
      for (const letter of field.value) this.#strike(keys.letter(letter), 0);
      field.value = "";
    };
    field.addEventListener("input", (event) => {
      if (event instanceof InputEvent && event.isComposing) return;
      send();
    });
    field.addEventListener("compositionend", send);
    field.addEventListener("keydown", (event) => {
      const code = event.key;
      if (event.isComposing || !["Enter", "Backspace", "Tab", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].includes(code)) return;
      // The way out of the field by keys stays.
      if (code === "Tab" || (code !== "Enter" && field.value !== "")) return;
      event.preventDefault();
      this.#strike(keys.symbolOf(code, code), keys.placeOf(code));
    });
  }

  #strike(symbol: number, place: number): void {
    this.type(keys.told(true, symbol, place));
    this.type(keys.told(false, symbol, place));
  }

  #watchView(): void {
    const scale = this.part("scale");
    scale?.addEventListener("click", () => {
      const real = this.place.classList.toggle("real-size");
      scale.setAttribute("aria-pressed", String(real));
    });
    this.part("full")?.addEventListener("click", () => {
      if (document.fullscreenElement) void document.exitFullscreen();
      else
        void this.place.requestFullscreen().then(() => {
          // Where a browser lets a page have them, the keys of the system go to the desktop too.
          const keyboard = (navigator as { keyboard?: { lock?: () => Promise<void> } }).keyboard;
          void keyboard?.lock?.().catch(() => undefined);
          this.focus();
        }, () => undefined);
    });
  }
}

const place = document.querySelector<HTMLElement>("[data-island=desktop]");
const canvas = place?.querySelector<HTMLCanvasElement>("canvas");
if (place && canvas) void new Page(place, canvas).start();
