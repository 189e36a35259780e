// What a page and the gateway say to each other over a terminal's line: domain/wire/src/terminal.rs.

export type Over = "ended" | "refused" | "elsewhere" | "taken-over" | "signed-out" | "ticket" | "misbehaved";
export type Passing = "yes" | "paused" | "awaiting";

export type ToPage =
  | { kind: "welcome"; from: number; fresh: number }
  | { kind: "output"; bytes: Uint8Array }
  | { kind: "state"; left: number; passing: Passing }
  | { kind: "said"; text: string }
  | { kind: "over"; why: Over; text: string };

const OVERS: readonly (Over | undefined)[] = [
  undefined,
  "ended",
  "refused",
  "elsewhere",
  "taken-over",
  "signed-out",
  "ticket",
  "misbehaved",
];
const PASSINGS: readonly Passing[] = ["yes", "paused", "awaiting"];

/** Bytes of input in one message. */
export const MOST_INPUT = 16 * 1024;
const MOST_CELLS = 1000;

export interface Cells {
  columns: number;
  rows: number;
}

function cells(view: DataView, at: number, { columns, rows }: Cells): void {
  view.setUint16(at, Math.min(Math.max(columns, 1), MOST_CELLS));
  view.setUint16(at + 2, Math.min(Math.max(rows, 1), MOST_CELLS));
}

export function hello(ticket: Uint8Array, page: Uint8Array, shown: number, size: Cells, takeOver: boolean): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(78);
  const view = new DataView(bytes.buffer);
  bytes[0] = 1;
  bytes.set(ticket.subarray(0, 32), 1);
  bytes.set(page.subarray(0, 32), 33);
  view.setBigUint64(65, BigInt(shown));
  cells(view, 73, size);
  bytes[77] = takeOver ? 1 : 0;
  return bytes;
}

/** Input, in messages that are short enough. */
export function* input(bytes: Uint8Array): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.length; at += MOST_INPUT) {
    const piece = bytes.subarray(at, at + MOST_INPUT);
    const message = new Uint8Array(piece.length + 1);
    message[0] = 2;
    message.set(piece, 1);
    yield message;
  }
}

/** What was pasted, in messages that are short enough. The gateway decides whether the visit takes it. */
export function* paste(bytes: Uint8Array, bracketed: boolean): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.length; at += MOST_INPUT) {
    const piece = bytes.subarray(at, at + MOST_INPUT);
    const message = new Uint8Array(piece.length + 3);
    message.set([6, bracketed ? 1 : 0, at + MOST_INPUT < bytes.length ? 1 : 0]);
    message.set(piece, 3);
    yield message;
  }
}

export function resize(size: Cells): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(5);
  bytes[0] = 3;
  cells(new DataView(bytes.buffer), 1, size);
  return bytes;
}

export function shown(upto: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(9);
  bytes[0] = 4;
  new DataView(bytes.buffer).setBigUint64(1, BigInt(upto));
  return bytes;
}

export function leave(): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(5);
}

/** Reads what the gateway says; null if it is nothing that it says. */
export function read(buffer: ArrayBuffer): ToPage | null {
  const bytes = new Uint8Array(buffer);
  const view = new DataView(buffer);
  switch (bytes[0]) {
    case 0x81:
      if (bytes.length !== 25) return null;
      return { kind: "welcome", from: Number(view.getBigUint64(9)), fresh: Number(view.getBigUint64(17)) };
    case 0x82:
      return { kind: "output", bytes: bytes.subarray(1) };
    case 0x83: {
      const passing = PASSINGS[bytes[5] ?? 255];
      return bytes.length === 6 && passing ? { kind: "state", left: view.getUint32(1), passing } : null;
    }
    case 0x85:
      return { kind: "said", text: new TextDecoder().decode(bytes.subarray(1)) };
    case 0x84: {
      const why = OVERS[bytes[1] ?? 0];
      return why ? { kind: "over", why, text: new TextDecoder().decode(bytes.subarray(2)) } : null;
    }
    default:
      return null;
  }
}

/** Bytes of their hexadecimal digits. */
export function fromHex(text: string): Uint8Array {
  const pairs = text.match(/[0-9a-f]{2}/g) ?? [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}
