import type { Page } from "@playwright/test";
import { crowding } from "./layout";
import { keep } from "./pixels";
import { expect } from "./test";

/** A theme and a size of the window, in CSS pixels. */
export interface Setting {
  readonly theme: "light" | "dark";
  readonly width: number;
  readonly height: number;
}

/** Looks at the present state of the page in each setting, in turn: nothing is crowded, and the pictures are kept. */
export async function seenIn(settings: readonly Setting[], page: Page, state: string): Promise<void> {
  for (const { theme, width, height } of settings) {
    await page.evaluate((wanted) => window.lab.getState().setTheme(wanted), theme);
    await page.setViewportSize({ width, height });
    await expect.soft
      .poll(() => page.evaluate(crowding), { message: `${state}, ${theme}, ${width} px`, timeout: 10_000 })
      .toEqual([]);
    await keep(page, `${state}-${width}-${theme}`);
  }
}
