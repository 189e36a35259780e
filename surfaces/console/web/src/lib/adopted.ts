// Styles without a word inline. A page here takes its styles from our own files only (style-src 'self');
// xterm.js would write <style> elements and style attributes of its own. On the page that has it, a
// <style> that a script makes stands for a sheet that the document adopts, and a style attribute that a
// script sets is set property by property: neither is what the policy forbids, markup that came from
// elsewhere.

class Sheet extends HTMLElement {
  readonly #sheet = new CSSStyleSheet();

  connectedCallback(): void {
    if (!document.adoptedStyleSheets.includes(this.#sheet)) document.adoptedStyleSheets.push(this.#sheet);
  }

  disconnectedCallback(): void {
    const others = document.adoptedStyleSheets.filter((sheet) => sheet !== this.#sheet);
    document.adoptedStyleSheets = others;
  }

  override get textContent(): string {
    return "";
  }

  // The text never becomes a text of the page.
  override set textContent(text: string | null) {
    this.#sheet.replaceSync(text ?? "");
  }
}

/** From now on, scripts of this page style without inline styles. */
export function adoptStyles(): void {
  if (customElements.get("adopted-sheet")) return;
  customElements.define("adopted-sheet", Sheet);
  const create = document.createElement.bind(document);
  const made = (name: string, options?: ElementCreationOptions): HTMLElement =>
    name.toLowerCase() === "style" ? create("adopted-sheet") : create(name, options);
  document.createElement = made as typeof document.createElement;
  const set = Element.prototype.setAttribute;
  Element.prototype.setAttribute = function (this: Element, name: string, value: string): void {
    if (name === "style" && this instanceof HTMLElement) this.style.cssText = value;
    else set.call(this, name, value);
  };
}
