import type { Page } from "@playwright/test";

/** Starts noting when the page gets to draw. */
export async function watchFrames(page: Page): Promise<void> {
  await page.evaluate(() => {
    const times: number[] = [];
    Object.assign(window, { frameTimes: times });
    const note = (now: number): void => {
      times.push(now);
      requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
  });
}

/** Gaps between frames since `watchFrames`, in milliseconds, longest first; the watch begins anew. */
export async function frameGaps(page: Page): Promise<number[]> {
  const times = await page.evaluate(() => {
    const { frameTimes } = window as unknown as { frameTimes: number[] };
    return frameTimes.splice(0, frameTimes.length - 1);
  });
  return times
    .slice(1)
    .map((time, i) => time - times[i])
    .sort((a, b) => b - a);
}
