import { expect, test } from "vitest";
import { defaultPlan, jobsOf } from "./plan";
import { combinationOf, noTimes, timeOf } from "./time-left";

const slice = { name: "a", label: "layer", sections: null, unlabelled: [] };
const plan = defaultPlan([slice], { methods: ["mae", "vicreg"], backbones: ["gat", "gcn"], baselines: ["pca"] });
const all = jobsOf(plan);
const runs = all.filter(({ kind }) => kind === "run");
const find = (method: string, backbone: string, seed: number) =>
  runs.find((j) => j.kind === "run" && j.method === method && j.backbone === backbone && j.seed === seed)!;

test("nothing is said of the time before anything was measured", () => {
  expect(timeOf(all, all, noTimes)).toBeNull();
  expect(timeOf([], all, noTimes)).toBe(0);
});

test("what was measured of one combination stands for the others, nearest first, until they are known themselves", () => {
  const training = new Map([
    [combinationOf(find("mae", "gat", 0)), 100],
    [combinationOf(find("mae", "gcn", 0)), 10],
  ]);
  const times = { done: new Map(), training, analysis: new Map([["a", 5]]) };
  expect(timeOf([find("mae", "gat", 2)], all, times)).toBe(105);
  expect(timeOf([find("vicreg", "gcn", 0)], all, times)).toBe(15); // as the backbone
  expect(timeOf([all[0]], all, times)).toBe(5); // a baseline trains nothing
  // 6 runs with each backbone and 3 baselines
  expect(timeOf(all, all, times)).toBe(6 * 105 + 6 * 15 + 3 * 5);
});

test("a run that was done counts for its other seeds before any measurement", () => {
  const done = new Map([[find("mae", "gat", 0).key, 40]]);
  const training = new Map([[combinationOf(find("mae", "gat", 0)), 100]]);
  const times = { done, training, analysis: new Map() };
  expect(timeOf([find("mae", "gat", 1)], all, times)).toBe(40);
  expect(timeOf([find("vicreg", "gat", 1)], all, times)).toBe(40);
  expect(timeOf([find("vicreg", "gcn", 1)], all, times)).toBe(40);
});
