// A desktop on a canvas, recorded or live: pixels, and nothing that could act.

import { Reader, pixelsOf } from "./rfb";
import type { Colour, Surface } from "./rfb";

// Where a recording of a desktop can be played from, and how its pixels are written from there on.
export interface Keyframe {
  channel: number;
  from: number;
  width: number;
  height: number;
  pixels: string;
}

export class Desktop implements Surface {
  private readonly context: CanvasRenderingContext2D | null;
  private text: string | undefined;
  private reader: Reader | undefined;
  private begin: Keyframe | undefined;
  private passed = 0;

  constructor(
    width: number,
    height: number,
    private readonly pixels: string,
    // All that are known of its channel, in their order; they may grow.
    private readonly keyframes: readonly Keyframe[],
    readonly element = picture(),
  ) {
    this.context = element.getContext("2d", { alpha: false });
    this.resize(width, height);
    this.reader = this.from(0);
  }

  // What was before this keyframe needs not be drawn, if it was not already.
  beginWith(keyframe: Keyframe | undefined): void {
    if (keyframe && keyframe.from >= this.passed) this.begin = keyframe;
  }

  see(bytes: Uint8Array): void {
    const before = this.passed;
    this.passed += bytes.length;
    // What cannot be read is gone on with where it can.
    if (!this.reader) this.begin ??= this.keyframes.find((keyframe) => keyframe.from >= before);
    let now = bytes;
    if (this.begin) {
      if (this.passed <= this.begin.from) return;
      now = bytes.subarray(this.begin.from - before);
      this.resize(this.begin.width, this.begin.height);
      this.reader = this.from(this.begin.from);
      this.begin = undefined;
    }
    try {
      this.reader?.take(now);
    } catch {
      this.reader = undefined;
    }
  }

  resize(width: number, height: number): void {
    this.element.width = width;
    this.element.height = height;
  }

  draw(x: number, y: number, width: number, height: number, pixels: Uint8ClampedArray<ArrayBuffer>): void {
    this.context?.putImageData(new ImageData(pixels, width, height), x, y);
  }

  fill(x: number, y: number, width: number, height: number, colour: Colour): void {
    if (!this.context) return;
    this.context.fillStyle = `rgb(${colour.join(" ")})`;
    this.context.fillRect(x, y, width, height);
  }

  copy(fromX: number, fromY: number, x: number, y: number, width: number, height: number): void {
    if (width > 0 && height > 0) this.context?.drawImage(this.element, fromX, fromY, width, height, x, y, width, height);
  }

  clipboard(text: string): void {
    this.text = text;
  }

  // The text that was copied at the desktop since this was asked last.
  copied(): string | undefined {
    const text = this.text;
    this.text = undefined;
    return text;
  }

  private from(from: number): Reader {
    return new Reader(from, this, (at) => {
      const written = this.keyframes.filter((keyframe) => keyframe.from <= at).pop();
      return pixelsOf(written?.pixels ?? this.pixels);
    });
  }
}

function picture(): HTMLCanvasElement {
  const element = document.createElement("canvas");
  element.setAttribute("role", "img");
  return element;
}
