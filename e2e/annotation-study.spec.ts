import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { unzipSync } from "fflate";
import type { SimulateOptions } from "../src/core/simulate/simulate-slice";
import type { AnnotationPlan } from "../src/core/study/annotation/plan";
import { accessible } from "./support/accessible";
import { exported } from "./support/download";
import { button, openLab, simulate } from "./support/lab";
import { seenIn } from "./support/looks";
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
  await seenIn(looks, page, "annotation-form");
  await accessible(page, "an annotation study's form");
  await fillIn(page, "wrong.json", '{ "radius": "wide" }');
  await expect(
    page.getByText(`radius must be a number from 0.001 to 1000000 µm, got "wide".`, { exact: true }),
  ).toBeVisible();
  await fillIn(
    page,
    "paper.yaml",
    "label: class\ntest_section: section_2\nviews: [sub]\nseeds: 1\nfractions: [1]\nrules: all\n",
  );
  await expect(page.getByText(/Filled in from paper.yaml. rules: not read/)).toBeVisible();
  await expect(page.getByTestId("annotation-size")).toContainText("2 runs, 1 pretraining and 2 baselines");
  await fillIn(page, "lab.json", '{ "preset": "lab" }');
  await expect(page.getByTestId("annotation-size")).toContainText("36 runs, 6 pretrainings and 18 baselines");
  await setUp(page);
  await expect(page.getByTestId("annotation-size")).toContainText("8 runs, 2 pretrainings and 4 baselines");

  await button(page, "Start the study").click();
  await expect(page.getByTestId("queue-words")).toContainText(/^(Full graph|Sub-graphs) · /, { timeout: 120_000 });
  await button(page, "Pause").click();
  await expect(page.getByTestId("queue-words")).toContainText("paused");
  await seenIn(looks, page, "annotation-half-done");
  await page.reload();
  await expect(page.getByText(/^([4-9]|1[0-3]) of 14 done$/)).toBeVisible();
  await button(page, "Continue").click();
  await expect(page.getByText("14 of 14 done")).toBeVisible({ timeout: 300_000 });

  const table = page.getByRole("table").first();
  await expect(table.locator("tr[data-baseline]")).toHaveCount(2);
  await expect(table.getByRole("row", { name: /^Sub-graphs/ }).getByRole("cell")).toHaveText([
    ...Array(4).fill(/^\d\.\d{3}/),
    /^[+−]\d\.\d{3}one seed: no interval$/,
  ]);
  await expect(page.getByText(/one seed does not tell whether SSL helps/)).toHaveCount(2);
  await seenIn(looks, page, "annotation-done");

  // the same predictions by class, within which each cell type lies
  const level = page.getByRole("radiogroup", { name: "Level of the label" });
  const micro = () =>
    table
      .getByRole("row", { name: /^Sub-graphs/ })
      .getByRole("cell")
      .first()
      .innerText();
  const fine = Number.parseFloat(await micro());
  await level.getByText("class", { exact: true }).click();
  await expect(page.getByTestId("level-words")).toContainText("each cell_type lies within one");
  expect(Number.parseFloat(await micro())).toBeGreaterThanOrEqual(fine);
  const classes = page.getByRole("region", { name: "Confusion matrix" }).locator("tbody tr");
  expect(await classes.count()).toBeLessThan(8);
  await seenIn(looks, page, "annotation-level");
  await page.getByRole("heading", { name: "On the held-out section" }).evaluate((h) => h.scrollIntoView());
  await keep(page, "annotation-level-held-out");
  await level.getByText("cell_type", { exact: true }).click();

  // a place of the confusion matrix is shown on the tissue
  await expect(page.getByText("Errors", { exact: true })).toBeVisible();
  const place = page.getByRole("button", { name: /^[\d,]+ cells of .+ were taken for .+/ }).first();
  const [, count, truth, taken] = /^([\d,]+) cells of (.+) were taken for (.+), [<\d]/.exec(
    (await place.getAttribute("aria-label")) ?? "",
  )!;
  await place.click();
  await expect(place).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByRole("figure").filter({ hasText: `${truth} as ${taken}` })).toContainText(`${count} cells`);
  await keep(page, "annotation-done-place");
  await accessible(page, "an annotation study that is done");

  const rows = readFileSync(await exported(page, "Table of all runs, CSV"), "utf8")
    .trim()
    .split("\n");
  expect(rows).toHaveLength(13);
  expect(rows[0]).toMatch(/^kind,name,view,ssl,fraction,nLabels,seed,f1Micro,f1Macro,/);
  const folder = unzipSync(readFileSync(await exported(page, "Folder for the command line, zip")));
  const paths = Object.keys(folder);
  expect(paths.filter((path) => path.startsWith("runs/"))).toHaveLength(14);
  expect(paths.filter((path) => path.startsWith("pretrained/")).sort()).toEqual([
    "pretrained/lab--full--pretrain--seed0.safetensors",
    "pretrained/lab--sub--pretrain--seed0.safetensors",
  ]);
});

