// Joining: takes the invitation from behind the # of the link into the form, and out of the address bar, so
// that it stays in no history.

const form = document.querySelector<HTMLFormElement>('form[data-island="join"]');
const field = form?.querySelector<HTMLTextAreaElement>("#invitation");

function take(): void {
  const text = window.location.hash.slice(1);
  if (!form || !field || !text) return;
  window.history.replaceState(null, "", window.location.pathname);
  // A mail program may have encoded the colon.
  try {
    field.value = decodeURIComponent(text);
  } catch {
    field.value = text;
  }
  form.querySelector<HTMLButtonElement>("button[type=submit]")?.focus();
}

take();
window.addEventListener("hashchange", take);
