import { describe, expect, it } from "vitest";
import { createRng, shuffle } from "../random";
import { balancedAccuracy } from "./balanced-accuracy";
import { calibration } from "./calibration";
import { confusionOrder, normalisedRows } from "./confusion";
import { linearFit, rankCorrelation } from "./correlation";
import { f1Scores } from "./f1";
import goldens from "./goldens/annotation.json";
import { bootstrapInterval, tInterval } from "./interval";
import { studentCdf, studentQuantile } from "./student-t";

// doubles summed in another order
const digits = 10;

describe("scores of class probabilities against scikit-learn", () => {
  it.each(goldens.cases.map((golden, seed) => ({ golden, seed })))("case $seed", ({ golden }) => {
    const { nClasses: k, p } = golden;
    const truth = Int32Array.from(golden.truth);
    const predicted = truth.map((_, i) => {
      const row = p.slice(i * k, (i + 1) * k);
      return row.indexOf(Math.max(...row));
    });
    const scores = f1Scores(truth, predicted);
    expect(balancedAccuracy(scores)).toBeCloseTo(golden.balancedAccuracy, digits);
    golden.normalised.forEach((share, e) => {
      expect(normalisedRows(golden.counts, k)[e]).toBeCloseTo(share, digits);
    });
    const found = calibration(Float32Array.from(p), truth, k, { nBins: golden.bins });
    expect(found.nScored).toBe(golden.truth.filter((c) => c >= 0).length);
    expect(found.expectedError).toBeCloseTo(golden.expectedError, digits);
    // the golden's rows are brought to sum to one beyond float32
    expect(found.brier).toBeCloseTo(golden.brier, 6);
    expect(found.bins.map((bin) => bin.count)).toEqual(golden.count);
    const filled = found.bins.filter((bin) => bin.count > 0);
    filled.forEach((bin, b) => {
      expect(bin.accuracy).toBeCloseTo(golden.accuracy[b], digits);
      expect(bin.confidence).toBeCloseTo(golden.confidence[b], digits);
    });
  });
});

describe("calibration", () => {
  it("counts a class that the classifier does not know as wrong, with the full Brier term", () => {
    const { expectedError, brier, nScored } = calibration(Float32Array.of(1, 0), Int32Array.of(2), 2);
    expect([expectedError, brier, nScored]).toEqual([1, 2, 1]);
  });

  it("scores only the mask, and says what it refuses", () => {
    const p = Float32Array.of(1, 0, 1, 0);
    const found = calibration(p, Int32Array.of(0, 1), 2, { mask: Uint8Array.of(1, 0) });
    expect([found.nScored, found.expectedError, found.brier]).toEqual([1, 0, 0]);
    expect(() => calibration(Float32Array.of(2, -1), Int32Array.of(0), 2)).toThrowError(/cell 0 has 2 for class 0/);
    expect(() => calibration(p, Int32Array.of(0), 2)).toThrowError(/Probabilities: expected shape/);
  });
});

describe("the order of a confusion matrix", () => {
  it("puts the classes of hidden groups side by side, whatever order they come in", () => {
    const groupOf = [0, 0, 0, 1, 1, 2, 2, 2, 2];
    const k = groupOf.length;
    for (const seed of [1, 2, 3]) {
      const names = shuffle(
        Int32Array.from({ length: k }, (_, i) => i),
        createRng(seed),
      );
      const counts = new Float64Array(k * k);
      for (let a = 0; a < k; a++)
        for (let b = 0; b < k; b++)
          counts[a * k + b] = a === b ? 80 + a : groupOf[names[a]] === groupOf[names[b]] ? 5 : (a + b) % 2;
      const groups = [...confusionOrder(counts, k)].map((c) => groupOf[names[c]]);
      const changes = groups.filter((g, i) => i > 0 && g !== groups[i - 1]).length;
      expect(changes).toBe(2);
      expect([...confusionOrder(counts, k)].sort((a, b) => a - b)).toEqual(groupOf.map((_, i) => i));
    }
  });

  it("goes by size where nothing is confused", () => {
    expect([...confusionOrder([3, 0, 0, 0, 9, 0, 0, 0, 5], 3)]).toEqual([1, 2, 0]);
    expect([...confusionOrder([], 0)]).toEqual([]);
  });
});

describe("intervals against scipy", () => {
  it("Student's distribution and its inverse", () => {
    for (const [t, degrees, p] of goldens.student) {
      expect(Math.abs(studentCdf(t, degrees) - p)).toBeLessThan(1e-12);
      if (p > 1e-9 && p < 1 - 1e-9 && t !== 0) expect(studentQuantile(p, degrees) / t).toBeCloseTo(1, 5);
    }
  });

  it("the mean over seeds and the p of no difference", () => {
    for (const { values, sd, low, high, p } of goldens.spreads) {
      const found = tInterval(values, 0.9);
      expect(found.sd).toBeCloseTo(sd, digits);
      expect(found.low).toBeCloseTo(low, digits);
      expect(found.high).toBeCloseTo(high, digits);
      expect(found.p).toBeCloseTo(p, digits);
    }
  });

  it("one value has no interval, equal values one of no width", () => {
    expect(tInterval([0.7])).toEqual({ n: 1, mean: 0.7, sd: null, low: null, high: null, p: null });
    expect(tInterval([0.5, 0.5])).toMatchObject({ low: 0.5, high: 0.5, p: null });
  });

  it("the bootstrap of many values, repeatable", () => {
    const { values, low, high } = goldens.bootstrap;
    const found = bootstrapInterval(values, { draws: 20_000 });
    // ends of 20,000 draws wander by about a hundredth of the interval
    expect(Math.abs(found.low - low)).toBeLessThan(0.03 * (high - low));
    expect(Math.abs(found.high - high)).toBeLessThan(0.03 * (high - low));
    expect(bootstrapInterval(values, { draws: 20_000 })).toEqual(found);
  });
});

describe("lines and ranks against scipy", () => {
  it.each(goldens.fits.map((golden, seed) => ({ golden, seed })))("case $seed", ({ golden }) => {
    const line = linearFit(golden.x, golden.y);
    for (const key of ["slope", "intercept", "r", "p"] as const) expect(line[key]).toBeCloseTo(golden[key], digits);
    const rank = rankCorrelation(golden.x, golden.y);
    expect(rank.r).toBeCloseTo(golden.rank, digits);
    expect(rank.p).toBeCloseTo(golden.rankP, digits);
  });

  it("no slope where x does not vary, no p of two points", () => {
    expect(linearFit([1, 1], [2, 3]).slope).toBeNaN();
    expect(linearFit([1, 2], [2, 3])).toMatchObject({ slope: 1, intercept: 1, p: null });
  });
});
