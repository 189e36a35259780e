// On every page: what a page without JavaScript does a little less comfortably.

// A form is sent once. Coming back by the history shows it ready again.
const sent = new WeakSet<HTMLFormElement>();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || event.defaultPrevented) return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.add(form);
  form.setAttribute("aria-busy", "true");
});

window.addEventListener("pageshow", (event) => {
  for (const form of document.forms) {
    sent.delete(form);
    form.removeAttribute("aria-busy");
  }
  // A page that was kept by the browser may be older than what it shows.
  if (event.persisted) window.location.reload();
});

for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-print]")) {
  button.addEventListener("click", () => window.print());
}