test("a run of the paper's network opens in the lab with its predictions, errors, probabilities and attention", async ({
  page,
}) => {
  test.slow();
  await openLab(page, "?backend=wasm");
  await simulate(page, { ...four, nCells: 800 });
  await page.getByRole("link", { name: "Studies" }).click();
  await page.getByRole("radiogroup", { name: "Kind of study" }).getByText("Annotation").click();
  const form = page.getByRole("navigation", { name: "Study" });
  await form.getByRole("radiogroup", { name: "Settings" }).getByText("SpatialSSL").click();
  await form.getByLabel("Sub-graphs").uncheck();
  await form.getByLabel("SSL", { exact: true }).uncheck();
  await form.getByLabel("Seeds", { exact: true }).fill("1");
  await form.getByLabel("Labels", { exact: true }).fill("100 %");
  await form.getByRole("button", { name: "More" }).click();
  await form.getByLabel("Fine-tuning epochs", { exact: true }).fill("20");
  await button(page, "Start the study").click();
  await expect(page.getByText("3 of 3 done")).toBeVisible({ timeout: 200_000 });
  const kept = await page.evaluate(() => {
    const { study } = window.lab.getState();
    const done = [...(study?.finished.values() ?? [])].find(({ result }) => "kind" in result && result.kind === "run");
    return done && "predictions" in done ? done.predictions : null;
  });

  await button(page, "Open in the lab").click();
  await expect(page.getByTestId("network-words")).toContainText("Run of a study: Full graph · No SSL", {
    timeout: 60_000,
  });
  await expect(page.getByRole("combobox", { name: "Colour by" })).toHaveValue("prediction");
  // the network in hand says of the held-out cells what the study kept of them
  const said = await page.evaluate(() => [...(window.lab.getState().prediction?.predicted ?? [])]);
  const classes = await page.evaluate(() => {
    const { prediction, slice } = window.lab.getState();
    const column = slice?.obs.find(({ name }) => name === prediction?.label);
    const names = column?.kind === "categorical" ? column.categories : [];
    return prediction?.categories.map((name) => names.indexOf(name)) ?? [];
  });
  expect(kept?.cells.map((cell) => classes[said[cell]])).toEqual(kept?.codes);
  await page.evaluate((cell) => window.lab.getState().select(cell), kept!.cells[3]);
  const inspector = page.getByRole("complementary", { name: "Inspector" });
  await expect(inspector.getByRole("table", { name: "Probability of each class" }).getByRole("row")).toHaveCount(4);
  await expect(inspector.getByText(/α, mark at 1\/degree/)).toBeVisible();
  await expect(button(page, "Train on")).toBeDisabled();
  await button(page, "Errors").click();
  await expect(page.getByRole("region", { name: "Legend" })).toContainText("wrong");
  await seenIn(looks, page, "annotation-in-lab");
  await accessible(page, "a run of an annotation study in the lab");
  await button(page, "Reset").click();
  await expect(page.getByTestId("network-words")).toHaveCount(0);
  await expect(button(page, "Train")).toBeEnabled();

  // logistic regression has no network: its predictions of the held-out cells alone
  await page.getByRole("link", { name: "Studies" }).click();
  await page.getByRole("combobox", { name: "Run shown" }).click();
  await page.getByRole("option", { name: /^Logistic regression, own genes/ }).click();
  await button(page, "Open in the lab").click();
  await expect(page.getByTestId("network-words")).toContainText("Run of a study: Logistic regression, own genes");
  await expect(button(page, "Train")).toBeEnabled();
});

test("a study of three seeds, three label fractions and many classes fits every size and theme", async ({ page }) => {
  test.slow();
  await openLab(page, "?backend=wasm");
  await simulate(page, four);
  await page.getByRole("link", { name: "Studies" }).click();
  await expect(page.getByRole("radiogroup", { name: "Kind of study" })).toBeVisible();
  await page.evaluate(showWholeStudy);
  await expect(page.getByText(/a gain by SSL is not shown/).first()).toBeVisible();
  await expect(page.getByText(/SSL helps/).first()).toBeVisible();
  await seenIn(looks, page, "annotation-whole");
  for (const heading of ["Gain of SSL by class", "On the held-out section"]) {
    for (const { theme, width, height } of looks.slice(1, 3)) {
      await page.evaluate((wanted) => window.lab.getState().setTheme(wanted), theme);
      await page.setViewportSize({ width, height });
      await page.getByRole("heading", { name: heading }).evaluate((h) => h.scrollIntoView());
      await keep(page, `annotation-whole-${heading.split(" ")[0].toLowerCase()}-${width}-${theme}`);
    }
  }
  await accessible(page, "a whole annotation study");
});

