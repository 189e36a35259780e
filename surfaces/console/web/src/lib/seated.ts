// What pages have in common at which an engineer sits, at a terminal or at a desktop: the line to the gateway, lost
// and taken up again; how the session stands, and how long still. The gateway decides, records and ends; this shows
// what it says.
import * as line from "./line";

/** What has been shown is told after so many bytes, or after so many milliseconds. */
const TELL_AFTER = 32 * 1024;
const TELL_WITHIN = 200;
/** How long until a lost line is tried again: at first, and at most. */
const FIRST_TRY = 500;
const LAST_TRY = 5000;
/** Seconds before the end at which it is said. */
const SOON = 300;

export type State = "connecting" | "live" | "paused" | "awaiting" | "lost" | "over";

export abstract class Seated {
  protected readonly place: HTMLElement;
  /** The page's own number: another tab has another, and so has this one when it is loaded again. */
  readonly #number = crypto.getRandomValues(new Uint8Array(32));
  #socket: WebSocket | null = null;
  #state: State = "connecting";
  /** Output, counted from the first byte: what came, what was shown, what was told. */
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
    this.place = place;
  }

  /** How large it is. */
  protected abstract size(): line.Cells;
  /** What was shown before is nothing any more. */
  protected abstract clear(): void;
  /** Shows a piece of output, and says when that is done. */
  protected abstract see(piece: Uint8Array, done: () => void): void;
  /** Whether what is typed goes anywhere. */
  protected abstract listen(listens: boolean): void;
  /** Where keys go. */
  protected abstract focus(): void;

  protected part<T extends HTMLElement>(name: string): T | null {
    return this.place.querySelector<T>(`[data-part="${name}"]`);
  }

  protected word(name: string): string {
    return this.place.dataset[name] ?? this.part("words")?.dataset[name] ?? "";
  }

  protected get base(): string {
    return this.word("base");
  }

  protected async begin(): Promise<void> {
    this.part("again")?.addEventListener("click", () => {
      // What is over begins anew.
      if (this.#state === "over") window.location.reload();
      else void this.#connect(false);
    });
    this.part("take-over")?.addEventListener("click", () => {
      this.show("leave", true);
      this.show("clock", true);
      void this.#connect(true);
      this.focus();
    });
    this.part("leave")?.addEventListener("click", () => {
      if (window.confirm(this.word("leaveSure"))) this.#send(line.leave());
    });
    setInterval(() => this.#showTime(), 1000);
    this.focus();
    await this.#connect(false);
  }

  #send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#socket?.readyState === WebSocket.OPEN && this.#began) this.#socket.send(bytes);
  }

  /** Whether something can be typed now. */
  protected get live(): boolean {
    // What a program asks of the terminal in a repetition was answered long ago.
    return this.#state === "live" && this.#shown >= this.#fresh;
  }

  protected type(bytes: Uint8Array): void {
    if (!this.live) return;
    for (const message of line.input(bytes)) this.#send(message);
  }

  protected paste(bytes: Uint8Array, bracketed: boolean): void {
    if (this.#state !== "live") return;
    this.beside("");
    for (const message of line.paste(bytes, bracketed)) this.#send(message);
  }

  protected tellSize(): void {
    this.#send(line.resize(this.size()));
  }

  async #connect(takeOver: boolean): Promise<void> {
    this.#say(this.#lostAt === 0 ? "connecting" : "lost");
    this.show("again", false);
    this.show("take-over", false);
    const ticket = await this.#ticket();
    if (ticket === "signed-out") {
      this.#over("signed-out", this.word("signedOut"));
      return;
    }
    if (ticket === null) {
      this.#later();
      return;
    }
    // Over TLS as the page is; a page that came by the engineer's own computer stays on it (decision 0031).
    const scheme = window.location.protocol === "http:" ? "ws" : "wss";
    const socket = new WebSocket(`${scheme}://${window.location.host}${this.base}/line`);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#began = false;
    socket.addEventListener("open", () => {
      socket.send(line.hello(line.fromHex(ticket), this.#number, this.#shown, this.size(), takeOver));
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
      const answer = await fetch(`${this.base}/ticket`, { method: "POST", body: new URLSearchParams() });
      if (answer.status === 401) return "signed-out";
      if (!answer.ok) return null;
      const said: unknown = await answer.json();
      const ticket = typeof said === "object" && said !== null ? (said as { ticket?: unknown }).ticket : null;
      return typeof ticket === "string" ? ticket : null;
    } catch {
      return null;
    }
  }

  /** The line is lost: once more in a moment, while the seat is kept. */
  #later(): void {
    this.#socket = null;
    if (this.#lostAt === 0) this.#lostAt = Date.now();
    const grace = Number(this.word("grace")) * 1000;
    if (Date.now() - this.#lostAt > grace + LAST_TRY) {
      this.#over("refused", this.word("gone"));
      return;
    }
    this.#say("lost");
    this.show("again", true);
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
        this.beside(message.text);
        break;
      case "over":
        this.#over(message.why, message.text);
        break;
    }
  }

  #welcome({ from, fresh }: { from: number; fresh: number }): void {
    // What this page has not shown itself is shown on an empty screen.
    if (from !== this.#shown) this.clear();
    [this.#came, this.#shown, this.#told, this.#fresh] = [from, from, from, fresh];
    this.#began = true;
    [this.#lostAt, this.#wait] = [0, FIRST_TRY];
    this.show("again", false);
    this.#say("live");
    this.tellSize();
  }

  #output(bytes: Uint8Array): void {
    // A repetition and what is new are two pieces: the one is not answered, the other is.
    const old = Math.min(Math.max(this.#fresh - this.#came, 0), bytes.length);
    for (const piece of [bytes.subarray(0, old), bytes.subarray(old)]) {
      if (piece.length === 0) continue;
      this.#came += piece.length;
      this.see(piece, () => this.#wasShown(piece.length));
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
    this.place.dataset["state"] = "over";
    this.#socket = null;
    // Of what is over nothing is left, and of what goes on elsewhere it is said there.
    this.#endsAt = null;
    this.show("clock", false);
    this.beside("");
    this.listen(false);
    this.#write(text);
    this.show("again", why === "ticket" || why === "misbehaved" || why === "refused" || why === "ended");
    this.show("take-over", why === "elsewhere" || why === "taken-over");
    this.show("sign-in", why === "signed-out");
    this.show("leave", false);
  }

  #say(state: State): void {
    this.#state = state;
    this.place.dataset["state"] = state;
    this.listen(state === "live");
    this.#write(this.word(state));
  }

  #write(text: string): void {
    const said = this.part("state");
    if (said && said.textContent !== text) said.textContent = text;
  }

  /** A sentence beside the screen, until the next key. */
  protected beside(text: string): void {
    const said = this.part("said");
    if (said && said.textContent !== text) said.textContent = text;
  }

  protected show(name: string, there: boolean): void {
    const part = this.part(name);
    if (part) part.hidden = !there;
  }

  #showTime(): void {
    const left = this.part("left");
    if (!left || this.#endsAt === null) return;
    const seconds = Math.max(0, Math.round((this.#endsAt - Date.now()) / 1000));
    const two = (number: number) => String(number).padStart(2, "0");
    left.textContent = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    this.show("soon", seconds <= SOON);
  }
}
