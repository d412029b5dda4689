import { describe, expect, test } from "vitest";
import { correlation } from "./correlation";
import goldens from "./goldens/comparisons.json";
import { meanSd } from "./mean-sd";
import { pairedComparison } from "./paired-comparison";

describe("a paired comparison", () => {
  test("has scipy's difference, interval and p", () => {
    for (const { a, b, difference, interval, p } of goldens.paired) {
      const found = pairedComparison(a.map((v, i) => [v, b[i]] as const));
      expect(found?.n).toBe(a.length);
      expect(found?.difference).toBeCloseTo(difference, 12);
      expect(found?.interval?.[0]).toBeCloseTo(interval[0], 9);
      expect(found?.interval?.[1]).toBeCloseTo(interval[1], 9);
      expect(found?.p).toBeCloseTo(p, 10);
    }
  });

  test("claims nothing from one pair, from none, or from a difference that never varies", () => {
    expect(pairedComparison([])).toBeNull();
    expect(pairedComparison([[0.5, null]])).toBeNull();
    expect(pairedComparison([[0.5, 0.25]])).toEqual({ n: 1, difference: 0.25, interval: null, p: null });
    const constant = pairedComparison([
      [0.5, 0.25],
      [0.75, 0.5],
    ]);
    expect(constant).toEqual({ n: 2, difference: 0.25, interval: [0.25, 0.25], p: null });
  });
});

describe("correlation", () => {
  test("is scipy's, ties included", () => {
    expect(goldens.correlated.length).toBeGreaterThan(3);
    for (const { x, y, pearson, spearman } of goldens.correlated) {
      const found = correlation(x.map((v, i) => [v, y[i]] as const));
      expect(found.pearson).toBeCloseTo(pearson, 10);
      expect(found.spearman).toBeCloseTo(spearman, 10);
    }
  });

  test("is not defined for two points or where one metric does not vary", () => {
    const two = correlation([
      [1, 2],
      [2, 3],
      [null, 4],
    ]);
    expect(two).toEqual({ n: 2, pearson: null, spearman: null });
    const flat = correlation([
      [1, 2],
      [2, 2],
      [3, 2],
    ]);
    expect(flat.pearson).toBeNull();
  });
});

test("mean and deviation leave out what is not defined and say how many there were", () => {
  expect(meanSd([0.25, null, 0.75, Number.NaN])).toEqual({ n: 2, mean: 0.5, sd: Math.sqrt(0.125) });
  expect(meanSd([0.5])).toEqual({ n: 1, mean: 0.5, sd: null });
  expect(meanSd([null])).toEqual({ n: 0, mean: null, sd: null });
});
