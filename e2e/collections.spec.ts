import type { Page } from "@playwright/test";
import { accessible } from "./support/accessible";
import { dropFile } from "./support/drop";
import { graphReady, openLab, unfold } from "./support/lab";
import { crowding } from "./support/layout";
import { keep } from "./support/pixels";
import { realSlice } from "./support/real-slices";
import { loadSimulatedFile } from "./support/simulated-file";
import { expect, test } from "./support/test";

/** Epochs of a run over them that is still under way when its first checkpoint comes. */
const LONG = 50;

/** Two files, one of two sections and one of another panel of genes. */
async function someFiles() {
  const simulated = await loadSimulatedFile();
  return [
    simulated("both.arrow", { tissue: "cortex", sectionCells: [500, 300], nGenes: 40, seed: 1 }),
    simulated("third.arrow", { tissue: "cortex", nCells: 400, nGenes: 36, nSections: 1, seed: 2 }),
  ];
}

const openSections = (page: Page) => page.getByRole("link", { name: "Sections" }).click();

async function openOnSections(page: Page): Promise<void> {
  await openLab(page, "?backend=wasm");
  await openSections(page);
}

/** The page with those files collected. */
async function collectSomeFiles(page: Page): Promise<void> {
  await openOnSections(page);
  await dropFile(page, ...(await someFiles()));
  await expect(page.getByText("3 sections, 1,200 cells, 36 genes")).toBeVisible();
}

async function leaveOut(page: Page, option: RegExp): Promise<void> {
  await page.getByRole("combobox", { name: "Section left out to test on" }).click();
  await page.getByRole("option", { name: option }).click();
}

async function trainOver(page: Page, epochs: number): Promise<void> {
  await page.getByRole("textbox", { name: "Epochs" }).fill(String(epochs));
  await page.getByRole("textbox", { name: "Epochs" }).press("Enter");
  await page.getByRole("button", { name: "Train", exact: true }).click();
}

const lossesOf = (page: Page): Promise<readonly number[]> =>
  page.evaluate(() => window.lab.getState().collectionRun?.losses ?? []);

test("files dropped on the sections become a collection, which is there after a reload, opens by section, and is deleted", async ({
  page,
}) => {
  await collectSomeFiles(page);
  await page.getByRole("button", { name: /note.? on what was joined$/ }).click();
  await expect(page.getByText(/both.*4 of 40 genes are left out/).first()).toBeVisible();
  const chart = page.getByRole("img", { name: /^Composition by/ });
  await expect(chart).toHaveAccessibleName(/3 sections, 300 to 500 cells a section/);
  await expect(page.getByRole("figure")).toHaveCount(3);
  await expect(page.getByRole("figure").locator("canvas")).toHaveCount(3);
  for (const theme of ["light", "dark"] as const) {
    await page.evaluate((wanted) => window.lab.getState().setTheme(wanted), theme);
    for (const width of [1280, 1920]) {
      await page.setViewportSize({ width, height: 900 });
      await expect.soft.poll(() => page.evaluate(crowding), { message: `${theme}, ${width} px` }).toEqual([]);
      await keep(page, `collection-${width}-${theme}`);
    }
  }

  await page.reload();
  await page.getByRole("button", { name: /^Continue with both and 1 more, a collection of 3 sections$/ }).click();
  await page.getByRole("button", { name: "Open section_2 in the lab" }).click();
  await expect(page.getByTestId("slice-fact")).toHaveText("section_2 · 300 cells · 36 genes");
  await graphReady(page);

  await openSections(page);
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("button", { name: "Delete the collection" }).click();
  await expect(page.getByText("One section is open.")).toBeVisible();
  await page.reload();
  await expect(page.getByText("One section is open.")).toBeVisible();
  await expect(page.getByRole("button", { name: /^Continue with/ })).toHaveCount(0);
  expect(await keptFiles(page)).toEqual([]);
});

