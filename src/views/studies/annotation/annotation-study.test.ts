import { describe, expect, test } from "vitest";
import { simulateSlice } from "../../../core/simulate/simulate-slice";
import { type AnnotationJob, annotationJobs, defaultAnnotationPlan } from "../../../core/study/annotation/plan";
import { testSectionByRule } from "../../../core/study/annotation/prepare-annotation";
import { validateAnnotationRecipe } from "../../../core/study/annotation/recipe-file";
import type { AnnotationScored } from "../../../core/study/annotation/result";
import { summarizeAnnotation } from "../../../core/study/annotation/summary";
import { annotationResult } from "../../../core/study/annotation/testing/results";
import type { FinishedAnnotation } from "../../../state/study-state";
import { inks } from "../figure/figure";
import { lineChart } from "../figure/line-chart";
import { draftOfRecipe, initialDraft } from "./annotation-draft";
import { lossWords } from "./ClassGains";
import { annotationCsv, annotationFolder } from "./export-annotation";
import { cellsAt, cellsOf, errorsOf, predictedOn } from "./held-out-cells";
import { sectionByRule } from "./test-section";
import { annotationTimeLeft } from "./time-left";
import { levelWords, parseFractions, sizeWords } from "./words";

const plan = defaultAnnotationPlan({ slice: "a", label: "class", testSections: ["s"] }, { fractions: [1, 100] });
const jobs = annotationJobs(plan);
const done = (job: AnnotationJob, f1?: number): FinishedAnnotation => ({
  result: annotationResult(job, f1),
  predictions: job.kind === "pretrain" ? null : { cells: [1], codes: [0], probability: [1] },
  weights: job.kind === "pretrain" ? new Uint8Array([7]) : null,
});

describe("the form", () => {
  test("reads shares in per cent, plain shares and numbers of cells, and refuses all else", () => {
    expect(parseFractions("100 %, 10%, 1000")).toEqual([1, 0.1, 1000]);
    expect(parseFractions("0.05; 1 100 %")).toEqual([0.05, 1]);
    for (const wrong of ["", "0", "150 %", "2.5", "all", "-3", "10 % of it"]) expect(parseFractions(wrong)).toBeNull();
  });

  test("is filled in by a recipe, and says what of it the slice or the page has not", () => {
    const known = { name: "tissue", labels: ["class"], columns: ["class", "domain"], sections: ["a", "b"] };
    const draft = (value: object) => draftOfRecipe(validateAnnotationRecipe(value), known);
    const all = { label: "class", unlabelled: "Ambiguous", test_section: "b", levels: "domain", seeds: 2, radius: 30 };
    const found = draft({
      ...all,
      preset: "lab",
      views: "sub",
      ssl: ["on"],
      fractions: [1, 0.07, 1000],
      train_epochs: 5,
    });
    expect(found).toEqual({
      ...{ label: "class", unlabelled: ["Ambiguous"], section: "b", levels: ["domain"], views: ["sub"], ssl: ["on"] },
      ...{ seeds: 2, fractions: "100 %, 7 %, 1000", preset: "lab", changes: { radius: 30, train_epochs: 5 } },
    });
    expect(parseFractions(found.fractions)).toEqual([1, 0.07, 1000]);
    expect(draft({})).toEqual({ ...initialDraft, preset: "spatialssl" });
    expect(() => draft({ label: "layer" })).toThrowError(/label: tissue has no "layer"/);
    expect(() => draft({ test_section: "c" })).toThrowError(/test_section: tissue has no "c"/);
    expect(() => draft({ radius: [20, 40] })).toThrowError(/2 networks/);
    expect(() => draft({ seeds: [3, 4] })).toThrowError(/counts them from 0/);
  });

  test("says how many jobs there are", () => {
    expect(sizeWords(jobs)).toBe("24 runs, 6 pretrainings and 12 baselines");
  });

  test("tests on the same section as the command line, which lies nearest to the mean", () => {
    const slice = simulateSlice({ tissue: "hypothalamus", nCells: 600, nGenes: 20, nSections: 4, seed: 2 });
    const found = sectionByRule(slice, "class", [])!;
    expect(found.name).toBe(testSectionByRule(slice, "class", []));
    expect(found.next.distance).toBeGreaterThanOrEqual(found.distance);
    expect(found.next.name).not.toBe(found.name);
  });
});

