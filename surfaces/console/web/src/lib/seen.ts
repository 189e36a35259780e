// What is seen of a session, as `wire::api::v1::Seen` has it, and the screens that show it: one for each
// channel that has a terminal, and for each other channel the text that it says.

import { Desktop } from "./desktop";
import type { Keyframe } from "./desktop";
import { Screen } from "./screen";

export interface Terminal {
  term: string;
  columns: number;
  rows: number;
}

interface DesktopOpened {
  name: string;
  width: number;
  height: number;
  pixels: string;
}

export type Purpose =
  | "shell"
  | "sftp"
  | { exec: { command: string } }
  | { scp: { command: string } }
  | { database: { database: string; account: string } }
  | { web: { host: string; account: string } }
  | { desktop: DesktopOpened };

export interface Said {
  id: string;
  args?: Record<string, string>;
}

export type Seen =
  | { opened: { channel: number; what: Purpose; terminal?: Terminal } }
  | { output: { channel: number; bytes: string } }
  | { picture: { channel: number; bytes: string } }
  | { keyframe: Keyframe }
  | { resized: { channel: number; columns: number; rows: number } }
  | { closed: { channel: number } }
  | { lost: Record<string, never> }
  | { notice: string }
  | { alive: { frozen?: "paused" | "awaiting_attendant"; until: number } }
  | { ended: Said };

export function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

export function purpose(what: Purpose): string {
  if (typeof what === "string") return what;
  if ("exec" in what) return what.exec.command;
  if ("scp" in what) return what.scp.command;
  if ("database" in what) return what.database.database;
  return "web" in what ? what.web.host : what.desktop.name;
}

// The screens of a session's channels.
export class Screens {
  private readonly screens = new Map<number, { screen: Screen; figure: HTMLElement; caption: HTMLElement }>();
  private readonly desktops = new Map<number, { desktop: Desktop; figure: HTMLElement }>();
  private readonly keyframes = new Map<number, { at: number; keyframe: Keyframe }[]>();
  private wanted = 0;

  constructor(
    private readonly place: HTMLElement,
    private readonly channelWord: string,
  ) {}

  clear(): void {
    this.screens.clear();
    this.desktops.clear();
    this.place.replaceChildren();
  }

  // From here a desktop can be played, which ended at this moment. Told before anything is shown.
  know(at: number, keyframe: Keyframe): void {
    const known = this.keyframes.get(keyframe.channel) ?? [];
    known.push({ at, keyframe });
    this.keyframes.set(keyframe.channel, known);
  }

  // What is shown next is of this moment: what desktops showed before its keyframe needs not be drawn.
  seekTo(at: number): void {
    this.wanted = at;
    for (const [channel, { desktop }] of this.desktops) desktop.beginWith(this.keyframeBefore(channel));
  }

  private keyframeBefore(channel: number): Keyframe | undefined {
    return this.keyframes.get(channel)?.filter(({ at }) => at <= this.wanted).pop()?.keyframe;
  }

  channels(): number[] {
    return [...this.screens.keys()];
  }

  text(channel: number): string {
    return this.screens.get(channel)?.screen.text() ?? "";
  }

  see(seen: Seen): void {
    // Watched or played back, a desktop is drawn.
    if ("opened" in seen && !seen.opened.terminal && typeof seen.opened.what !== "string" && "desktop" in seen.opened.what) {
      this.desk(seen.opened.channel, seen.opened.what.desktop);
    } else if ("opened" in seen) this.open(seen.opened.channel, purpose(seen.opened.what), seen.opened.terminal);
    else if ("output" in seen) {
      const known = this.screens.get(seen.output.channel) ?? this.open(seen.output.channel, "", undefined);
      known.screen.write(bytesOf(seen.output.bytes));
    } else if ("picture" in seen) this.desktops.get(seen.picture.channel)?.desktop.see(bytesOf(seen.picture.bytes));
    else if ("resized" in seen) this.screens.get(seen.resized.channel)?.screen.resize(seen.resized.columns, seen.resized.rows);
    else if ("closed" in seen) (this.desktops.get(seen.closed.channel) ?? this.screens.get(seen.closed.channel))?.figure.classList.add("closed");
    else if ("lost" in seen) this.clear();
  }

  private open(channel: number, what: string, terminal: Terminal | undefined) {
    this.screens.get(channel)?.figure.remove();
    const screen = new Screen(terminal?.columns ?? 100, terminal?.rows ?? 12);
    const { figure, caption } = this.figure(channel, what);
    const frame = document.createElement("div");
    frame.className = "wide";
    // A screen that is wider than the page is moved with the keys, too.
    frame.tabIndex = 0;
    frame.setAttribute("role", "group");
    frame.setAttribute("aria-label", caption.textContent ?? "");
    frame.append(screen.element);
    figure.append(frame);
    this.place.append(figure);
    screen.drawNow();
    const known = { screen, figure, caption };
    this.screens.set(channel, known);
    return known;
  }

  private desk(channel: number, { name, width, height, pixels }: DesktopOpened): void {
    this.desktops.get(channel)?.figure.remove();
    const known = (this.keyframes.get(channel) ?? []).map(({ keyframe }) => keyframe);
    const desktop = new Desktop(width, height, pixels, known);
    desktop.beginWith(this.keyframeBefore(channel));
    const { figure, caption } = this.figure(channel, name);
    desktop.element.setAttribute("aria-label", caption.textContent ?? "");
    figure.append(desktop.element);
    this.place.append(figure);
    this.desktops.set(channel, { desktop, figure });
  }

  private figure(channel: number, what: string) {
    const figure = document.createElement("figure");
    figure.dataset["channel"] = String(channel);
    const caption = document.createElement("figcaption");
    caption.textContent = `${this.channelWord} ${channel + 1}  ${what}`;
    figure.append(caption);
    return { figure, caption };
  }
}

// Each line of an answer as it comes. A line that is not whole at the end is none.
export async function* linesOf<T>(answer: Response): AsyncGenerator<T> {
  if (!answer.body) return;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += value;
    let end = rest.indexOf("\n");
    while (end >= 0) {
      yield JSON.parse(rest.slice(0, end)) as T;
      rest = rest.slice(end + 1);
      end = rest.indexOf("\n");
    }
  }
}

// What a form's answer says: it is read as a document that runs nothing, and only its text is taken.
export function sendQuietly(form: HTMLFormElement): Promise<{ done: boolean; text: string }> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.responseType = "document";
    request.setRequestHeader("content-type", "application/x-www-form-urlencoded");
    const end = () => {
      const page = request.response as Document | null;
      const said = page?.querySelector(".notice[role=status], .notice[role=alert]")?.textContent?.trim();
      resolve({ done: request.status === 200, text: said ?? "" });
    };
    request.addEventListener("load", end);
    request.addEventListener("error", () => resolve({ done: false, text: "" }));
    const fields = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") fields.append(name, value);
    request.send(fields.toString());
  });
}
