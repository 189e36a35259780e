// The sentences of the catalogue, as they are looked for on a page.

import { readdirSync, readFileSync } from 'node:fs';

const LOCALES = new URL('../../../domain/phrases/locales/', import.meta.url);

const catalogues = {};

/** Message ids and their texts; lines that go on are joined. */
function catalogue(language) {
  if (catalogues[language] === undefined) {
    const texts = {};
    const folder = new URL(`${language}/`, LOCALES);
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.ftl'))) {
      let id;
      for (const line of readFileSync(new URL(file, folder), 'utf8').split('\n')) {
        const begins = /^([a-z][a-z0-9-]*) =\s*(.*)$/.exec(line);
        if (begins) {
          id = begins[1];
          texts[id] = begins[2];
        } else if (/^\s+\S/.test(line) && id !== undefined) {
          texts[id] = `${texts[id]} ${line.trim()}`.trim();
        } else {
          id = undefined;
        }
      }
    }
    catalogues[language] = texts;
  }
  return catalogues[language];
}

const quoted = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+');

/**
 * What matches the sentence of this id wherever it stands, whatever values stand in it. `values` are put in.
 * `whole`: it is the whole text, as a button's name is.
 */
export function sentence(language, id, values = {}, { whole = false } = {}) {
  const text = catalogue(language)[id];
  if (text === undefined) {
    throw new Error(`no sentence ${id} in ${language}`);
  }
  const parts = text.split(/\{\s*(.*?)\s*\}/s);
  const pattern = parts.map((part, at) => {
    if (at % 2 === 0) return quoted(part);
    const value = values[part.replace(/^\$/, '')];
    return value === undefined ? '.*?' : quoted(String(value));
  });
  // Fluent marks where a value begins and ends (U+2068, U+2069); the pages need not.
  const marked = pattern.join('[\\u2068\\u2069]*');
  return new RegExp(whole ? `^\\s*${marked}\\s*$` : marked, 's');
}
