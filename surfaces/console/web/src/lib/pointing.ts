// The pointer of a desktop, by mouse, pen or fingers. A tap clicks, a finger that stays is the right button, two
// fingers turn the wheel.

const LONG = 600;
const MOVED = 10;
/** Pixels of the page that are one step of a wheel. */
const STEP = 40;
/** Steps of one turn: a page that is thrown far does not turn for a minute. */
const MOST_STEPS = 10;
const [WHEEL_UP, WHEEL_DOWN] = [8, 16];

export type Point = (buttons: number, x: number, y: number) => void;

/** RFB's message of the pointer. */
export function told(buttons: number, x: number, y: number): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(6);
  const view = new DataView(message.buffer);
  message[0] = 5;
  message[1] = buttons;
  view.setUint16(2, x);
  view.setUint16(4, y);
  return message;
}

/** Left, right, middle: a browser counts them otherwise than RFB. */
function mask(buttons: number): number {
  return (buttons & 1) | (buttons & 2 ? 4 : 0) | (buttons & 4 ? 2 : 0);
}

export function watch(canvas: HTMLCanvasElement, point: Point): void {
  const at = ({ clientX, clientY }: { clientX: number; clientY: number }): [number, number] => {
    const box = canvas.getBoundingClientRect();
    const on = (from: number, length: number, pixels: number) =>
      Math.min(Math.max(Math.floor((from * pixels) / Math.max(length, 1)), 0), pixels - 1);
    return [on(clientX - box.left, box.width, canvas.width), on(clientY - box.top, box.height, canvas.height)];
  };
  const turn = (pixels: number, where: { clientX: number; clientY: number }): number => {
    const steps = Math.min(Math.floor(Math.abs(pixels) / STEP), MOST_STEPS);
    for (let step = 0; step < steps; step += 1) {
      point(pixels < 0 ? WHEEL_UP : WHEEL_DOWN, ...at(where));
      point(0, ...at(where));
    }
    return pixels - Math.sign(pixels) * steps * STEP;
  };
  const fingers = new Map<number, PointerEvent>();
  let first: PointerEvent | undefined;
  let doing: "nothing" | "waits" | "drags" | "turns" = "nothing";
  let held: ReturnType<typeof setTimeout> | undefined;
  let turned = 0;

  canvas.addEventListener("pointerdown", (event) => {
    canvas.focus();
    canvas.setPointerCapture(event.pointerId);
    event.preventDefault();
    if (event.pointerType !== "touch") {
      point(mask(event.buttons), ...at(event));
      return;
    }
    fingers.set(event.pointerId, event);
    clearTimeout(held);
    if (fingers.size > 1) {
      if (doing === "drags") point(0, ...at(event));
      doing = "turns";
      return;
    }
    [first, doing, turned] = [event, "waits", 0];
    held = setTimeout(() => {
      if (doing !== "waits") return;
      doing = "nothing";
      point(4, ...at(event));
      point(0, ...at(event));
    }, LONG);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "touch") {
      point(mask(event.buttons), ...at(event));
      return;
    }
    const before = fingers.get(event.pointerId);
    if (!before || !first) return;
    fingers.set(event.pointerId, event);
    if (doing === "turns") turned = turn(turned + before.clientY - event.clientY, event);
    const far = Math.hypot(event.clientX - first.clientX, event.clientY - first.clientY) > MOVED;
    if (doing === "waits" && far) {
      clearTimeout(held);
      doing = "drags";
      point(1, ...at(first));
    }
    if (doing === "drags") point(1, ...at(event));
  });
  const up = (event: PointerEvent) => {
    if (event.pointerType !== "touch") {
      point(mask(event.buttons), ...at(event));
      return;
    }
    clearTimeout(held);
    fingers.delete(event.pointerId);
    if (doing === "waits") point(1, ...at(event));
    if (doing === "waits" || doing === "drags") point(0, ...at(event));
    if (fingers.size === 0 || doing !== "turns") doing = "nothing";
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  let wheeled = 0;
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    // A wheel of lines or pages turns by steps.
    wheeled = turn(wheeled + (event.deltaMode === 0 ? event.deltaY : Math.sign(event.deltaY) * STEP), event);
  }, { passive: false });
}