/** In the page: a study of the open slice as if all of it were done, with scores and predictions made up. */
function showWholeStudy(): void {
  const { slice, recipe } = window.lab.getState();
  const column = slice?.obs.find((c) => c.name === "cell_type");
  if (!slice || column?.kind !== "categorical") return;
  const [views, ssls, seeds, fractions] = [["full", "sub"] as const, ["off", "on"] as const, [0, 1, 2], [1, 0.1, 0.01]];
  const test = [...slice.section.codes.keys()].filter((i) => slice.section.codes[i] === 1);
  const names = column.categories;
  const scored = (level: number, key: string, fraction: number, seed: number, tilt = 0) => {
    const confusion = names.map(() => names.map(() => 0));
    const codes = test.map((cell, i) => {
      const truth = column.codes[cell];
      const code = (i * 7919 + 31 * seed) % 100 < 100 * level ? truth : (truth + 1 + (i % 2)) % names.length;
      confusion[truth][code]++;
      return code;
    });
    const perClass = names.map((name, c) => {
      const f1 = level + 0.05 * Math.sin(3 * c) + tilt * (7 - c);
      return {
        name,
        precision: f1,
        recall: f1,
        f1,
        support: confusion[c].reduce((a, b) => a + b),
        nTrain: 4 + c * c * 9,
      };
    });
    const result = {
      ...{ key, fraction, seed, nLabels: Math.round(900 * fraction), seconds: 9, nScored: test.length, brier: 0.1 },
      ...{ f1Micro: level + 0.02, f1Macro: level, f1Weighted: level, balancedAccuracy: level, reliability: [] },
      ...{ expectedCalibrationError: 0.04, levels: [], perClass, confusion },
    };
    return { result, predictions: { cells: test, codes, probability: codes.map(() => 0.9) }, weights: null };
  };
  const rest = { epochs: 9, bestEpoch: 8, losses: [], validationLosses: [], recipe, backend: "wasm" };
  const made = seeds.flatMap((seed) =>
    fractions.flatMap((fraction) => {
      const low = 0.09 * Math.log10(fraction) + 0.012 * Math.sin(5 * seed + fraction);
      const baselines = (["logistic", "logistic-neighbours"] as const).map((name, b) => {
        const job = { kind: "baseline" as const, key: `${name}${fraction}${seed}`, name, fraction, seed };
        const done = scored(0.8 + 0.01 * b + low, job.key, fraction, seed);
        return { job, done: { ...done, result: { ...done.result, kind: "baseline" as const, name } } };
      });
      const runs = views.flatMap((view) =>
        ssls.map((ssl) => {
          const network = { configuration: "lab", view, ssl, fraction, seed };
          const job = { kind: "run" as const, key: `${view}${ssl}${fraction}${seed}`, from: null, ...network };
          const gain = ssl === "off" ? 0 : view === "sub" ? 0.03 + 0.002 * seed : 0.02 * Math.cos(3 * seed);
          const done = scored((view === "sub" ? 0.79 : 0.72) + gain + low, job.key, fraction, seed, gain / 6);
          const trained = { nTrain: 9195, nValidation: 100, pretrainSeconds: null, ...rest };
          return { job, done: { ...done, result: { ...done.result, kind: "run" as const, ...network, ...trained } } };
        }),
      );
      return [...baselines, ...runs];
    }),
  );
  const plan: AnnotationPlan = {
    ...{ version: 1, kind: "annotation", slice: slice.name, label: "cell_type", unlabelled: [], levels: [] },
    ...{ testSections: [slice.section.names[1]], split: { validation: "block", validationShare: 0.2, seed: 0 } },
    ...{ configurations: [{ preset: "lab", changes: {} }], views, ssl: ssls, seeds, fractions },
    baselines: ["logistic", "logistic-neighbours"],
  };
  const head = { id: "made-up", created: new Date(0).toISOString(), plan, slices: [] };
  window.lab.setState({
    studies: [head],
    study: {
      ...{ head, jobs: made.map(({ job }) => job), failed: new Map(), slices: new Map([[slice.name, slice]]) },
      finished: new Map(made.map(({ job, done }) => [job.key, done])),
      times: { done: new Map(), training: new Map(), analysis: new Map() },
    },
  });
}

/** One seed, all labels and a tenth of them, few epochs. */
async function setUp(page: Page): Promise<void> {
  const form = page.getByRole("navigation", { name: "Study" });
  await form.getByRole("combobox", { name: "Label", exact: true }).click();
  await page.getByRole("option", { name: "cell_type", exact: true }).click();
  // a cell type lies within one class
  await expect(form.getByText("class", { exact: true })).toBeVisible();
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

async function fillIn(page: Page, name: string, recipe: string): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await button(page, "Open a recipe").click();
  await (await chooser).setFiles({ name, mimeType: "text/plain", buffer: Buffer.from(recipe) });
}
