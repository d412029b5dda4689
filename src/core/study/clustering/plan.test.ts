import { describe, expect, test } from "vitest";
import { type ClusteringPlan, defaultPlan, fileWord, jobsOf, joinPlans, resultFile, validatePlan } from "./plan";

const slice = { name: "dlpfc_151673", label: "layer", sections: null, unlabelled: [] };
const plan = defaultPlan([slice]);

describe("a plan", () => {
  test("of one slice is eight methods on three backbones, three seeds each, beside every baseline", () => {
    const jobs = jobsOf(plan);
    expect(jobs.filter(({ kind }) => kind === "run")).toHaveLength(72);
    expect(jobs.filter(({ kind }) => kind === "baseline")).toHaveLength(18);
    expect(jobs[0].kind).toBe("baseline");
    // the first 24 runs compare all methods once
    expect(new Set(jobs.slice(18, 42).map(({ seed }) => seed))).toEqual(new Set([0]));
  });

  test("gives every job a file of its own, whose name is the same in every study", () => {
    const keys = jobsOf(plan).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toContain("dlpfc_151673--barlow-twins--gat--seed2");
    expect(keys).toContain("dlpfc_151673--banksy-0.2--seed1");
    for (const key of keys) expect(resultFile(key)).toMatch(/^runs\/[A-Za-z0-9._-]+\.json$/);
    expect(fileWord("Slice 1 / α -- b")).toBe("Slice_1_-_b");
  });

  test("has as many networks a run as its preset, and one where it comes from a file that does not know of several", () => {
    expect([plan.networks, defaultPlan([slice], { preset: "study" }).networks]).toEqual([3, 1]);
    const { networks: _, ...older } = plan;
    expect(validatePlan(older).networks).toBe(1);
  });

  test("goes through JSON unchanged", () => {
    expect(validatePlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  });

  test.each<[Record<string, unknown>, RegExp]>([
    [{ methods: ["simclr", "alchemy"] }, /methods\[1\] must be one of simclr.*"alchemy"/],
    [{ methods: ["simclr", "supervised"] }, /methods\[1\] must be a method that needs no label, got "supervised"/],
    [{ methods: ["simclr", "simclr"] }, /without repetition/],
    [{ seeds: [0.5] }, /seeds\[0\] must be a whole number/],
    [{ slices: [] }, /one slice or more/],
    [{ slices: [slice, { ...slice, name: "dlpfc_151673" }] }, /Two slices of the study are called dlpfc_151673/],
    [{ slices: [{ ...slice, label: "" }] }, /slices\[0\].label must be a name/],
    [{ budget: { kind: "steps", steps: 0 } }, /budget.steps must be a number from 1/],
    [{ networks: 5 }, /networks must be a number from 1 to 4/],
    [{ preset: "best" }, /preset must be one of study, lab/],
    [{ clustering: { ...plan.clustering, method: "dbscan" } }, /clustering.method must be one of/],
    [{ colour: "red" }, /"colour"/],
  ])("with %j is refused in words", (change, message) => {
    expect(() => validatePlan({ ...plan, ...change })).toThrow(message);
  });
});

describe("a study that is run again", () => {
  const small: ClusteringPlan = { ...plan, methods: ["mae"], backbones: ["gcn"], seeds: [0], baselines: ["pca"] };

  test("may gain methods, backbones, baselines, seeds and slices", () => {
    const joined = joinPlans(small, {
      ...plan,
      slices: [slice, { ...slice, name: "other" }],
      methods: ["vicreg", "mae"],
      backbones: ["gat"],
      seeds: [1],
      baselines: ["mean-once"],
    });
    expect(joined).toMatchObject({ methods: ["mae", "vicreg"], backbones: ["gcn", "gat"], seeds: [0, 1] });
    expect(joined.slices.map(({ name }) => name)).toEqual(["dlpfc_151673", "other"]);
    expect(joined.baselines).toEqual(["pca", "mean-once"]);
  });

  test.each<[string, Partial<ClusteringPlan>]>([
    ["preset", { preset: "study" }],
    ["networks", { networks: 2 }],
    ["budget", { budget: { kind: "steps", steps: 5 } }],
    ["clustering", { clustering: { ...plan.clustering, refine: 7 } }],
    ["slice dlpfc_151673", { slices: [{ ...slice, label: "region" }] }],
  ])("is refused with another %s, since its runs could not be compared", (what, change) => {
    expect(() => joinPlans(small, { ...small, ...change })).toThrow(`begun with another ${what}`);
  });
});
