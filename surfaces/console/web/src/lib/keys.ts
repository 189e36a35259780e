// Keys as a desktop is told of them: where a key lies on a PC's keyboard (XT, set 1; with 0x80 where a prefix stands
// before it), and what it means (keysyms of X). Places are of the keyboard that is typed on, so those that only
// Japanese keyboards have reach the desktop too, and its own input method works.

const ROWS: readonly (readonly [number, string])[] = [
  [0x01, "Escape Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal Backspace"],
  [0x0f, "Tab KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Enter ControlLeft"],
  [0x1e, "KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backquote ShiftLeft Backslash"],
  [0x2c, "KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash ShiftRight NumpadMultiply AltLeft Space CapsLock"],
  [0x3b, "F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 NumLock ScrollLock"],
  [0x47, "Numpad7 Numpad8 Numpad9 NumpadSubtract Numpad4 Numpad5 Numpad6 NumpadAdd Numpad1 Numpad2 Numpad3 Numpad0 NumpadDecimal"],
  [0x56, "IntlBackslash F11 F12"],
  [0x70, "KanaMode"],
  [0x73, "IntlRo"],
  [0x79, "Convert"],
  [0x7b, "NonConvert"],
  [0x7d, "IntlYen"],
  [0x9c, "NumpadEnter ControlRight"],
  [0xb5, "NumpadDivide"],
  [0xb7, "PrintScreen AltRight"],
  [0xc6, "Pause Home ArrowUp PageUp"],
  [0xcb, "ArrowLeft"],
  [0xcd, "ArrowRight"],
  [0xcf, "End ArrowDown PageDown Insert Delete"],
  [0xdb, "MetaLeft MetaRight ContextMenu"],
];

const PLACES = new Map(ROWS.flatMap(([from, row]) => row.split(" ").map((code, at): [string, number] => [code, from + at])));

// What keys mean that are no letters, by `KeyboardEvent.key`.
const NAMED: Readonly<Record<string, number>> = {
  Backspace: 0xff08, Tab: 0xff09, Enter: 0xff0d, Pause: 0xff13, ScrollLock: 0xff14, Escape: 0xff1b,
  NonConvert: 0xff22, Convert: 0xff23, Romaji: 0xff24, Hiragana: 0xff25, Katakana: 0xff26, HiraganaKatakana: 0xff27,
  Zenkaku: 0xff28, Hankaku: 0xff29, ZenkakuHankaku: 0xff2a, KanaMode: 0xff2d, Alphanumeric: 0xff30,
  Home: 0xff50, ArrowLeft: 0xff51, ArrowUp: 0xff52, ArrowRight: 0xff53, ArrowDown: 0xff54, PageUp: 0xff55, PageDown: 0xff56,
  End: 0xff57, PrintScreen: 0xff61, Insert: 0xff63, ContextMenu: 0xff67, NumLock: 0xff7f, CapsLock: 0xffe5, Delete: 0xffff,
};

// Keys of which there are two, or that a browser names otherwise, by `KeyboardEvent.code`.
const BY_CODE: Readonly<Record<string, number>> = {
  ShiftLeft: 0xffe1, ShiftRight: 0xffe2, ControlLeft: 0xffe3, ControlRight: 0xffe4, AltLeft: 0xffe9, AltRight: 0xffea,
  MetaLeft: 0xffeb, MetaRight: 0xffec, NumpadEnter: 0xff8d, Convert: 0xff23, NonConvert: 0xff22, KanaMode: 0xff27,
};

export function placeOf(code: string): number {
  return PLACES.get(code) ?? 0;
}

/** The keysym of a letter: Latin-1 as it is, every other with its number in Unicode. */
export function letter(text: string): number {
  const number = text.codePointAt(0) ?? 0;
  return number < 0x100 ? number : 0x01000000 | number;
}

/** What a key means. One that an input method has taken means where it lies. */
export function symbolOf(key: string, code: string): number {
  const own = BY_CODE[code] ?? NAMED[key];
  if (own !== undefined) return own;
  const numbered = /^F([1-9]|1[0-2])$/.exec(key);
  if (numbered) return 0xffbd + Number(numbered[1]);
  if ([...key].length === 1) return letter(key);
  const plain = /^(?:Key|Digit)(.)$/.exec(code);
  return plain ? letter((plain[1] ?? "").toLowerCase()) : NAMED[code] ?? 0;
}

/** A key of a page's own row, which nobody pressed: what lies there on a Japanese keyboard. */
export function symbolAt(code: string): number {
  return code === "Backquote" ? 0xff2a : symbolOf(code, code);
}

/** A key went down or up: QEMU's Extended Key Event. */
export function told(down: boolean, symbol: number, place: number): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(12);
  const view = new DataView(message.buffer);
  message[0] = 255;
  view.setUint16(2, down ? 1 : 0);
  view.setUint32(4, symbol);
  view.setUint32(8, place);
  return message;
}