describe("the time that is left", () => {
  test("is what jobs of the same kind took, and none is told before one of each was done", () => {
    const first = jobs.filter(({ seed }) => seed === 0);
    const study = (of: readonly AnnotationJob[]) => ({
      ...{ jobs, failed: new Map() },
      finished: new Map(of.map((job) => [job.key, done(job)])),
    });
    const none = { key: "", ran: 0 };
    expect(annotationTimeLeft(study(first.slice(1)), new Map(), none)).toBeNull();
    // two more seeds, each of 4 baselines and 8 runs of 2 s and 2 pretrainings of 4 s
    expect(annotationTimeLeft(study(first), new Map(), none)).toBe(2 * (12 * 2 + 2 * 4) * 1000);
    const next = jobs.find(({ seed, kind }) => seed === 1 && kind === "pretrain")!;
    expect(annotationTimeLeft(study(first), new Map(), { key: next.key, ran: 1500 })).toBe(64_000 - 1500);
  });
});

describe("the held-out section", () => {
  // the map draws cells 10, 12, 14 and 16 of the slice
  const cells = { cells: Int32Array.of(10, 12, 14, 16), labels: Int32Array.of(0, 1, -1, 1) };
  const predictions = { cells: [16, 10, 12, 14], codes: [1, 1, 1, 0], probability: [1, 1, 1, 1] };

  test("gets predictions by the cell, whatever their order, and none of another tissue's", () => {
    expect([...predictedOn(cells, predictions)!]).toEqual([1, 1, 0, 1]);
    expect(predictedOn(cells, { ...predictions, cells: [16, 10, 12, 99] })).toBeNull();
  });

  test("marks labelled cells that were taken for another class, and those of one place of the matrix", () => {
    const predicted = predictedOn(cells, predictions)!;
    expect([...errorsOf(cells.labels, predicted)]).toEqual([0, -1, -1, -1]);
    const codes = { truth: cells.labels, predicted, categories: ["A", "B"] };
    expect([...cellsOf({ truth: "A", predicted: "B" }, codes)]).toEqual([0, -1, -1, -1]);
    expect([...cellsOf({ truth: "B", predicted: "B" }, codes)]).toEqual([-1, 0, -1, 0]);
  });
});

test("at a coarser level cells and predictions are in the level's classes, and cells without the label in none", () => {
  const slice = simulateSlice({ tissue: "hypothalamus", nCells: 600, nGenes: 20, nSections: 3, seed: 2 });
  const label = slice.obs.find(({ name }) => name === "cell_type");
  const level = slice.obs.find(({ name }) => name === "class");
  if (label?.kind !== "categorical" || level?.kind !== "categorical") throw new Error("no labels");
  const unlabelled = [label.categories[0]];
  const held = defaultAnnotationPlan({ slice: "a", label: "cell_type", testSections: ["section_2"] }, { unlabelled });
  const info = { ...slice, positions: slice.spatial, summary: { medianNeighbourDistance: 10 } } as never;
  const { cells, parents } = cellsAt(info, held, "class");
  const rows = [...(cells?.cells ?? [])];
  expect(rows.map((i) => slice.section.names[slice.section.codes[i]])).toEqual(rows.map(() => "section_2"));
  for (const [r, i] of rows.entries()) {
    const isLabelled = label.codes[i] !== 0;
    expect(cells?.labels[r]).toBe(isLabelled ? level.codes[i] : -1);
    if (isLabelled) expect(parents?.[label.codes[i]]).toBe(level.codes[i]);
  }
  // no cell to learn from says where an unlabelled category lies
  expect(cells?.categories[parents?.[0] ?? -1]).toBe("no class");
  expect(cellsAt(info, held, null).parents).toBeNull();
});

