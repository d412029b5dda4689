import type { Page } from "@playwright/test";
import { dropFile } from "./support/drop";
import { button, colourBy, graphReady, losses, openLab, setEpochs, trained, unfold } from "./support/lab";
import { keep, lookAtTissue } from "./support/pixels";
import { realSlice } from "./support/real-slices";
import { expect, test } from "./support/test";
import { clickCell } from "./support/tissue";

const merfish = realSlice("merfish_hypothalamus.h5ad");
const osmfish = realSlice("osmfish_ssp.h5ad");
const dlpfc = realSlice("dlpfc_151673.h5ad");

test("osmFISH, dropped as a file: graph, training, clusters, scores, a cell and its neighbours", async ({ page }) => {
  test.skip(!osmfish, "osmfish_ssp.h5ad is absent");
  await openLab(page);
  await dropFile(page, osmfish!);
  await expect(page.getByTestId("slice-fact")).toHaveText("osmfish_ssp · 4,839 cells · 33 genes", { timeout: 30_000 });
  await graphReady(page);
  await trainTwenty(page);
  await selectSomeCell(page);
  await keep(page, "real-osmfish");
});

test("MERFISH, four sections, dropped as a file: graph, training, clusters, scores, a cell and its neighbours", async ({
  page,
}) => {
  test.skip(!merfish, "merfish_hypothalamus.h5ad is absent");
  await openLab(page);
  await dropFile(page, merfish!);
  await expect(page.getByTestId("slice-fact")).toHaveText("merfish_hypothalamus · 23,855 cells · 135 genes", {
    timeout: 60_000,
  });
  await graphReady(page);
  const sections = await page.evaluate(() => window.lab.getState().slice!.summary.sections.map((s) => s.cells));
  expect(sections).toHaveLength(4);
  expect(sections.reduce((sum, n) => sum + n, 0)).toBe(23_855);
  await expect(page.locator("main").getByText("1_-0.09", { exact: true })).toBeVisible();
  const crossing = await page.evaluate(() => {
    const { graph } = window.lab.getState();
    return graph.kind === "ready" ? graph.statistics.components : 0;
  });
  expect(crossing, "no edge crosses from one section to another").toBeGreaterThanOrEqual(4);
  await trainTwenty(page);
  await selectSomeCell(page);
  await colourBy(page, "section");
  await keep(page, "real-merfish");
});

test("Visium, chosen with the button: its pixels get an estimated unit, said aloud and corrected by the person", async ({
  page,
}) => {
  test.skip(!dlpfc, "dlpfc_151673.h5ad is absent");
  await openLab(page);
  const choosing = page.waitForEvent("filechooser");
  await button(page, "Open slice").click();
  await (await choosing).setFiles(dlpfc!);
  await expect(page.getByTestId("slice-fact")).toHaveText("dlpfc_151673 · 3,639 cells · 5,000 genes", {
    timeout: 60_000,
  });
  await graphReady(page);
  await unfold(page, "Slice");
  const rail = page.getByRole("navigation", { name: "Steps" });
  await expect(rail.getByText(/µm, estimated from the distance between/)).toBeVisible();
  await expect(rail.getByText(/it is an estimate/)).toBeVisible();
  const distance = () => page.evaluate(() => window.lab.getState().slice!.summary.medianNeighbourDistance!);
  const unit = await page.evaluate(() => window.lab.getState().slice!.unit);
  expect(unit.origin).toBe("estimated");
  const before = await distance();
  await rail.getByLabel("µm per unit").fill(String(2 * unit.micronsPerUnit));
  await rail.getByRole("button", { name: "Set", exact: true }).click();
  await expect(rail.getByText(/as you set it/)).toBeVisible();
  await graphReady(page);
  expect((await distance()) / before).toBeCloseTo(2, 5);
});

/** Trains 20 epochs and waits for what comes after; the map of the largest slices takes too long to wait for. */
async function trainTwenty(page: Page): Promise<void> {
  await setEpochs(page, 20);
  await button(page, "Train").click();
  await trained(page, 20);
  const curve = await losses(page);
  expect(curve).toHaveLength(20);
  expect(curve.at(-1)).toBeLessThan(0.8 * curve[0]);
  const rail = page.getByRole("navigation", { name: "Steps" });
  await expect(rail.getByText(/^ARI to /)).toBeVisible({ timeout: 90_000 });
  await expect(rail.getByText("F1 micro")).toBeVisible({ timeout: 90_000 });
  const cancel = rail.getByRole("button", { name: "Cancel", exact: true });
  if (await cancel.isVisible()) await cancel.click();
  await expect(page.getByRole("combobox", { name: "Colour by" })).toHaveValue("clusters");
  expect((await lookAtTissue(page)).coloured).toBeGreaterThan(0.004);
  const found = await page.evaluate(() => {
    const { clusters, scores, prediction } = window.lab.getState();
    return { clusters: clusters!.nClusters, ari: scores!.ari, f1: prediction!.f1Micro };
  });
  expect(found.clusters).toBeGreaterThan(3);
  expect(found.ari).toBeGreaterThan(0.05);
  expect(found.f1).toBeGreaterThan(0.3);
}

async function selectSomeCell(page: Page): Promise<void> {
  const cell = await clickCell(page);
  const inspector = page.getByRole("complementary", { name: "Inspector" });
  await expect(inspector.getByText(/^α, mark/)).toBeVisible();
  const seen = await page.evaluate(() => {
    const { selected, neighbours, slice } = window.lab.getState();
    const { codes } = slice!.section;
    return {
      selected,
      n: neighbours!.cells.length - 1,
      sections: new Set([...neighbours!.cells].map((c) => codes[c])).size,
    };
  });
  expect(seen.selected).toBe(cell);
  expect(seen.n).toBeGreaterThanOrEqual(6);
  expect(seen.sections).toBe(1);
  await expect(inspector.getByRole("button", { name: /^Select neighbour/ })).toHaveCount(seen.n);
}
