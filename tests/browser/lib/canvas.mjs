// A desktop's canvas, as somebody before it sees it and works on it.

import { holds } from './same.mjs';

/** Where a desktop is drawn: for the engineer, and for who watches. A page has one of both. */
const DRAWN = '.desktop-screen canvas, .screens canvas';

const canvas = (page) => page.locator(DRAWN);

/** The colour of a pixel of the desktop: `r g b`. */
export const pixel = (page, x, y) =>
  canvas(page).evaluate((canvas, [x, y]) => [...canvas.getContext('2d').getImageData(x, y, 1, 1).data].slice(0, 3).join(' '), [x, y]);

/** Until a pixel of the desktop is of this colour. */
export async function turns(page, colour, x = 160, y = 120) {
  await page.waitForFunction(
    ([x, y, colour, where]) => {
      const drawn = document.querySelector(where)?.getContext('2d').getImageData(x, y, 1, 1).data;
      return drawn && [...drawn].slice(0, 3).join(' ') === colour;
    },
    [x, y, colour, DRAWN],
  );
}

/** Where a pixel of the desktop lies in the page. */
export async function place(page, x, y) {
  const box = await canvas(page).boundingBox();
  const size = await canvas(page).evaluate((canvas) => [canvas.width, canvas.height]);
  holds(box.width > 100, `the canvas is ${JSON.stringify(box)}`);
  return [box.x + ((x + 0.5) * box.width) / size[0], box.y + ((y + 0.5) * box.height) / size[1]];
}

/** Until the desktop has heard this. */
export async function hears(stage, text, act = async () => undefined) {
  let heard = '';
  for (let at = Date.now(); Date.now() - at < 60_000; ) {
    await act();
    ({ heard } = await stage.outside.ask('desktop', {}));
    if (text.test(heard)) return heard;
  }
  throw new Error(`the desktop heard no ${text}: ${heard.slice(-2000)}`);
}