test("a network is trained over the sections of a collection, one at a time, and comes with a section that is opened", async ({
  page,
}) => {
  await collectSomeFiles(page);
  const words = page.getByTestId("collection-run");
  await trainOver(page, 3);
  await expect(words).toContainText(/3 epochs done · weights of epoch \d, .* 2 sections to train on, 1 to validate/, {
    timeout: 120_000,
  });
  await expect(page.getByRole("img", { name: /^Loss after 3 epochs: training sections/ })).toBeVisible();
  const losses = await page.evaluate(() => window.lab.getState().collectionRun!.losses);
  expect(losses[2]).toBeLessThan(losses[0]);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save model" }).click();
  expect((await download).suggestedFilename()).toBe("both and 1 more.safetensors");
  // a run that is stopped keeps what it learned
  await trainOver(page, 5000);
  await expect(words).toContainText(/epoch [2-9] of 5000/);
  await expect(page.getByRole("button", { name: "Delete", exact: true })).toBeDisabled();
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(words).toContainText(/epochs? done, then stopped/);
  for (const theme of ["light", "dark"] as const) {
    await page.evaluate((wanted) => window.lab.getState().setTheme(wanted), theme);
    await page.setViewportSize({ width: 1280, height: 900 });
    await expect.soft.poll(() => page.evaluate(crowding), { message: theme }).toEqual([]);
    await keep(page, `collection-run-${theme}`);
  }

  await accessible(page, "a collection and its run");
  // a section comes with the network that was trained over them
  await page.getByRole("button", { name: "Open section_1 (third) in the lab" }).click();
  await expect(page.getByTestId("slice-fact")).toHaveText("section_1 (third) · 400 cells · 36 genes");
  await expect(page.getByTestId("network-words")).toContainText("Trained over 2 sections of both and 1 more");
  await keep(page, "collection-network");
  await expect.poll(() => page.evaluate(() => window.lab.getState().clusters?.codes.length ?? 0)).toBe(400);

  // it is kept with the collection
  const said = await page.evaluate(() => window.lab.getState().collectionRun!.losses);
  await page.reload();
  await openSections(page);
  await page.getByRole("button", { name: /^Continue with both/ }).click();
  await expect(words).toContainText(/epochs? done, then stopped/);
  expect(await page.evaluate(() => window.lab.getState().collectionRun!.losses)).toEqual(said);
  await page.getByRole("button", { name: "Open section_2 in the lab" }).click();
  await expect(page.getByTestId("network-words")).toContainText("Trained over 2 sections of both and 1 more");
});

test("a label is learned over sections and scored on the one left out; a run that a reload cuts off goes on with the same losses", async ({
  page,
}) => {
  await openLab(page, "?backend=wasm");
  await unfold(page, "Model");
  await page.getByRole("combobox", { name: "Method" }).click();
  await page.getByRole("option", { name: "Supervised" }).click();
  await openSections(page);
  await dropFile(page, ...(await someFiles()));
  await expect(page.getByText("3 sections, 1,200 cells, 36 genes")).toBeVisible();
  await page.getByRole("combobox", { name: "Learn" }).click();
  await page.getByRole("option", { name: "domain", exact: true }).click();
  await leaveOut(page, /^Leave out section_2/);
  await trainOver(page, LONG);
  const words = page.getByTestId("collection-run");
  await expect(words).toContainText(`${LONG} epochs done`, { timeout: 60_000 });
  const score = page.getByTestId("collection-score");
  await expect(score).toContainText(
    /^domain on section_2, which was left out: F1 micro 0\.\d+, macro 0\.\d+, 300 labelled/,
  );
  await keep(page, "collection-label");
  const [whole, told] = [await lossesOf(page), await score.textContent()];

  await trainOver(page, LONG);
  await expect(page.getByText(/It ends with this page until its first checkpoint/)).toBeVisible();
  await expect(page.getByText(/^Kept up to epoch \d+/)).toBeVisible();
  await page.reload();
  await openSections(page);
  await page.getByRole("button", { name: /^Continue with both/ }).click();
  await expect(words).toContainText(new RegExp(`Supervised, domain · cut off after \\d+ epochs? of ${LONG}`));
  const before = await lossesOf(page);
  expect(before).toEqual(whole.slice(0, before.length));
  await keep(page, "collection-run-interrupted");
  await page.getByRole("button", { name: `Resume from epoch ${before.length}` }).click();
  await expect(words).toContainText(`${LONG} epochs done`, { timeout: 60_000 });
  expect(await lossesOf(page)).toEqual(whole);
  expect(await score.textContent()).toBe(told);
  // sections with their cells, the manifest, the run and its model; its checkpoints are gone
  expect(await keptFiles(page)).toHaveLength(3 * 2 + 3);
  await page.getByRole("button", { name: "Open section_2 in the lab" }).click();
  await expect(page.getByTestId("network-words")).toContainText("this section was left out");
  const { f1Micro, nTest } = (await page.evaluate(() => window.lab.getState().network?.prediction)) ?? {};
  expect([nTest, told]).toEqual([300, expect.stringContaining(`F1 micro ${f1Micro?.toFixed(3)}`)]);
});

