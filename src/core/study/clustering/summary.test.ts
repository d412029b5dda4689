import { describe, expect, test } from "vitest";
import { studyMetrics } from "../../metrics/overall";
import { defaultPlan, jobsOf } from "./plan";
import type { StudyResult } from "./result";
import { groupMeans, summarizeStudy } from "./summary";
import { resultOf } from "./testing/results";

const slices = ["a", "b"].map((name) => ({ name, label: "layer", sections: null, unlabelled: [] }));
const plan = defaultPlan(slices, {
  methods: ["mae", "vicreg"],
  backbones: ["gcn"],
  baselines: ["pca", "mean-once"],
  seeds: [0, 1],
});

const ari: Record<string, number> = { mae: 0.5, vicreg: 0.7, pca: 0.3, "mean-once": 0.6 };
/** Seed 1 scores .1 above seed 0, for methods .02 more than for baselines. */
const results: StudyResult[] = jobsOf(plan).map((job) => {
  const name = job.kind === "run" ? job.method : job.name;
  const value = ari[name] + job.seed * (job.kind === "run" ? 0.12 : 0.1);
  return resultOf(job, { ari: value, ami: value, gearysC: 1 - value });
});

describe("the table of a study", () => {
  const summary = summarizeStudy(results);
  const [first] = summary.slices;

  test("has the baselines on top and each part from the best down, means over seeds", () => {
    expect(first.rows.map(({ name }) => name)).toEqual(["mean-once", "pca", "vicreg", "mae"]);
    expect(first.rows[2].metrics.ari.mean).toBeCloseTo(0.76, 12);
    expect(first.rows[2].metrics.ari.sd).toBeCloseTo(0.12 / Math.SQRT2, 12);
    expect(first.rows[2].seeds).toEqual([0, 1]);
    expect(first.bestBaseline?.name).toBe("mean-once");
    expect(first.bestMethod?.name).toBe("vicreg");
  });

  test("compares each method with the best baseline, seed by seed", () => {
    expect(first.rows[2].versusBaseline?.difference).toBeCloseTo(0.11, 12);
    expect(first.rows[3].versusBaseline?.difference).toBeCloseTo(-0.09, 12);
    expect(first.rows[2].versusBaseline?.n).toBe(2);
    expect(first.rows[0].versusBaseline).toBeNull();
  });

  test("scores runs overall among themselves, whatever baselines stand beside them", () => {
    const overall = (of: readonly StudyResult[]) =>
      Object.fromEntries(summarizeStudy(of).results.map(({ key, overall }) => [key, overall]));
    const all = overall(results);
    const alone = overall(results.filter(({ kind }) => kind === "run"));
    for (const [key, value] of Object.entries(alone)) expect(all[key]).toBe(value);
    expect(all["a--vicreg--gcn--seed1"]).toBeCloseTo(1, 12);
    expect(all["a--mae--gcn--seed0"]).toBeCloseTo(0, 12);
    expect(all["a--pca--seed0"]).toBe(0); // worse than any run
  });

  test("takes other weights of the overall score", () => {
    const weights = studyMetrics.map((m) => ({ ...m, weight: m.name === "chaos" ? 1 : 0 }));
    expect(summarizeStudy(results, { weights }).results[0].overall).toBeNull();
  });

  test("averages over slices by their means", () => {
    expect(summary.acrossSlices[0]).toMatchObject({ name: "vicreg", backbone: "gcn", slices: 2 });
    expect(summary.acrossSlices[0].mean).toBeCloseTo(0.76, 12);
  });

  test("orders by another metric, lower being better where it is", () => {
    const { slices } = summarizeStudy(results, { metric: "gearysC" });
    expect(slices[0].rows.map(({ name }) => name)).toEqual(["mean-once", "pca", "vicreg", "mae"]);
    expect(summarizeStudy(results, { metric: "chaos" }).slices[0].bestBaseline?.metrics.chaos.mean).toBeNull();
  });

  test("of nothing is empty", () => {
    expect(summarizeStudy([])).toEqual({ metric: "ari", slices: [], acrossSlices: [], results: [] });
  });
});

test("means over groups of runs leave out what belongs to none", () => {
  const { results: ranked } = summarizeStudy(results);
  const groups = groupMeans(ranked, "ari", (r) => (r.kind === "run" ? r.backbone : null));
  expect(groups).toHaveLength(1);
  expect(groups[0]).toMatchObject({ group: "gcn", value: { n: 8 } });
  expect(groups[0].value.mean).toBeCloseTo(0.66, 12);
});
