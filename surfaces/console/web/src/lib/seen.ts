// What is seen of a session, as `wire::api::v1::Seen` has it, and the screens that show it: one for each
// channel that has a terminal, and for each other channel the text that it says.

import { Screen } from "./screen";

export interface Terminal {
  term: string;
  columns: number;
  rows: number;
}

export type Purpose = "shell" | "sftp" | { exec: { command: string } } | { scp: { command: string } };

export interface Said {
  id: string;
  args?: Record<string, string>;
}

export type Seen =
  | { opened: { channel: number; what: Purpose; terminal?: Terminal } }
  | { output: { channel: number; bytes: string } }
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
  return "exec" in what ? what.exec.command : what.scp.command;
}

// The screens of a session's channels.
export class Screens {
  private readonly screens = new Map<number, { screen: Screen; figure: HTMLElement; caption: HTMLElement }>();

  constructor(
    private readonly place: HTMLElement,
    private readonly channelWord: string,
  ) {}

  clear(): void {
    this.screens.clear();
    this.place.replaceChildren();
  }

  channels(): number[] {
    return [...this.screens.keys()];
  }

  text(channel: number): string {
    return this.screens.get(channel)?.screen.text() ?? "";
  }

  see(seen: Seen): void {
    if ("opened" in seen) this.open(seen.opened.channel, purpose(seen.opened.what), seen.opened.terminal);
    else if ("output" in seen) {
      const known = this.screens.get(seen.output.channel) ?? this.open(seen.output.channel, "", undefined);
      known.screen.write(bytesOf(seen.output.bytes));
    } else if ("resized" in seen) this.screens.get(seen.resized.channel)?.screen.resize(seen.resized.columns, seen.resized.rows);
    else if ("closed" in seen) this.screens.get(seen.closed.channel)?.figure.classList.add("closed");
    else if ("lost" in seen) this.clear();
  }

  private open(channel: number, what: string, terminal: Terminal | undefined) {
    this.screens.get(channel)?.figure.remove();
    const screen = new Screen(terminal?.columns ?? 100, terminal?.rows ?? 12);
    const figure = document.createElement("figure");
    figure.dataset["channel"] = String(channel);
    const caption = document.createElement("figcaption");
    caption.textContent = `${this.channelWord} ${channel + 1}  ${what}`;
    const frame = document.createElement("div");
    frame.className = "wide";
    // A screen that is wider than the page is moved with the keys, too.
    frame.tabIndex = 0;
    frame.setAttribute("role", "group");
    frame.setAttribute("aria-label", caption.textContent ?? "");
    frame.append(screen.element);
    figure.append(caption, frame);
    this.place.append(figure);
    screen.drawNow();
    const known = { screen, figure, caption };
    this.screens.set(channel, known);
    return known;
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
