// Files between a terminal's page and its session. Where and how much may pass is decided at the gateway;
// its sentence is shown as it comes.

interface Listed {
  name: string;
  folder: boolean;
  size?: number;
}

/** How often the progress of a file is shown, in bytes. */
const SHOWN_EVERY = 256 * 1024;

export function handOver(place: HTMLElement, base: string): void {
  const part = <T extends HTMLElement>(name: string) => place.querySelector<T>(`[data-part="${name}"]`);
  const word = (name: string) => place.dataset[name] ?? "";
  const folder = part<HTMLFormElement>("folder");
  const names = part("names");
  const said = part("files-said");
  if (!folder || !names || !said) return;
  const path = folder.elements.namedItem("path") as HTMLInputElement;
  const canTake = place.dataset["copy"] === "yes";

  const say = (text: string) => {
    said.textContent = text;
  };
  const problem = async (answer: Response): Promise<string> => {
    try {
      const told: unknown = await answer.json();
      const text = (told as { text?: unknown }).text;
      return typeof text === "string" ? text : word("failed");
    } catch {
      return word("failed");
    }
  };
  const ask = (what: string, where: string) =>
    fetch(`${base}/${what}`, { method: "POST", body: new URLSearchParams({ path: where }) });

  const row = (text: string, act: (() => void) | null) => {
    const item = document.createElement("li");
    if (act) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "quiet";
      button.textContent = text;
      // The second click of two that meant one.
      button.addEventListener("click", ({ detail }) => {
        if (detail < 2) act();
      });
      item.append(button);
    } else {
      item.textContent = text;
    }
    names.append(item);
  };
  const show = async (where: string, after = "") => {
    const answer = await ask("list", where);
    if (!answer.ok) {
      say(await problem(answer));
      return;
    }
    const listed = (await answer.json()) as { path: string; names: Listed[] };
    path.value = listed.path;
    say(after);
    names.replaceChildren();
    const inside = listed.path.endsWith("/") ? listed.path : `${listed.path}/`;
    if (listed.path !== "/") {
      const up = listed.path.slice(0, listed.path.lastIndexOf("/")) || "/";
      row(word("up"), () => guarded(show(up)));
    }
    for (const { name, folder, size } of listed.names) {
      if (folder) row(`${name}/`, () => guarded(show(inside + name)));
      else row(size === undefined ? name : `${name} (${size.toLocaleString()})`, canTake ? () => guarded(take(inside + name, name)) : null);
    }
    if (listed.names.length === 0) row(word("empty"), null);
  };
  const guarded = (work: Promise<void>) => {
    work.catch(() => say(word("failed")));
  };

  const progress = (name: string, done: number, whole: number | null) => {
    const percent = whole ? ` ${Math.floor((done / whole) * 100)} %` : ` ${done.toLocaleString()}`;
    say(`${word("passing")}: ${name}${percent}`);
  };
  const take = async (where: string, name: string) => {
    const answer = await ask("fetch", where);
    if (!answer.ok || !answer.body) {
      say(await problem(answer));
      return;
    }
    const size = Number(answer.headers.get("x-sekisho-size") ?? Number.NaN);
    const pieces: BlobPart[] = [];
    let [done, shown] = [0, 0];
    for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array<ArrayBuffer>>) {
      pieces.push(piece);
      done += piece.length;
      if (done - shown >= SHOWN_EVERY) {
        shown = done;
        progress(name, done, Number.isNaN(size) ? null : size);
      }
    }
    // Of no kind that a browser would open.
    const url = URL.createObjectURL(new Blob(pieces, { type: "application/octet-stream" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    say(`${word("taken")}: ${name}`);
  };

  const send = part<HTMLFormElement>("send");
  const bring = (file: File, where: string) =>
    new Promise<boolean>((resolve) => {
      // It says how far an upload has come, which fetch does not.
      const request = new XMLHttpRequest();
      request.open("POST", `${base}/bring`);
      request.setRequestHeader("content-type", "application/octet-stream");
      request.setRequestHeader("x-sekisho-path", new URLSearchParams({ path: where }).toString());
      request.responseType = "json";
      request.upload.addEventListener("progress", ({ loaded }) => progress(file.name, loaded, file.size));
      request.addEventListener("load", () => {
        const text = (request.response as { text?: unknown } | null)?.text;
        const failed = typeof text === "string" ? text : word("failed");
        const sent = request.status === 200;
        say(sent ? `${word("sent")}: ${file.name}` : failed);
        resolve(sent);
      });
      request.addEventListener("error", () => {
        say(word("failed"));
        resolve(false);
      });
      request.send(file);
    });

  folder.addEventListener("submit", (event) => {
    event.preventDefault();
    guarded(show(path.value));
  });
  let sending = false;
  send?.addEventListener("submit", (event) => {
    event.preventDefault();
    // Clicked twice, it is sent once: what is there is not written over, and would be refused.
    if (sending) return;
    const file = (send.elements.namedItem("file") as HTMLInputElement).files?.[0];
    if (!file) return;
    const inside = path.value === "" ? "." : path.value;
    const where = `${inside.replace(/\/$/, "")}/${file.name}`;
    sending = true;
    const sent = async () => {
      const done = await bring(file, where).finally(() => {
        sending = false;
      });
      if (!done) return;
      send.reset();
      await show(inside, `${word("sent")}: ${file.name}`);
    };
    guarded(sent());
  });
}