test("the purity of a level is told in words", () => {
  expect(levelWords("class", "cell_type", 1)).toMatch(/each cell_type lies within one\.$/);
  expect(levelWords("class", "cell_type", 0.985)).toMatch(/98\.5 % of the cells of each cell_type lie within one\.$/);
});

describe("what is exported", () => {
  const study = {
    head: { id: "x", created: "", plan, slices: [] },
    finished: new Map(jobs.slice(0, 20).map((job) => [job.key, done(job)])),
    failed: new Map([[jobs[21].key, { code: "memory" as const, message: "It would not fit." }]]),
  };

  test("is the command line's folder: plan, runs, failures and the weights of pretrainings", () => {
    const files = annotationFolder(study as never);
    expect(JSON.parse(files["study.json"] as string)).toEqual(plan);
    expect(Object.keys(files).filter((path) => /^runs\/.*seed\d\.json$/.test(path))).toHaveLength(20);
    expect(Object.keys(files).filter((path) => path.endsWith(".failed.json"))).toHaveLength(1);
    expect(files["pretrained/lab--full--pretrain--seed0.safetensors"]).toEqual(new Uint8Array([7]));
  });

  test("is a table with a row for each run and baseline", () => {
    const scored = [...study.finished.values()].flatMap(({ result }) => (result.kind === "pretrain" ? [] : [result]));
    const rows = annotationCsv(scored).trim().split("\n");
    expect(rows).toHaveLength(1 + scored.length);
    expect(new Set(rows.map((row) => row.split(",").length))).toEqual(new Set([18]));
    expect(rows[1]).toMatch(/^baseline,logistic,,,1,1000,0,0.6,0.5,/);
    const { levels: _, ...scores } = scored[0];
    const also = annotationCsv([{ ...scored[0], levels: [{ ...scores, name: "class", purity: 1, f1Micro: 0.75 }] }]);
    const [head, row] = also.trim().split("\n");
    expect(head).toMatch(/,f1Micro by class,f1Macro by class$/);
    expect(row).toMatch(/,0.75,0.5$/);
  });
});

test("the sentence names the classes that SSL does not help", () => {
  const runs = jobs.filter((job) => job.kind === "run" && job.view === "sub" && job.fraction === 1);
  const worse = runs.map((job) => annotationResult(job, "ssl" in job && job.ssl === "on" ? 0.48 : 0.5));
  const [gain] = summarizeAnnotation(worse as AnnotationScored[]).gains;
  expect(lossWords(gain)).toBe("Sub-graphs: SSL lowers the mean F1 of 3 of 3 classes: A −0.020, B −0.020, C −0.020.");
});

test("label efficiency has its points at their labels on a logarithmic axis, with whiskers inside the figure", () => {
  const curve = { name: "Sub-graphs, SSL", color: "#123456", dashed: false };
  const points = [10, 100, 1000].map((x, i) => ({ x, y: 0.4 + 0.1 * i, interval: [0.3, 0.8] as const }));
  const ticks = points.map(({ x }) => ({ x, words: String(x) }));
  const options = { title: "F1 macro", x: "labels", ticks, width: 400, height: 260, ink: inks.light };
  const { marks, label } = lineChart([{ ...curve, points }], options);
  const dots = marks.flatMap(({ children }) =>
    typeof children === "object" ? children.filter(({ tag }) => tag === "circle") : [],
  );
  const [a, b, c] = dots.map(({ attrs }) => Number(attrs.cx));
  expect(b - a).toBeCloseTo(c - b, 9);
  expect(dots.map(({ attrs }) => Number(attrs.cy)).every((y, i, all) => i === 0 || y < all[i - 1])).toBe(true);
  expect(label).toContain("Sub-graphs, SSL 0.400, 0.500, 0.600");
});
