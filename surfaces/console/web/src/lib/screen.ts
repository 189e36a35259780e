// A terminal's screen in cells. It is fed what the server has made inert, understands what that may
// contain (moving, erasing, colours, two character sets) and makes nothing but text nodes of it: no
// markup, no link, no title, no answer (lesson L28).

interface Cell {
  text: string;
  look: string;
  // The right half of a wide character.
  tail: boolean;
}

interface Cursor {
  x: number;
  y: number;
  pen: Pen;
  lines: boolean;
}

interface Pen {
  front: number;
  back: number;
  bold: boolean;
  faint: boolean;
  italic: boolean;
  under: boolean;
  turned: boolean;
  struck: boolean;
}

const PLAIN: Pen = { front: -1, back: -1, bold: false, faint: false, italic: false, under: false, turned: false, struck: false };
const MOST_COLUMNS = 500;
const MOST_ROWS = 200;
// DEC's line drawing set, from "`" on (ECMA-48 G0; VT100 table 3-9).
const DRAWN = "◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·";

// The sixteen colours; others are shown as the nearest of them.
const SIXTEEN = [
  [0, 0, 0], [205, 0, 0], [0, 205, 0], [205, 205, 0], [0, 0, 238], [205, 0, 205], [0, 205, 205], [229, 229, 229],
  [127, 127, 127], [255, 0, 0], [0, 255, 0], [255, 255, 0], [92, 92, 255], [255, 0, 255], [0, 255, 255], [255, 255, 255],
] as const;

function nearest(red: number, green: number, blue: number): number {
  let best = 0;
  let least = Infinity;
  SIXTEEN.forEach(([r, g, b], at) => {
    const far = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
    if (far < least) [best, least] = [at, far];
  });
  return best;
}

