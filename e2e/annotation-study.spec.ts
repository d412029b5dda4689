import { readFileSync } from "node:fs";
import type { Download, Page } from "@playwright/test";
import { unzipSync } from "fflate";
import type { SimulateOptions } from "../src/core/simulate/simulate-slice";
import { accessible } from "./support/accessible";
import { button, openLab, simulate } from "./support/lab";
import { crowding } from "./support/layout";
import { keep } from "./support/pixels";
import { expect, test } from "./support/test";

const four: SimulateOptions = { tissue: "hypothalamus", nCells: 1200, nGenes: 60, nSections: 4, seed: 3 };
const looks = [
  { theme: "dark", width: 1920, height: 1080 },
  { theme: "light", width: 1440, height: 900 },
  { theme: "dark", width: 1280, height: 800 },
  { theme: "light", width: 1280, height: 800 },
] as const;

test("an annotation study is set up, paused, left by a reload, gone on with, read and exported", async ({ page }) => {
  test.slow();
  await openLab(page, "?backend=wasm");
  await simulate(page, { ...four, nSections: 1 });
  await page.getByRole("link", { name: "Studies" }).click();
  await page.getByRole("radiogroup", { name: "Kind of study" }).getByText("Annotation").click();
  await expect(page.getByText(/has one section, so none can be held out/)).toBeVisible();
  await expect(button(page, "Start the study")).toHaveCount(0);

  await page.getByRole("link", { name: "Lab" }).click();
  await simulate(page, four);
  await page.getByRole("link", { name: "Studies" }).click();
  await expect(page.getByTestId("annotation-size")).toContainText("36 runs, 6 pretrainings and 18 baselines");
  await everyLook(page, "annotation-form");
  await accessible(page, "an annotation study's form");
  await setUp(page);
  await expect(page.getByTestId("annotation-size")).toContainText("8 runs, 2 pretrainings and 4 baselines");

  await button(page, "Start the study").click();
  await expect(page.getByTestId("queue-words")).toContainText("Full graph · No SSL", { timeout: 120_000 });
  await button(page, "Pause").click();
  await expect(page.getByTestId("queue-words")).toContainText("paused");
  await everyLook(page, "annotation-half-done");
  await page.reload();
  await expect(page.getByText(/^[4-7] of 14 done$/)).toBeVisible();
  await button(page, "Continue").click();
  await expect(page.getByText("14 of 14 done")).toBeVisible({ timeout: 300_000 });

  const table = page.getByRole("table").first();
  await expect(table.locator("tr[data-baseline]")).toHaveCount(2);
  await expect(table.getByRole("row", { name: /^Sub-graphs/ }).getByRole("cell")).toHaveText([
    ...Array(4).fill(/^\d\.\d{3}/),
    /^[+−]\d\.\d{3}one seed: no interval$/,
  ]);
  await expect(page.getByText(/one seed does not tell whether SSL helps/)).toHaveCount(2);
  await everyLook(page, "annotation-done");
  await accessible(page, "an annotation study that is done");

  const rows = readFileSync(await downloaded(page, "Table of all runs, CSV"), "utf8")
    .trim()
    .split("\n");
  expect(rows).toHaveLength(13);
  expect(rows[0]).toMatch(/^kind,name,view,ssl,fraction,nLabels,seed,f1Micro,f1Macro,/);
  const folder = unzipSync(readFileSync(await downloaded(page, "Folder for the command line, zip")));
  const paths = Object.keys(folder);
  expect(paths.filter((path) => path.startsWith("runs/"))).toHaveLength(14);
  expect(paths.filter((path) => path.startsWith("pretrained/")).sort()).toEqual([
    "pretrained/lab--full--pretrain--seed0.safetensors",
    "pretrained/lab--sub--pretrain--seed0.safetensors",
  ]);
});

/** One seed, all labels and a tenth of them, few epochs. */
async function setUp(page: Page): Promise<void> {
  const form = page.getByRole("navigation", { name: "Study" });
  await form.getByLabel("Seeds", { exact: true }).fill("1");
  await form.getByLabel("Labels", { exact: true }).fill("100 %, 10 %");
  await form.getByRole("button", { name: "More" }).click();
  for (const [stage, epochs] of [
    ["Pretraining", 3],
    ["Fine-tuning", 12],
  ] as const) {
    const field = form.getByLabel(`${stage} epochs`, { exact: true });
    await field.fill(String(epochs));
    await field.press("Enter");
  }
}

async function downloaded(page: Page, item: string): Promise<string> {
  await button(page, "Export").click();
  const began: Promise<Download> = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: item }).click();
  return (await began).path();
}

async function everyLook(page: Page, state: string): Promise<void> {
  for (const { theme, width, height } of looks) {
    await page.evaluate((wanted) => window.lab.getState().setTheme(wanted), theme);
    await page.setViewportSize({ width, height });
    await expect.soft
      .poll(() => page.evaluate(crowding), { message: `${state}, ${theme}, ${width} px`, timeout: 10_000 })
      .toEqual([]);
    await keep(page, `${state}-${width}-${theme}`);
  }
}
