// What a desktop sends over RFB (RFC 6143), as pages are sent it and recordings keep it: read, and drawn on whatever can be drawn on. Only
// what the gateway lets pass is known here (docs/formats/desktops.md); anything else is an error.

export interface Surface {
  resize(width: number, height: number): void;
  // Four bytes a pixel: red, green, blue, and how dense it is.
  draw(x: number, y: number, width: number, height: number, pixels: Uint8ClampedArray<ArrayBuffer>): void;
  fill(x: number, y: number, width: number, height: number, colour: Colour): void;
  // A text was copied there.
  clipboard(text: string): void;
  copy(fromX: number, fromY: number, x: number, y: number, width: number, height: number): void;
}

export type Colour = readonly [number, number, number];

// How 32 bits are a colour.
export type Pixels = (bytes: Uint8Array, at: number) => Colour;

// Says how many bytes it needs, and is given those.
type Reading<T> = Generator<number, T, Uint8Array>;

const TILE = 16;
// Bytes of a picture that are waited for at once.
const BAND = 1 << 16;
// The most pixels of a screen; the gateway lets no more pass.
const MOST_PIXELS = 1 << 26;

// A description of pixels, as sixteen bytes in hexadecimal digits.
export function pixelsOf(digits: string): Pixels {
  const said = (digits.match(/../g) ?? []).map((two) => parseInt(two, 16));
  const [bits, , big, colour, r0, r1, g0, g1, b0, b1, red, green, blue] = [...said, ...new Array<number>(16).fill(0)];
  if (bits !== 32 || !colour) throw new Error("pixels that nobody records");
  const most = [r0! * 256 + r1!, g0! * 256 + g1!, b0! * 256 + b1!].map((most) => Math.max(most, 1)) as [number, number, number];
  return (bytes, at) => {
    const [a, b, c, d] = [bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0, bytes[at + 3] ?? 0];
    const value = big ? (a << 24) | (b << 16) | (c << 8) | d : (d << 24) | (c << 16) | (b << 8) | a;
    const part = (shift: number, most: number) => Math.round((((value >>> shift) & most) * 255) / most);
    return [part(red!, most[0]), part(green!, most[1]), part(blue!, most[2])];
  };
}

// Reads from one byte of a channel's pictures on: from the first, or from where a keyframe begins.
export class Reader {
  private rest = new Uint8Array(0);
  private readonly reading: Reading<void>;
  private needs: number;
  private taken: number;

  constructor(
    from: number,
    private readonly surface: Surface,
    private readonly pixelsAt: (from: number) => Pixels,
  ) {
    this.taken = from;
    this.reading = this.messages();
    this.needs = this.reading.next().value ?? 0;
  }

  take(bytes: Uint8Array): void {
    const all = new Uint8Array(this.rest.length + bytes.length);
    all.set(this.rest);
    all.set(bytes, this.rest.length);
    let at = 0;
    while (all.length - at >= this.needs) {
      const now = all.subarray(at, at + this.needs);
      at += this.needs;
      this.taken += this.needs;
      this.needs = this.reading.next(now).value ?? 0;
    }
    this.rest = all.slice(at);
  }

  private *messages(): Reading<void> {
    for (;;) {
      const began = this.taken;
      const kind = (yield 1)[0];
      if (kind === 0) yield* this.update(this.pixelsAt(began));
      else if (kind === 1) yield 6 * short(yield 5, 3);
      else if (kind === 3) this.surface.clipboard(new TextDecoder("latin1").decode(yield long(yield 7, 3)));
      else if (kind !== 2) throw new Error(`message ${kind}`);
    }
  }

  private *update(pixels: Pixels): Reading<void> {
    const count = short(yield 3, 1);
    // As many as there can be means: until the last says so.
    for (let left = count; left > 0; left -= count === 0xffff ? 0 : 1) {
      const head = yield 12;
      const [x, y, width, height] = [short(head, 0), short(head, 2), short(head, 4), short(head, 6)];
      const encoding = long(head, 8) | 0;
      if (encoding === -224) return;
      if (encoding === -223) {
        if (width * height > MOST_PIXELS) throw new Error("a screen too large");
        this.surface.resize(width, height);
      } else if (encoding === -239) yield width * height * 4 + Math.ceil(width / 8) * height;
      else if (encoding === 0) yield* this.raw(pixels, x, y, width, height);
      else if (encoding === 1) {
        const from = yield 4;
        this.surface.copy(short(from, 0), short(from, 2), x, y, width, height);
      } else if (encoding === 2) yield* this.rre(pixels, x, y, width, height);
      else if (encoding === 5) yield* this.hextile(pixels, x, y, width, height);
      else throw new Error(`encoding ${encoding}`);
    }
  }

  private *raw(pixels: Pixels, x: number, y: number, width: number, height: number): Reading<void> {
    if (width === 0) return;
    const band = Math.max(1, Math.floor(BAND / (width * 4)));
    for (let row = 0; row < height; row += band) {
      const rows = Math.min(band, height - row);
      this.surface.draw(x, y + row, width, rows, coloured(yield rows * width * 4, pixels));
    }
  }

  private *rre(pixels: Pixels, x: number, y: number, width: number, height: number): Reading<void> {
    const head = yield 8;
    this.surface.fill(x, y, width, height, pixels(head, 4));
    for (let left = long(head, 0); left > 0; left -= 1) {
      const one = yield 12;
      this.surface.fill(x + short(one, 4), y + short(one, 6), short(one, 8), short(one, 10), pixels(one, 0));
    }
  }

  private *hextile(pixels: Pixels, x: number, y: number, width: number, height: number): Reading<void> {
    let behind: Colour = [0, 0, 0];
    let before: Colour = [0, 0, 0];
    for (let top = 0; top < height; top += TILE) {
      for (let left = 0; left < width; left += TILE) {
        const [across, down] = [Math.min(TILE, width - left), Math.min(TILE, height - top)];
        const kind = (yield 1)[0] ?? 0;
        if (kind & 1) {
          this.surface.draw(x + left, y + top, across, down, coloured(yield across * down * 4, pixels));
          continue;
        }
        if (kind & 2) behind = pixels(yield 4, 0);
        if (kind & 4) before = pixels(yield 4, 0);
        this.surface.fill(x + left, y + top, across, down, behind);
        if (!(kind & 8)) continue;
        for (let inside = (yield 1)[0] ?? 0; inside > 0; inside -= 1) {
          const colour = kind & 16 ? pixels(yield 4, 0) : before;
          const [place = 0, size = 0] = yield 2;
          this.surface.fill(x + left + (place >> 4), y + top + (place & 15), (size >> 4) + 1, (size & 15) + 1, colour);
        }
      }
    }
  }
}

function short(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
}

function long(bytes: Uint8Array, at: number): number {
  return short(bytes, at) * 65536 + short(bytes, at + 2);
}

function coloured(bytes: Uint8Array, pixels: Pixels): Uint8ClampedArray<ArrayBuffer> {
  const drawn = new Uint8ClampedArray(bytes.length);
  for (let at = 0; at < bytes.length; at += 4) {
    const [red, green, blue] = pixels(bytes, at);
    drawn[at] = red;
    drawn[at + 1] = green;
    drawn[at + 2] = blue;
    drawn[at + 3] = 255;
  }
  return drawn;
}
