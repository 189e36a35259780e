// Lists that are alive: when the server says that something is not as it was, the page is asked for anew,
// and its parts that are marked with data-live are put in place of what stands here. The answer is read as a
// document that runs nothing; what could run is left out all the same.

const NOT_TAKEN = "script, style, link, meta, iframe, object, embed, base, template";

function fresh(): Promise<Document | null> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("GET", window.location.pathname);
    request.responseType = "document";
    request.addEventListener("load", () => resolve(request.status === 200 ? (request.response as Document | null) : null));
    request.addEventListener("error", () => resolve(null));
    request.send();
  });
}

// Whether somebody is in the middle of something there: then it waits.
function isInUse(part: Element): boolean {
  const own = document.activeElement;
  return own instanceof HTMLElement && part.contains(own) && own.matches("input, textarea, select, button");
}

// Whether something is left for later because somebody is busy with it.
async function refresh(): Promise<boolean> {
  const page = await fresh();
  let left = false;
  for (const part of document.querySelectorAll<HTMLElement>("[data-live]")) {
    const name = part.dataset["live"] ?? "";
    const found = page?.querySelector<HTMLElement>(`[data-live="${CSS.escape(name)}"]`);
    if (!found || found.textContent === part.textContent) continue;
    if (isInUse(part)) {
      left = true;
      continue;
    }
    for (const unwanted of found.querySelectorAll(NOT_TAKEN)) unwanted.remove();
    part.replaceWith(document.importNode(found, true));
  }
  return left;
}

if (document.querySelector("[data-live]")) {
  let [busy, again] = [false, false];
  const changed = async () => {
    again = true;
    if (busy) return;
    busy = true;
    while (again) {
      again = false;
      if (await refresh()) again = true;
      // Whatever changes more often is shown as it is by then.
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    busy = false;
  };
  const events = new EventSource("/live");
  events.addEventListener("changed", () => void changed());
  window.addEventListener("pagehide", () => events.close());
}
