import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { unzipSync } from "fflate";
import type { SimulateOptions } from "../src/core/simulate/simulate-slice";
import type { StudyHead } from "../src/state/study-archive";
import { accessible } from "./support/accessible";
import { exported } from "./support/download";
import { button, openLab, simulate } from "./support/lab";
import { seenIn } from "./support/looks";
import { keep } from "./support/pixels";
import { expect, test } from "./support/test";

const small: SimulateOptions = { tissue: "cortex", nCells: 700, nGenes: 60, seed: 3 };
const looks = [
  { theme: "light", width: 1920, height: 1080 },
  { theme: "dark", width: 1920, height: 1080 },
  { theme: "light", width: 1440, height: 900 },
  { theme: "dark", width: 1440, height: 900 },
  { theme: "light", width: 1280, height: 800 },
  { theme: "dark", width: 1280, height: 800 },
] as const;

test("a study is set up, paused, left by a reload, gone on with, read and exported", async ({ page }) => {
  test.slow();
  await openLab(page, "?backend=wasm");
  await simulate(page, small);
  await page.getByRole("link", { name: "Studies" }).click();
  await seenIn(looks, page, "studies-form");
  await accessible(page, "a study's form");
  await setUp(page, 120); // of each of four networks
  await expect(page.getByTestId("study-estimate")).toContainText(/2 runs and 6 baselines, about/, { timeout: 90_000 });

  await button(page, "Start the study").click();
  await expect(page.getByTestId("queue-words")).toContainText("VICReg · GCN · seed 0", { timeout: 120_000 });
  await expect(page.getByTestId("queue-words")).toContainText("left");
  await button(page, "Pause").click();
  await expect(page.getByTestId("queue-words")).toContainText("paused");
  await page.waitForTimeout(500);
  const held = await progressOf(page);
  await page.waitForTimeout(700);
  expect(await progressOf(page), "a paused run stays where it is").toBe(held);
  await seenIn(looks, page, "studies-half-done");

  // the lab keeps what it shows, and is usable meanwhile
  await page.getByRole("link", { name: "Lab" }).click();
  await expect(button(page, "Train")).toBeEnabled();
  await page.getByRole("link", { name: "Studies" }).click();
  await button(page, "Resume").click();
  await expect.poll(() => progressOf(page)).not.toBe(held);
  await button(page, "Pause").click();

  await page.reload();
  await expect(page.getByText("7 of 8 done")).toBeVisible();
  await expect(page.getByTestId("queue-words")).toContainText("1 to do");
  await button(page, "Continue").click();
  await expect(page.getByText("8 of 8 done")).toBeVisible({ timeout: 170_000 });

  const table = page.getByRole("table");
  await expect(table.getByRole("row")).toHaveCount(9);
  await expect(
    table
      .getByRole("row", { name: /VICReg · GCN/ })
      .getByRole("cell")
      .first(),
  ).toHaveText(/^−?\d\.\d{3}/);
  await expect(table.locator("tr[data-baseline]")).toHaveCount(6);
  await expect(page.getByText(/best baseline/).first()).toBeVisible();
  await seenIn(looks, page, "studies-done");
  await accessible(page, "a study that is done");

  const csv = await exported(page, "Table of all runs, CSV");
  const rows = readFileSync(csv, "utf8").trim().split("\n");
  expect(rows).toHaveLength(9);
  expect(rows[0]).toMatch(/^slice,label,kind,name,backbone,seed,k,ari,/);
  const folder = unzipSync(readFileSync(await exported(page, "Folder for the command line, zip")));
  expect(Object.keys(folder).filter((path) => path.startsWith("runs/"))).toHaveLength(8);
  const plan = JSON.parse(new TextDecoder().decode(folder["study.json"]));
  expect(plan).toMatchObject({ kind: "clustering", methods: ["mae", "vicreg"], backbones: ["gcn"], seeds: [0] });
  const figure = page.waitForEvent("download");
  await page.getByRole("button", { name: /^Save ari-by-method.* as PNG$/ }).click();
  expect((await figure).suggestedFilename()).toMatch(/^ari-by-method-.*\.png$/);

  // a run of the grid comes to the lab with its recipe and its clusters
  await page.getByRole("button", { name: /^VICReg · GCN · seed 0, ARI .*open in the lab$/ }).click();
  await expect(page.getByText(/^Clusters of a study: VICReg · GCN · seed 0/)).toBeVisible();
  const shown = await page.evaluate(() => {
    const { recipe, clusters, colorBy, slice } = window.lab.getState();
    return {
      method: recipe.method,
      backbone: recipe.backbone,
      cells: clusters?.codes.length,
      colorBy,
      name: slice?.name,
    };
  });
  expect(shown).toMatchObject({ method: "vicreg", backbone: "gcn", cells: 700, colorBy: { kind: "cluster" } });
  await expect(page.locator("main canvas:visible"), "one drawing of the tissue").toHaveCount(1);
  await keep(page, "studies-run-in-the-lab");
});

