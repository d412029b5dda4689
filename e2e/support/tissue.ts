import type { Page } from "@playwright/test";
import { expect } from "./test";

/** A cell and where it was found, in pixels from the stage's top left corner. */
export interface FoundCell {
  readonly cell: number;
  readonly x: number;
  readonly y: number;
}

/** The stage, which takes pointer and keys. */
export function stageOf(page: Page) {
  return page.getByRole("application", { name: /^Tissue and embedding/ });
}

/** Rests the pointer on the first cell near a place of the stage, given as shares of its width and height. */
export async function hoverCell(page: Page, across = 0.5, down = 0.36): Promise<FoundCell> {
  const stage = stageOf(page);
  const { width, height } = (await stage.boundingBox())!;
  for (let turn = 0; turn < 60; turn++) {
    // a spiral: tissue has holes
    const x = Math.round(across * width + 3 * turn * Math.cos(turn));
    const y = Math.round(down * height + 3 * turn * Math.sin(turn));
    await stage.hover({ position: { x, y } });
    const cell = await page.evaluate(() => window.lab.getState().hovered);
    if (cell !== null) return { cell, x, y };
  }
  throw new Error(`No cell was found around ${across}, ${down} of the stage.`);
}

/** Clicks on a cell and waits until the inspector shows its record. */
export async function clickCell(page: Page, across = 0.5, down = 0.36): Promise<number> {
  const { cell, x, y } = await hoverCell(page, across, down);
  await stageOf(page).click({ position: { x, y } });
  const name = () => page.evaluate(() => window.lab.getState().selectedRecord?.name ?? null);
  await expect.poll(name).not.toBeNull();
  expect(await page.evaluate(() => window.lab.getState().selected), "the cell under the pointer").toBe(cell);
  const inspector = page.getByRole("complementary", { name: "Inspector" });
  await expect(inspector.getByRole("heading", { level: 2 })).toContainText((await name())!);
  return cell;
}
