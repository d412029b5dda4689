import { describe, expect, test } from "vitest";
import { defaultRecipe } from "../../train/recipe";
import { atLevel, levelPurity } from "./at-level";
import type { Switch } from "./recipe-file";
import type { AnnotationRun } from "./result";
import { gainWords, summarizeAnnotation } from "./summary";

const names = ["common", "usual", "rare", "rarest"];
const nTrain = [800, 150, 40, 10];

/** F1 of each class without SSL is .5; with it rarer classes gain more, a little differently from seed to seed. */
function run(ssl: Switch, seed: number, gains = [0, 0.02, 0.1, 0.2]): AnnotationRun {
  const f1 = gains.map((gain) => 0.5 + (ssl === "on" ? gain + 0.001 * seed : 0));
  const macro = f1.reduce((a, b) => a + b) / f1.length;
  return {
    ...{ kind: "run", key: `${ssl}${seed}`, configuration: "lab", view: "sub", ssl, seed, fraction: 0.1 },
    ...{ nLabels: 1100, nTrain: 1000, nValidation: 100, seconds: 2, pretrainSeconds: null, epochs: 3, bestEpoch: 2 },
    ...{ nScored: 500, f1Micro: macro, f1Macro: macro, f1Weighted: macro, balancedAccuracy: macro, brier: 0 },
    ...{ expectedCalibrationError: 0.1, reliability: [], confusion: [], losses: [], validationLosses: [] },
    perClass: names.map((name, c) => ({ name, precision: 0, recall: 0, f1: f1[c], support: 1, nTrain: nTrain[c] })),
    recipe: defaultRecipe(),
    levels: [],
    backend: "wasm",
  } as AnnotationRun;
}

describe("the table of an annotation study", () => {
  const runs = [0, 1, 2].flatMap((seed) => [run("on", seed), run("off", seed)]);
  const { rows, gains } = summarizeAnnotation([...runs, { ...run("on", 0), fraction: 1 }]);

  test("has a row for each way and fraction, with its interval over seeds", () => {
    expect(rows.map(({ fraction, ssl }) => [fraction, ssl])).toEqual([
      [1, "on"],
      [0.1, "on"],
      [0.1, "off"],
    ]);
    const { f1Macro } = rows[1].scores;
    expect(f1Macro.mean).toBeCloseTo(0.581, 12);
    // t of two degrees of freedom times .001 / √3
    expect((f1Macro.high as number) - f1Macro.mean).toBeCloseTo((4.302653 * 0.001) / Math.sqrt(3), 8);
    expect(rows[0].scores.f1Macro.low).toBeNull();
  });

  test("pairs seeds for the gain, and leaves out what was run one way only", () => {
    expect(gains).toHaveLength(1);
    const [{ gain, perClass, overClasses, byFrequency, rankCorrelation }] = gains;
    expect(gain.f1Macro.difference).toBeCloseTo(0.081, 12);
    expect(perClass.map(({ name }) => name)).toEqual(names);
    expect(perClass[2].frequency).toBeCloseTo(0.04, 12);
    expect(perClass[2].gain.mean).toBeCloseTo(0.101, 12);
    expect(overClasses.mean).toBeCloseTo(0.081, 12);
    // four gains of .001, .021, .101 and .201: a mean of four drawn from them lies between the ends
    expect(overClasses.low).toBeGreaterThan(0.001);
    expect(overClasses.high).toBeLessThan(0.201);
    expect(overClasses.low).toBeLessThan(0.03);
    expect(byFrequency.slope).toBeLessThan(-0.05);
    expect(rankCorrelation.r).toBeCloseTo(-1, 12);
  });

  test("is made of the scores by a coarser column, of the results that have them", () => {
    const { levels: _, ...scores } = run("on", 0);
    const level = { ...scores, name: "class", purity: 0.99, f1Macro: 0.9 };
    const both = [{ ...run("on", 0), levels: [level] }, run("on", 1)];
    expect(atLevel(both, null)).toBe(both);
    const [one, ...others] = atLevel(both, "class");
    expect([one.f1Macro, one.key, one.kind, others.length]).toEqual([0.9, "on0", "run", 0]);
    expect("purity" in one).toBe(false);
    expect(levelPurity(both, "class")).toBe(0.99);
    expect(levelPurity(both, "division")).toBeNaN();
  });

  test("says in words what the numbers say", () => {
    expect(gainWords(gains[0])).toMatch(
      /^lab, sub-graphs, 10 % of labels: SSL helps: \+0.081 macro F1 .*3 seeds.*most gained: rarest \+0.201, rare \+0.101.*The rarer a class, the higher its gain/,
    );
    const mixed = [0, 1, 2].flatMap((seed) => [run("on", seed, [0, 0, 0.05, (seed - 1.5) * 0.4]), run("off", seed)]);
    expect(gainWords(summarizeAnnotation(mixed).gains[0])).toMatch(/a gain by SSL is not shown: .*most lost: rarest/);
    expect(gainWords(summarizeAnnotation(mixed.slice(0, 2)).gains[0])).toMatch(
      /one seed does not tell .*over draws of its 4 classes/,
    );
  });
});