test("the whole grid of the study fits every size and theme: eight methods, three backbones, three seeds", async ({
  page,
}) => {
  test.slow();
  page.setDefaultTimeout(20_000);
  await openLab(page, "?backend=wasm");
  await simulate(page, small);
  await page.getByRole("link", { name: "Studies" }).click();
  await expect(button(page, "Start the study")).toBeEnabled();
  await page.evaluate(showWholeGrid);
  await expect(page.getByRole("table").getByRole("row")).toHaveCount(1 + 6 + 24);
  await expect(page.getByText(/The published order of methods by ARI (holds|does not hold) here/)).toBeVisible();
  await seenIn(looks, page, "studies-whole-grid");
  await page
    .locator("main")
    .filter({ visible: true })
    .evaluate((main) => main.scrollTo(0, main.scrollHeight));
  await keep(page, "studies-whole-grid-below");
  await page.getByRole("button", { name: "Weights" }).click();
  await page.getByLabel("Silhouette", { exact: true }).fill("0");
  await expect(page.getByRole("button", { name: "Weights (changed)" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByRole("switch", { name: "All scores" }).press("Space");
  await expect(page.getByRole("columnheader", { name: "Completeness" })).toBeVisible();
});

/** In the page: the default study of the open slice as if all of it were done, with scores and clusters made up. */
function showWholeGrid(): void {
  const { getState, setState } = window.lab;
  const { slice, recipe } = getState();
  const column = slice?.obs.find((c) => c.name === "domain");
  if (!slice || column?.kind !== "categorical") return;
  const labels = column.codes;
  const methods = ["simclr", "moco", "byol", "simsiam", "swav", "mae", "barlow-twins", "vicreg"] as const;
  const backbones = ["sage", "gat", "gcn"] as const;
  const baselines = ["pca", "mean-once", "mean-twice", "pca-and-means", "banksy-0.2", "banksy-0.8"];
  const wanted = { name: slice.name, label: "domain", sections: null, unlabelled: [] };
  const clustering = { method: "leiden-to-k", k: "classes", resolution: 1, refine: 0 } as const;
  const seeds = [0, 1, 2];
  const made = seeds.flatMap((seed) => [
    ...baselines.map((name) => ({ kind: "baseline" as const, name, slice: slice.name, seed, key: `${name}-${seed}` })),
    ...backbones.flatMap((backbone) =>
      methods.map((method) => {
        const key = `${method}-${backbone}-${seed}`;
        return { kind: "run" as const, method, backbone, slice: slice.name, seed, key };
      }),
    ),
  ]);
  const finished = made.map((job, i) => {
    const level = 0.3 + 0.25 * Math.sin(1.7 * (i % 30)) ** 2 + 0.02 * job.seed * Math.cos(i);
    const codes = Int32Array.from(labels, (code, cell) =>
      (cell * 7919 + i * 31) % 100 < 100 * level ? code : (code + 1) % 5,
    );
    const scores = {
      ...{ ari: level, ami: level + 0.05, nmi: level + 0.06, homogeneity: level, completeness: level + 0.1 },
      ...{ silhouette: 0.2 - level / 4, moransI: 0.5 + level / 2, gearysC: 0.5 - level / 2, clusterMoransI: level },
      ...{ clusterGearysC: 1 - level, chaos: 0.09 + level / 50, pas: 0.3 - level / 4, spatialAsw: level / 2 },
      ...{
        key: job.key,
        slice: slice.name,
        label: "domain",
        seed: job.seed,
        k: 6,
        classes: 6,
        nScored: 700,
        nObs: 700,
      },
      ...{ clustering, beside: [], seconds: 12 + i },
    };
    const collapse = {
      spread: 0.5,
      effectiveRank: 9,
      channels: 64,
      prototypesInUse: null,
      words: i === 40 ? "collapsed" : null,
    };
    const trained = { steps: 100, epochs: 100, firstLoss: 1, finalLoss: 0.5, collapse, recipe, backend: "wasm" };
    const result =
      job.kind === "run" ? { ...job, ...scores, ...trained } : { ...job, ...scores, recipe: { kind: "pca" as const } };
    return [job.key, { result, codes }] as const;
  });
  const plan: StudyHead["plan"] = {
    ...{ version: 1, kind: "clustering", slices: [wanted], methods, backbones, baselines, seeds, preset: "lab" },
    ...{ budget: { kind: "preset" }, networks: 1, graph: null, clustering },
  };
  const head = { id: "made-up", created: new Date(0).toISOString(), plan, slices: [] };
  const times = { done: new Map(), training: new Map(), analysis: new Map() };
  setState({
    studies: [head],
    study: {
      head,
      jobs: made,
      finished: new Map(finished),
      failed: new Map(),
      slices: new Map([[slice.name, slice]]),
      times,
    },
  });
}

/** Two methods on one backbone, one seed, `steps` steps. */
async function setUp(page: Page, steps: number): Promise<void> {
  const form = page.getByRole("navigation", { name: "Study" });
  await form.getByRole("button", { name: "None" }).click();
  for (const name of ["MAE", "VICReg"]) await form.getByRole("checkbox", { name, exact: true }).check();
  for (const name of ["SAGE", "GAT"]) await form.getByRole("checkbox", { name, exact: true }).uncheck();
  await form.getByLabel("Seeds", { exact: true }).fill("1");
  await form.getByText("steps", { exact: true }).click();
  await form.getByLabel("Steps", { exact: true }).fill(String(steps));
  await form.getByLabel("Steps", { exact: true }).press("Enter");
}

function progressOf(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { queue } = window.lab.getState();
    return queue.kind === "running" || queue.kind === "paused" ? (queue.progress?.done ?? -1) : -2;
  });
}
