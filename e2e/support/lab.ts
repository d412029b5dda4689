import type { Locator, Page } from "@playwright/test";
import type { SimulateOptions } from "../../src/core/simulate/simulate-slice";
import { expect } from "./test";

/** Opens the page and waits until its first slice has a graph. */
export async function openLab(page: Page, query = ""): Promise<void> {
  await page.goto(`./${query}`);
  await graphReady(page);
}

/** Waits until the open slice has a graph, so that it can be trained on. */
export async function graphReady(page: Page): Promise<void> {
  await expect(page.getByRole("button", { name: /^(Train|Train on|Continue)$/ })).toBeEnabled({ timeout: 60_000 });
}

/** Unfolds one of the four steps. */
export async function unfold(page: Page, step: "Slice" | "Graph" | "Model" | "Train"): Promise<void> {
  const head = page
    .getByRole("navigation", { name: "Steps" })
    .getByRole("button", { name: new RegExp(`^(\\d )?${step} \\(`) });
  if ((await head.getAttribute("aria-expanded")) === "false") await head.click();
  await expect(head).toHaveAttribute("aria-expanded", "true");
}

/** Types a number into a field of the left rail and leaves it, as a person does. */
export async function setNumber(page: Page, label: string, value: number): Promise<void> {
  const field = page.getByRole("navigation", { name: "Steps" }).getByLabel(label, { exact: true });
  await field.fill(String(value));
  await field.press("Enter");
}

export async function setEpochs(page: Page, epochs: number): Promise<void> {
  await unfold(page, "Model");
  await setNumber(page, "Epochs", epochs);
  await expect.poll(() => page.evaluate(() => window.lab.getState().recipe.epochs)).toBe(epochs);
}

export function button(page: Page, name: string): Locator {
  return page.getByRole("button", { name, exact: true });
}

/** Where the bottom strip says how far the run is. */
export function progressWords(page: Page): Locator {
  return page.getByTestId("progress-words");
}

/** Waits for the words that end a run of `epochs`. */
export async function trained(page: Page, epochs: number, timeout = 120_000): Promise<void> {
  await expect(progressWords(page)).toContainText(`${epochs} epochs done`, { timeout });
}

export async function losses(page: Page): Promise<number[]> {
  return page.evaluate(() => [...window.lab.getState().losses]);
}

/** Chooses what cells are coloured by. */
export async function colourBy(page: Page, name: string): Promise<void> {
  await page.getByRole("combobox", { name: "Colour by" }).click();
  await page.getByRole("option", { name, exact: true }).click();
}

/**
 * Another simulated slice. Past the form, whose least is 1,000 cells: what is checked here on a software GPU
 * has to be smaller.
 */
export async function simulate(page: Page, options: SimulateOptions): Promise<void> {
  await page.evaluate((wanted) => window.lab.getState().openSimulated(wanted), options);
  await graphReady(page);
}