test("what does not fit is refused with what to do, and what is kept stays; a file that is no slice leaves nothing", async ({
  page,
}) => {
  await openOnSections(page);
  const [both, third] = await someFiles();
  await dropFile(page, third);
  await expect(page.getByText("1 section, 400 cells, 36 genes")).toBeVisible();
  const before = await keptFiles(page);
  expect(before).toHaveLength(3);

  const devtools = await page.context().newCDPSession(page);
  const origin = new URL(page.url()).origin;
  await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1000 });
  await dropFile(page, both);
  await expect(page.getByRole("alert")).toContainText("this browser's storage for the page is full");
  await expect(page.getByRole("alert")).toContainText("What is kept stays");
  await devtools.send("Storage.overrideQuotaForOrigin", { origin });

  await dropFile(page, both, { name: "notes.txt", bytes: new TextEncoder().encode("no slice") });
  await expect(page.getByRole("alert")).toContainText("notes.txt is a text file");
  expect(await keptFiles(page)).toEqual(before);
  await expect(page.getByText("1 section, 400 cells, 36 genes")).toBeVisible();
});

/** Paths in the browser's own storage. */
function keptFiles(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const root = await (await navigator.storage.getDirectory()).getDirectoryHandle("collections");
    const found: string[] = [];
    for await (const [id, folder] of root.entries())
      for await (const file of (folder as FileSystemDirectoryHandle).keys()) found.push(`${id}/${file}`);
    return found.sort();
  });
}

const merfish = realSlice("merfish_hypothalamus.h5ad");

test("one AnnData file of four sections becomes a collection that is learned over, with one left out", async ({
  page,
}) => {
  test.skip(!merfish, "merfish_hypothalamus.h5ad is absent");
  await openOnSections(page);
  await dropFile(page, merfish!);
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("button", { name: "Cancel" })).toHaveCount(0);
  await expect(page.getByText("One section is open.")).toBeVisible();
  expect(await keptFiles(page)).toEqual([]);
  await dropFile(page, merfish!);
  await expect(page.getByText("4 sections, 23,855 cells, 135 genes")).toBeVisible({ timeout: 120_000 });
  await expect(page.getByRole("figure").locator("canvas")).toHaveCount(4);
  await keep(page, "collection-merfish");
  await leaveOut(page, /^Leave out 1_-0\.09/);
  await trainOver(page, 2);
  await expect(page.getByTestId("collection-run")).toContainText(
    /2 epochs done · .* 2 sections to train on, 1 to validate, 1 left out/,
    { timeout: 120_000 },
  );
  await keep(page, "collection-merfish-trained");
});
