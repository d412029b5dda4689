import type { Page } from "@playwright/test";
import { frameGaps, watchFrames } from "./support/frames";
import { button, colourBy, losses, openLab, progressWords, setEpochs, trained, unfold } from "./support/lab";
import { hueDistance, lookAtTissue } from "./support/pixels";
import { expect, test } from "./support/test";
import { clickCell, stageOf } from "./support/tissue";

test("the page opens on a simulated slice with its graph built, one click from training", async ({ page }) => {
  await openLab(page);
  await expect(page.getByTestId("slice-fact")).toHaveText("simulated cortex · 3,000 cells · 200 genes");
  await expect(progressWords(page)).toContainText("Press Train");
  await unfold(page, "Graph");
  const { nodes, edges, medianDegree, isolated } = await page.evaluate(() => {
    const { graph } = window.lab.getState();
    if (graph.kind !== "ready") throw new Error(graph.kind);
    return graph.statistics;
  });
  expect(nodes).toBe(3000);
  expect(edges).toBeGreaterThanOrEqual(6 * 3000);
  expect(isolated).toBe(0);
  const rail = page.getByRole("navigation", { name: "Steps" });
  const fact = (name: string) => rail.getByText(name, { exact: true }).locator("xpath=following-sibling::dd[1]");
  await expect(fact("Nodes")).toHaveText("3,000");
  await expect(fact("Edges, both directions")).toHaveText(edges.toLocaleString("en-US"));
  await expect(fact("Median degree")).toHaveText(String(medianDegree));
  await expect(fact("Isolated cells")).toHaveText("0");
  await expect(rail.getByRole("img", { name: /^Degree histogram/ })).toBeVisible();
  const look = await lookAtTissue(page);
  expect(look.coloured).toBeGreaterThan(0.03);
});

test("twenty epochs lower the loss while the page draws on, then clusters, prediction, scores and map come", async ({
  page,
}) => {
  await openLab(page);
  const before = await lookAtTissue(page);
  await setEpochs(page, 20);
  await watchFrames(page);
  await frameGaps(page);
  await button(page, "Train").click();
  await trained(page, 20);
  const gaps = await frameGaps(page);
  console.log(`Longest gaps between frames while training: ${gaps.slice(0, 5).map(Math.round).join(", ")} ms`);
  // how fast depends on the machine; that it went on drawing does not: a blocked page draws once or twice
  expect(gaps.length, "frames drawn while training").toBeGreaterThan(5);

  const curve = await losses(page);
  expect(curve).toHaveLength(20);
  expect(curve.at(-1)).toBeLessThan(0.8 * curve[0]);
  const rail = page.getByRole("navigation", { name: "Steps" });
  const fact = (name: string) => rail.getByText(name, { exact: true }).locator("xpath=following-sibling::dd[1]");
  await expect(fact("ARI to domain")).toHaveText(/^[01]\.\d{3}$/, { timeout: 60_000 });
  await expect(fact("F1 micro")).toHaveText(/^[01]\.\d{3}$/, { timeout: 60_000 });
  await expect(page.getByText("Embedding · UMAP")).toBeVisible({ timeout: 90_000 });
  await expect(page.getByRole("combobox", { name: "Colour by" })).toHaveValue("clusters");
  const found = await page.evaluate(() => {
    const { clusters, scores, prediction, cellLosses, plane } = window.lab.getState();
    return {
      clusters: clusters?.nClusters,
      scored: scores?.nScored,
      f1: prediction?.f1Micro,
      tested: prediction?.nTest,
      losses: cellLosses?.every((v) => Number.isFinite(v) && v >= 0),
      plane: plane?.every(Number.isFinite),
    };
  });
  expect(found.clusters).toBeGreaterThan(3);
  expect(found).toMatchObject({ scored: 3000, losses: true, plane: true });
  expect(Math.abs(found.tested! / 3000 - 0.2), "a fifth of each class, rounded").toBeLessThan(0.005);
  expect(found.f1, "layers of simulated cortex are easy to tell").toBeGreaterThan(0.6);
  const after = await lookAtTissue(page);
  expect(hueDistance(before, after)).toBeGreaterThan(0.1);

  await test.step("prediction and loss per cell can be looked at", async () => {
    await colourBy(page, "prediction");
    await expect(page.getByRole("button", { name: /^L2\/3, \d+ cells$/ })).toBeVisible();
    expect(hueDistance(await lookAtTissue(page), before), "nearly the true layers").toBeLessThan(0.25);
    await colourBy(page, "loss per cell");
    expect(await page.evaluate(() => window.lab.getState().colorBy.kind)).toBe("loss");
  });

  await test.step("a click selects a cell and shows its record, neighbours and attention", async () => {
    const cell = await clickCell(page);
    const inspector = page.getByRole("complementary", { name: "Inspector" });
    await expect(inspector.getByText(/^α, mark/)).toBeVisible();
    await expect(inspector.getByText("Predicted domain")).toBeVisible();
    await expect(inspector.getByText("Total counts")).toBeVisible();
    await expect(inspector.getByText("rebuilt")).toBeVisible();
    const seen = await page.evaluate(() => {
      const { selected, neighbours, attention, rebuilt, selectedRecord } = window.lab.getState();
      const sums = attention!.layers.map((alpha) =>
        Array.from({ length: attention!.heads }, (_, head) =>
          alpha.reduce((sum, value, i) => sum + (i % attention!.heads === head ? value : 0), 0),
        ),
      );
      const near = [...neighbours!.cells].filter((_, i) => neighbours!.hop[i] === 1).sort((a, b) => a - b);
      const heard = [...attention!.neighbours].sort((a, b) => a - b);
      return { selected, near, heard, sums, rebuilt: rebuilt!.length, top: selectedRecord!.topGenes.length };
    });
    expect(seen.selected).toBe(cell);
    expect(seen.rebuilt).toBe(200);
    expect(seen.top).toBeGreaterThan(5);
    expect(seen.sums.flat()).toHaveLength(2 * 4);
    for (const sum of seen.sums.flat()) expect(sum).toBeCloseTo(1, 4);
    expect(seen.heard, "attention goes to the cell itself and its neighbours").toEqual(
      [...seen.near, cell].sort((a, b) => a - b),
    );
    const rows = inspector.getByRole("button", { name: /^Select neighbour/ });
    await expect(rows).toHaveCount(seen.near.length);
    const table = inspector.getByRole("table").filter({ hasText: "itself" });
    const alphas = (await table.locator("tbody tr td:nth-child(3)").allTextContents()).map(Number);
    expect(alphas.reduce((sum, alpha) => sum + alpha, 0)).toBeCloseTo(1, 1);
    await inspector.getByRole("radiogroup", { name: "Attention head" }).getByText("2", { exact: true }).click();
    const ofHead = (await table.locator("tbody tr td:nth-child(3)").allTextContents()).map(Number);
    expect(ofHead.reduce((sum, alpha) => sum + alpha, 0)).toBeCloseTo(1, 1);
  });

  await test.step("Escape deselects, also right after a click on the tissue", async () => {
    await clickCell(page, 0.55, 0.36);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("complementary").getByRole("heading", { name: "simulated cortex" })).toBeVisible();
    expect(await page.evaluate(() => window.lab.getState().selected)).toBeNull();
  });

  await test.step("reset forgets the model and its results", async () => {
    await button(page, "Reset").click();
    await expect(progressWords(page)).toContainText("Press Train");
    await expect(button(page, "Train")).toBeEnabled();
    await expect(page.getByText("ARI to domain")).toBeHidden();
  });
});