function of256(number: number): number {
  if (number < 16) return number;
  if (number >= 232) return nearest(8 + (number - 232) * 10, 8 + (number - 232) * 10, 8 + (number - 232) * 10);
  const cube = number - 16;
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  return nearest(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

// Characters of two columns: East Asian Wide and Fullwidth (Unicode UAX #11), and emoji.
function isWide(point: number): boolean {
  return (
    (point >= 0x1100 && point <= 0x115f) ||
    (point >= 0x2e80 && point <= 0x303e) ||
    (point >= 0x3041 && point <= 0xa4cf) ||
    (point >= 0xac00 && point <= 0xd7a3) ||
    (point >= 0xf900 && point <= 0xfaff) ||
    (point >= 0xfe30 && point <= 0xfe6f) ||
    (point >= 0xff01 && point <= 0xff60) ||
    (point >= 0xffe0 && point <= 0xffe6) ||
    (point >= 0x1f300 && point <= 0x1faff) ||
    (point >= 0x20000 && point <= 0x3fffd)
  );
}

const COMBINES = /^\p{M}$/u;

export class Screen {
  readonly element: HTMLElement;
  private columns = 80;
  private rows = 24;
  private cells: Cell[][] = [];
  private other: Cell[][] | undefined;
  private cursor: Cursor = { x: 0, y: 0, pen: { ...PLAIN }, lines: false };
  private kept: Cursor | undefined;
  private top = 0;
  private bottom = 23;
  private wraps = true;
  private atEdge = false;
  private shown = true;
  private decoder = new TextDecoder();
  private rest = "";
  private drawn: HTMLElement[] = [];
  private changed = new Set<number>();
  private waiting = false;

  constructor(columns: number, rows: number) {
    this.element = document.createElement("div");
    this.element.className = "screen";
    this.resize(columns, rows);
  }

  resize(columns: number, rows: number): void {
    this.columns = Math.min(Math.max(Math.trunc(columns) || 80, 1), MOST_COLUMNS);
    this.rows = Math.min(Math.max(Math.trunc(rows) || 24, 1), MOST_ROWS);
    const fit = (cells: Cell[][]) => {
      // What does not fit goes at the top, where it is oldest.
      const over = Math.max(cells.length - this.rows, 0);
      const kept = cells.slice(this.cursor.y >= this.rows ? over : 0).slice(0, this.rows);
      while (kept.length < this.rows) kept.push([]);
      return kept.map((row) => {
        const cut = row.slice(0, this.columns);
        while (cut.length < this.columns) cut.push(this.blank());
        return cut;
      });
    };
    this.cells = fit(this.cells);
    if (this.other) this.other = fit(this.other);
    [this.top, this.bottom] = [0, this.rows - 1];
    this.move(this.cursor.x, Math.min(this.cursor.y, this.rows - 1));
    this.drawn = [];
    this.touchAll();
  }

  write(bytes: Uint8Array): void {
    let text = this.rest + this.decoder.decode(bytes, { stream: true });
    this.rest = "";
    // eslint-disable-next-line no-control-regex
    const sequence = /\x1b(?:\[([?0-9;:]*)([@-~])|([78DEM])|\(([0B]))|[\x00-\x1f]|[^\x00-\x1f]+/gu;
    // The beginning of a sequence waits for its end.
    const begun = /\x1b(?:\[[?0-9;:]*|\()?$/.exec(text);
    if (begun) {
      this.rest = begun[0].slice(0, 64);
      text = text.slice(0, begun.index);
    }
    for (const found of text.matchAll(sequence)) {
      const [whole, parameters, last, escape, set] = found;
      if (last !== undefined) this.control(parameters ?? "", last);
      else if (escape !== undefined) this.escape(escape);
      else if (set !== undefined) this.cursor.lines = set === "0";
      else if (whole < " ") this.single(whole);
      else for (const character of whole) this.put(character);
    }
    this.draw();
  }

  clear(): void {
    this.cells = [];
    this.other = undefined;
    this.cursor = { x: 0, y: 0, pen: { ...PLAIN }, lines: false };
    [this.wraps, this.shown, this.rest] = [true, true, ""];
    this.decoder = new TextDecoder();
    this.resize(this.columns, this.rows);
    this.draw();
  }

  private blank(): Cell {
    const { back } = this.cursor.pen;
    return { text: " ", look: back < 0 ? "" : `b${back}`, tail: false };
  }

  private row(): Cell[] {
    return Array.from({ length: this.columns }, () => this.blank());
  }

  private move(x: number, y: number): void {
    this.touch(this.cursor.y);
    this.cursor.x = Math.min(Math.max(x, 0), this.columns - 1);
    this.cursor.y = Math.min(Math.max(y, 0), this.rows - 1);
    this.atEdge = false;
    this.touch(this.cursor.y);
  }

  private put(character: string): void {
    const point = character.codePointAt(0) ?? 0;
    const { pen } = this.cursor;
    if (COMBINES.test(character) || point === 0x200d || (point >= 0xfe00 && point <= 0xfe0f)) {
      const before = this.cells[this.cursor.y]?.[Math.max(this.cursor.x - (this.atEdge ? 0 : 1), 0)];
      if (before && before.text.length < 16) before.text += character;
      this.touch(this.cursor.y);
      return;
    }
    let text = character;
    if (this.cursor.lines && point >= 0x60 && point <= 0x7e) text = [...DRAWN][point - 0x60] ?? character;
    const width = isWide(point) ? 2 : 1;
    if (this.atEdge || this.cursor.x + width > this.columns) {
      if (!this.wraps) this.cursor.x = Math.max(this.columns - width, 0);
      else {
        this.cursor.x = 0;
        this.down();
      }
      this.atEdge = false;
    }
    const row = this.cells[this.cursor.y];
    if (!row) return;
    const look = lookOf(pen);
    row[this.cursor.x] = { text, look, tail: false };
    if (width === 2 && this.cursor.x + 1 < this.columns) row[this.cursor.x + 1] = { text: "", look, tail: true };
    this.touch(this.cursor.y);
    this.cursor.x += width;
    if (this.cursor.x >= this.columns) {
      this.cursor.x = this.columns - 1;
      this.atEdge = true;
    }
  }

  private single(character: string): void {
    const { x, y } = this.cursor;
    if (character === "\r") this.move(0, y);
    else if (character === "\n") this.down();
    else if (character === "\b") this.move(x - 1, y);
    else if (character === "\t") this.move((Math.floor(x / 8) + 1) * 8, y);
  }

  private escape(last: string): void {
    if (last === "7") this.keep();
    else if (last === "8") this.back();
    else if (last === "D") this.down();
    else if (last === "E") {
      this.move(0, this.cursor.y);
      this.down();
    } else if (last === "M") {
      if (this.cursor.y === this.top) this.scroll(-1);
      else this.move(this.cursor.x, this.cursor.y - 1);
    }
  }

  private keep(): void {
    this.kept = { ...this.cursor, pen: { ...this.cursor.pen } };
  }

  private back(): void {
    const kept = this.kept ?? { x: 0, y: 0, pen: { ...PLAIN }, lines: false };
    this.cursor.pen = { ...kept.pen };
    this.cursor.lines = kept.lines;
    this.move(kept.x, kept.y);
  }

  private down(): void {
    if (this.cursor.y === this.bottom) this.scroll(1);
    else this.move(this.cursor.x, this.cursor.y + 1);
  }

  private scroll(by: number): void {
    this.shift(this.top, by);
  }

  // Rows from here to the bottom margin move up, or down if negative.
  private shift(from: number, by: number): void {
    const height = this.bottom - from + 1;
    const count = Math.min(Math.abs(by), height);
    for (let step = 0; step < count; step += 1) {
      if (by > 0) {
        this.cells.splice(from, 1);
        this.cells.splice(this.bottom, 0, this.row());
      } else {
        this.cells.splice(this.bottom, 1);
        this.cells.splice(from, 0, this.row());
      }
    }
    this.touchAll();
  }

  private control(parameters: string, last: string): void {
    if (parameters.startsWith("?")) {
      for (const mode of parameters.slice(1).split(";")) this.mode(mode, last === "h");
      return;
    }
    if (last === "m") {
      this.attributes(parameters);
      return;
    }
    const numbers = parameters.split(";").map((number) => Number.parseInt(number, 10) || 0);
    const first = Math.max(numbers[0] ?? 0, 1);
    const { x, y } = this.cursor;
    switch (last) {
      case "A": this.move(x, Math.max(y - first, y >= this.top ? this.top : 0)); break;
      case "B": this.move(x, Math.min(y + first, y <= this.bottom ? this.bottom : this.rows - 1)); break;
      case "C": this.move(x + first, y); break;
      case "D": this.move(x - first, y); break;
      case "E": this.move(0, y + first); break;
      case "F": this.move(0, y - first); break;
      case "G": this.move(first - 1, y); break;
      case "d": this.move(x, first - 1); break;
      case "H":
      case "f": this.move(Math.max(numbers[1] ?? 0, 1) - 1, first - 1); break;
      case "J": this.eraseScreen(numbers[0] ?? 0); break;
      case "K": this.eraseRow(numbers[0] ?? 0); break;
      case "L": if (y >= this.top && y <= this.bottom) this.shift(y, -first); break;
      case "M": if (y >= this.top && y <= this.bottom) this.shift(y, first); break;
      case "P": this.within((row) => this.refill(row.splice(x, first), row)); break;
      case "@": this.within((row) => { row.splice(x, 0, ...this.row().slice(0, first)); row.length = this.columns; }); break;
      case "X": this.within((row) => { for (let at = x; at < Math.min(x + first, this.columns); at += 1) row[at] = this.blank(); }); break;
      case "S": this.scroll(first); break;
      case "T": this.scroll(-first); break;
      case "r": this.margins(numbers); break;
      case "s": this.keep(); break;
      case "u": this.back(); break;
      default: break;
    }
  }

  private refill(_gone: Cell[], row: Cell[]): void {
    while (row.length < this.columns) row.push(this.blank());
  }

  private within(change: (row: Cell[]) => void): void {
    const row = this.cells[this.cursor.y];
    if (row) change(row);
    this.touch(this.cursor.y);
  }

  private margins(numbers: number[]): void {
    const top = Math.max(numbers[0] ?? 0, 1) - 1;
    const bottom = Math.min(numbers[1] || this.rows, this.rows) - 1;
    if (top >= bottom) return;
    [this.top, this.bottom] = [top, bottom];
    this.move(0, 0);
  }

  private eraseRow(how: number): void {
    const { x } = this.cursor;
    const [from, to] = how === 0 ? [x, this.columns] : how === 1 ? [0, x + 1] : [0, this.columns];
    this.within((row) => {
      for (let at = from; at < to; at += 1) row[at] = this.blank();
    });
  }

  private eraseScreen(how: number): void {
    const { y } = this.cursor;
    const [from, to] = how === 0 ? [y + 1, this.rows] : how === 1 ? [0, y] : [0, this.rows];
    for (let at = from; at < to; at += 1) this.cells[at] = this.row();
    if (how < 2) this.eraseRow(how);
    this.touchAll();
  }

  private mode(mode: string, on: boolean): void {
    if (mode === "7") this.wraps = on;
    else if (mode === "25") {
      this.shown = on;
      this.touch(this.cursor.y);
    } else if (mode === "1048") on ? this.keep() : this.back();
    else if (mode === "47" || mode === "1047" || mode === "1049") this.alternate(on, mode === "1049");
  }

  private alternate(on: boolean, keeps: boolean): void {
    if (on && !this.other) {
      if (keeps) this.keep();
      this.other = this.cells;
      this.cells = Array.from({ length: this.rows }, () => this.row());
    } else if (!on && this.other) {
      this.cells = this.other;
      this.other = undefined;
      if (keeps) this.back();
    }
    this.touchAll();
  }

  private attributes(parameters: string): void {
    const numbers = parameters.split(/[;:]/).map((number) => Number.parseInt(number, 10) || 0);
    const { pen } = this.cursor;
    for (let at = 0; at < numbers.length; at += 1) {
      const number = numbers[at] ?? 0;
      if (number === 0) this.cursor.pen = Object.assign(pen, PLAIN);
      else if (number === 1) pen.bold = true;
      else if (number === 2) pen.faint = true;
      else if (number === 3) pen.italic = true;
      else if (number === 4) pen.under = true;
      else if (number === 7) pen.turned = true;
      else if (number === 9) pen.struck = true;
      else if (number === 22) [pen.bold, pen.faint] = [false, false];
      else if (number === 23) pen.italic = false;
      else if (number === 24) pen.under = false;
      else if (number === 27) pen.turned = false;
      else if (number === 29) pen.struck = false;
      else if (number >= 30 && number <= 37) pen.front = number - 30;
      else if (number === 39) pen.front = -1;
      else if (number >= 40 && number <= 47) pen.back = number - 40;
      else if (number === 49) pen.back = -1;
      else if (number >= 90 && number <= 97) pen.front = number - 82;
      else if (number >= 100 && number <= 107) pen.back = number - 92;
      else if (number === 38 || number === 48) {
        const indexed = numbers[at + 1] === 5;
        const [red, green, blue] = [numbers[at + 2] ?? 0, numbers[at + 3] ?? 0, numbers[at + 4] ?? 0];
        const colour = indexed ? of256(Math.min(red, 255)) : nearest(red, green, blue);
        if (number === 38) pen.front = colour;
        else pen.back = colour;
        at += indexed ? 2 : 4;
      }
    }
  }

  private touch(row: number): void {
    this.changed.add(row);
  }

  private touchAll(): void {
    for (let row = 0; row < this.rows; row += 1) this.changed.add(row);
  }

  // At most once per picture of the browser's, however much is written.
  private draw(): void {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.drawNow();
    });
  }

  drawNow(): void {
    if (this.drawn.length !== this.rows) {
      this.drawn = Array.from({ length: this.rows }, () => {
        const row = document.createElement("div");
        row.className = "row";
        return row;
      });
      this.element.replaceChildren(...this.drawn);
      this.touchAll();
    }
    for (const at of this.changed) this.drawn[at]?.replaceChildren(...this.runs(at));
    this.changed.clear();
  }

  private runs(at: number): Node[] {
    const runs: Node[] = [];
    let [text, look] = ["", ""];
    const close = () => {
      if (text === "") return;
      if (look === "") runs.push(document.createTextNode(text));
      else {
        const run = document.createElement("span");
        run.className = look;
        run.textContent = text;
        runs.push(run);
      }
      text = "";
    };
    (this.cells[at] ?? []).forEach((cell, x) => {
      if (cell.tail) return;
      const here = this.shown && at === this.cursor.y && x === this.cursor.x;
      const own = here ? `${cell.look} cursor`.trim() : cell.look;
      const wide = isWide(cell.text.codePointAt(0) ?? 0) ? `${own} wide`.trim() : own;
      if (wide !== look || wide.includes("wide")) close();
      look = wide;
      text += cell.text;
    });
    close();
    return runs;
  }

  // What stands there, for who does not see it.
  text(): string {
    return this.cells.map((row) => row.map((cell) => cell.text).join("").trimEnd()).join("\n");
  }
}

function lookOf(pen: Pen): string {
  let { front, back } = pen;
  const looks: string[] = [];
  if (pen.turned) {
    looks.push("turned");
    [front, back] = [back, front];
  }
  if (front >= 0) looks.push(`f${front}`);
  if (back >= 0) looks.push(`b${back}`);
  if (pen.bold) looks.push("bold");
  if (pen.faint) looks.push("faint");
  if (pen.italic) looks.push("italic");
  if (pen.under) looks.push("under");
  if (pen.struck) looks.push("struck");
  return looks.join(" ");
}
