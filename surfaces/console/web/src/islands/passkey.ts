// Passkeys: signing in, adding one, and the touch before an act that matters. The browser asks its holder;
// this script only carries the question and the answer.

import { asked, made, posted, Refused, type Answer } from "../lib/passkeys";

type Form = HTMLFormElement;

/** A passkey is for the site's own name: one that is reached by another address can use none (decision 0031). */
const usable = "PublicKeyCredential" in window && window.location.protocol === "https:";

function status(form: Form): HTMLElement | null {
  return form.querySelector<HTMLElement>("[data-passkey-status]");
}

function say(form: Form, which: "working" | "failed" | "cancelled" | "unknown" | "", more: string[] = []): void {
  const line = status(form);
  if (!line) return;
  line.textContent = more.length > 0 ? more.join(" ") : which === "" ? "" : (line.dataset[which] ?? "");
  line.classList.toggle("bad", which === "failed" || which === "unknown");
}

function fields(form: Form, submitter?: HTMLElement | null): URLSearchParams {
  const data = new URLSearchParams();
  for (const [name, value] of new FormData(form, submitter ?? undefined)) {
    if (typeof value === "string") data.append(name, value);
  }
  return data;
}

async function working(form: Form, work: () => Promise<void>): Promise<void> {
  if (form.getAttribute("aria-busy") === "true") return;
  if (!usable) {
    say(form, "unknown");
    return;
  }
  form.setAttribute("aria-busy", "true");
  say(form, "working");
  try {
    await work();
  } catch (cause) {
    if (cause instanceof Refused) say(form, "failed", cause.reasons);
    else if (cause instanceof DOMException && cause.name === "NotAllowedError") say(form, "cancelled");
    else say(form, "failed");
  } finally {
    form.removeAttribute("aria-busy");
  }
}

// Only a path of our own: the gateway gives no other, and nothing else is followed.
function go(answer: Answer): void {
  const to = new URL(answer.to ?? "/", window.location.origin);
  if (to.origin === window.location.origin) window.location.assign(to.pathname + to.search);
}

function signIn(form: Form): void {
  const button = form.querySelector<HTMLButtonElement>("button[data-passkey-go]");
  if (!usable) (button?.closest(".field") ?? button)?.setAttribute("hidden", "");
  button?.addEventListener("click", () => {
    const login = form.querySelector<HTMLInputElement>("input[name=login]");
    if (!login?.reportValidity()) return;
    void working(form, async () => {
      const next = form.querySelector<HTMLInputElement>("input[name=next]")?.value ?? "";
      const options = await posted("/sign-in/passkey/begin", new URLSearchParams({ login: login.value }));
      const answer = await asked(options);
      go(await posted("/sign-in/passkey/finish", new URLSearchParams({ answer, next })));
    });
  });
}

function add(form: Form): void {
  if (!usable) {
    form.querySelector("button[type=submit]")?.setAttribute("disabled", "");
    say(form, "unknown");
    return;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void working(form, async () => {
      const options = await posted("/passkeys/add/begin", fields(form));
      const answer = await made(options);
      go(await posted("/passkeys/add/finish", new URLSearchParams({ answer })));
    });
  });
}

// The form waits for its touch, then goes on as it would have.
function touch(form: Form): void {
  if (!usable) return;
  form.addEventListener("submit", (event) => {
    const proof = form.querySelector<HTMLInputElement>("input[name=touch]");
    const code = form.querySelector<HTMLInputElement>("input[name=code]");
    if (!proof || proof.value !== "" || (code && code.value !== "")) return;
    event.preventDefault();
    const submitter = event.submitter;
    void working(form, async () => {
      const path = new URL(form.action, window.location.href).pathname;
      const act = fields(form, submitter);
      act.append("touch-path", path);
      proof.value = await asked(await posted("/passkeys/touch", act));
      form.removeAttribute("aria-busy");
      form.requestSubmit(submitter instanceof HTMLButtonElement ? submitter : undefined);
    });
  });
  window.addEventListener("pageshow", () => {
    const proof = form.querySelector<HTMLInputElement>("input[name=touch]");
    if (proof) proof.value = "";
  });
}

for (const form of document.querySelectorAll<Form>('form[data-passkey="sign-in"]')) signIn(form);
for (const form of document.querySelectorAll<Form>('form[data-passkey="add"]')) add(form);
for (const proof of document.querySelectorAll<HTMLInputElement>("input[name=touch]")) {
  if (proof.form) touch(proof.form);
}