test("buttons and keys start, pause, step, go on, stop and reset a run, which recolours the tissue as it learns", async ({
  page,
}) => {
  const epoch = () => page.evaluate(() => window.lab.getState().epoch);
  await openLab(page);
  await setEpochs(page, 20_000); // so many that it does not end by itself, however slowly the page draws

  await test.step("by button", async () => {
    const colours = await watchColours(page);
    await button(page, "Train").click();
    await expect(progressWords(page)).toContainText(/epoch [\d,]+ \/ 20,000 · .* each · .* left/);
    await expect.poll(colours, { message: "different colours while it trained", timeout: 90_000 }).toBeGreaterThan(2);
    await button(page, "Pause").click();
    await expect(progressWords(page)).toContainText(/paused at epoch [\d,]+ \/ 20,000/);
    const paused = await epoch();
    await button(page, "Step").click();
    await expect(progressWords(page)).toContainText(`paused at epoch ${(paused + 1).toLocaleString("en-US")} / 20,000`);
    await button(page, "Continue").click();
    await expect.poll(epoch).toBeGreaterThan(paused + 1);
    await button(page, "Stop").click();
    await expect(progressWords(page)).toContainText(/\d+ epochs done/);
    await expect(button(page, "Train on")).toBeEnabled();
    expect(await losses(page)).toHaveLength(await epoch());
    await button(page, "Reset").click();
    await expect(progressWords(page)).toContainText("Press Train");
  });

  await test.step("by key", async () => {
    await stageOf(page).focus();
    await page.keyboard.press(" ");
    await expect.poll(epoch).toBeGreaterThan(1);
    await page.keyboard.press(" ");
    await expect(progressWords(page)).toContainText(/paused at epoch [\d,]+ \/ 20,000/);
    const paused = await epoch();
    await page.keyboard.press(".");
    await expect(progressWords(page)).toContainText(`paused at epoch ${(paused + 1).toLocaleString("en-US")} / 20,000`);
    await page.keyboard.press(" ");
    await expect.poll(epoch).toBeGreaterThan(paused + 1);
    await page.keyboard.press(" ");
    await expect(progressWords(page)).toContainText(/paused at epoch/);
  });

  await test.step("a key meant for a field or a button stays there", async () => {
    const paused = await epoch();
    await unfold(page, "Slice");
    await page.getByRole("textbox", { name: "Unit", exact: true }).press(".");
    await page.getByRole("heading", { name: "SpatialSSL Lab" }).click();
    expect(await epoch()).toBe(paused);
    expect(await page.evaluate(() => window.lab.getState().run.kind)).toBe("paused");
  });

  await test.step("changed settings say that they need a reset", async () => {
    await setEpochs(page, 200);
    await expect(page.getByText("Settings changed: reset to apply them.")).toBeVisible();
    await button(page, "Reset").click();
    await expect(page.getByText("Settings changed: reset to apply them.")).toBeHidden();
  });
});

/** How many different colourings the embedding has given the tissue since, while it trained. */
async function watchColours(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const sums = new Set<number>();
    Object.assign(window, { colourSums: sums });
    window.lab.subscribe(({ liveVersion, liveColors, run, colorBy }, old) => {
      if (liveVersion === old.liveVersion || run.kind !== "training" || colorBy.kind !== "embedding") return;
      sums.add(liveColors!.reduce((sum, value, i) => sum + value * (i % 97), 0));
    });
  });
  return () => page.evaluate(() => (window as unknown as { colourSums: Set<number> }).colourSums.size);
}
