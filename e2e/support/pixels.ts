import type { Page } from "@playwright/test";
import { stageOf } from "./tissue";

/** What is seen on the tissue, measured on a screenshot. */
export interface Look {
  /** Share of pixels with a clear colour of their own. */
  readonly coloured: number;
  /** Share of pixels in each of twelve parts of the colour circle, of those with a colour. */
  readonly hues: readonly number[];
  /** Mean brightness of the ground, 0 to 1, taken at the top edge. */
  readonly ground: number;
}

/** Looks at the upper half of the stage, where nothing floats but the colour chooser. */
export async function lookAtTissue(page: Page): Promise<Look> {
  const box = (await stageOf(page).boundingBox())!;
  const clip = { x: box.x + 220, y: box.y, width: box.width - 220, height: 0.45 * box.height };
  const png = (await page.screenshot({ clip })).toString("base64");
  return page.evaluate(async (data) => {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d")!;
    context.drawImage(image, 0, 0);
    const pixels = context.getImageData(0, 0, image.width, image.height).data;
    const hues = new Array<number>(12).fill(0);
    let coloured = 0;
    for (let i = 0; i < pixels.length; i += 4) {
      const [r, g, b] = [pixels[i], pixels[i + 1], pixels[i + 2]];
      const most = Math.max(r, g, b);
      const spread = most - Math.min(r, g, b);
      if (spread < 60) continue;
      coloured++;
      const hue = most === r ? (g - b) / spread : most === g ? 2 + (b - r) / spread : 4 + (r - g) / spread;
      hues[Math.floor(((hue + 6) % 6) * 2)]++;
    }
    let ground = 0;
    for (let x = 0; x < image.width; x++) ground += pixels[4 * x] / 255 / image.width;
    return {
      coloured: coloured / (pixels.length / 4),
      hues: hues.map((n) => n / Math.max(1, coloured)),
      ground,
    };
  }, png);
}

/** How far two colourings are apart, 0 (same share of every hue) to 1 (no hue in common). */
export function hueDistance(a: Look, b: Look): number {
  return a.hues.reduce((sum, share, i) => sum + Math.abs(share - b.hues[i]), 0) / 2;
}

/** Waits until nothing fades or slides any more; what runs for ever, such as a bar without an end, is not waited for. */
export async function atRest(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    const ending = document
      .getAnimations()
      .filter((a) => a.effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY);
    await Promise.allSettled(ending.map((animation) => animation.finished));
  });
}

/** Keeps a picture for people to look at. */
export async function keep(page: Page, name: string): Promise<void> {
  await atRest(page);
  await page.screenshot({ path: `screenshots/${name}.png` });
}
