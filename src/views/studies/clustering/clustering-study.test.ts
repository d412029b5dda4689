import { describe, expect, test } from "vitest";
import { defaultPlan, jobsOf, validatePlan } from "../../../core/study/clustering/plan";
import { summarizeStudy } from "../../../core/study/clustering/summary";
import { resultOf } from "../../../core/study/clustering/testing/results";
import { noTimes } from "../../../core/study/clustering/time-left";
import type { Study } from "../../../state/study-state";
import { groupBars } from "./Charts";
import { studyCsv, studyFolder } from "./export-study";
import { comparisonWords } from "./ResultsTable";
import { viewSlice, weightedMetrics } from "./study-view";
import { mapColors, matchedTo, paintMap, tissueCells } from "./tissue-map";

const wanted = { name: 'slice, "a"', label: "layer", sections: null, unlabelled: [] };
const plan = defaultPlan([wanted], {
  methods: ["mae", "vicreg"],
  backbones: ["gat", "gcn"],
  baselines: ["pca"],
  seeds: [0, 1],
});
const jobs = jobsOf(plan);

/** A study with its baselines and VICReg done, one run of MAE failed and the others waiting. */
const study: Study = {
  head: { id: "s", created: "2024-01-01T00:00:00Z", plan, slices: [] },
  jobs,
  finished: new Map(
    jobs
      .filter((job) => job.kind === "baseline" || job.method === "vicreg")
      .map((job) => [
        job.key,
        { result: resultOf(job, { ari: job.kind === "run" ? 0.4 : 0.5 }), codes: new Int32Array([0, 1]) },
      ]),
  ),
  failed: new Map([
    [jobs.find((j) => j.kind === "run")!.key, { code: "memory", message: "too large", hint: "", detail: "" }],
  ]),
  slices: new Map(),
  times: noTimes,
};

test("the table has every combination: baselines on top, then what is done, then what waits or failed", () => {
  const weights = weightedMetrics({ ari: 1 });
  const view = viewSlice(study, { slice: wanted.name, metric: "ari", weights, inHand: null });
  expect(view.rows.map(({ id }) => id)).toEqual(["pca/", "vicreg/gat", "vicreg/gcn", "mae/gat", "mae/gcn"]);
  expect(view.rows.map(({ waiting, failures }) => [waiting, failures.length])).toEqual([
    [0, 0],
    [0, 0],
    [0, 0],
    [1, 1],
    [2, 0],
  ]);
});

test("a bar gathers a method's backbones, seeds averaged first; with one backbone, its seeds", () => {
  const results = jobs
    .filter((job) => job.kind === "run")
    .map((job) => resultOf(job, { ari: (job.backbone === "gat" ? 0.6 : 0.2) + 0.1 * job.seed }));
  const { results: ranked } = summarizeStudy(results);
  const [bar] = groupBars(ranked, "ari", "method");
  expect(bar).toMatchObject({ name: "MAE", mean: expect.closeTo(0.45, 9), n: 2 });
  expect(bar.values).toEqual([expect.closeTo(0.65, 9), expect.closeTo(0.25, 9)]);
  const onOne = ranked.filter((r) => r.kind === "run" && r.backbone === "gat");
  expect(groupBars(onOne, "ari", "method")[0].values).toEqual([expect.closeTo(0.6, 9), expect.closeTo(0.7, 9)]);
});

test("a comparison is told with its sign, interval and p", () => {
  expect(comparisonWords({ n: 3, difference: 0.0412, interval: [-0.01, 0.0924], p: 0.0814 })).toEqual({
    mean: "+0.041, p .081",
    interval: "−0.010 to +0.092",
  });
  const single = { n: 1, difference: -0.2, interval: null, p: null };
  expect(comparisonWords(single)).toEqual({ mean: "−0.200", interval: "" });
});

describe("the exported study", () => {
  test("is the folder of the command line: its plan, a file for each result and failure", () => {
    const files = studyFolder(study);
    expect(validatePlan(JSON.parse(files["study.json"]))).toEqual(plan);
    expect(Object.keys(files).filter((path) => path.endsWith(".failed.json"))).toHaveLength(1);
    for (const { key } of jobs.filter((j) => study.finished.has(j.key)))
      expect(JSON.parse(files[`runs/${key}.json`])).toMatchObject({ version: 1, result: { key }, codes: [0, 1] });
  });
  test("as a table has one row for each run, with what needs quoting quoted", () => {
    const { results } = summarizeStudy([...study.finished.values()].map(({ result }) => result));
    const [head, first, ...rest] = studyCsv(results).trimEnd().split("\n");
    expect(rest).toHaveLength(study.finished.size - 1);
    expect(head.startsWith("slice,label,kind,name,backbone,seed,k,ari,")).toBe(true);
    expect(first.startsWith('"slice, ""a""",layer,baseline,pca,,0,4,0.5,')).toBe(true);
  });
});

describe("a small map", () => {
  const info = {
    name: "a",
    summary: { medianNeighbourDistance: 1 },
    obs: [{ kind: "categorical", name: "layer", codes: new Int32Array([0, 0, 1, 1]), categories: ["x", "y"] }],
    section: { codes: new Uint8Array([0, 0, 0, 0]), names: ["s"] },
    positions: new Float32Array([0, 0, 3, 0, 0, 3, 3, 3]),
  } as unknown as Parameters<typeof tissueCells>[0];
  const cells = tissueCells(info, { name: "a", label: "layer", sections: null, unlabelled: [] });

  test("gives clusters the colour of the class that they overlap most", () => {
    const codes = matchedTo(cells.labels, new Int32Array([1, 1, 0, 2]));
    expect([...codes]).toEqual([0, 0, 1, 2]);
    const colors = mapColors(cells.labelColors, [codes]);
    expect(colors).toHaveLength(3);
    expect(colors.slice(0, 2)).toEqual(cells.labelColors);
  });

  test("draws every cell whole and inside, each in its place", () => {
    const pixels = paintMap(cells, cells.labels, cells.labelColors, { width: 40, height: 40 });
    const at = (x: number, y: number) => [...pixels.slice(4 * (40 * y + x), 4 * (40 * y + x) + 4)];
    expect(at(5, 5)).toEqual([...cells.labelColors[0], 255]);
    expect(at(34, 34)).toEqual([...cells.labelColors[1], 255]);
    expect(at(20, 20)[3]).toBe(0);
    const drawn = pixels.filter((_, i) => i % 4 === 3 && pixels[i] > 0).length;
    expect(drawn).toBe(4 * 9 * 9);
  });
});
