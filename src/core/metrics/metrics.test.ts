import { describe, expect, it } from "vitest";
import { createRng, integer, shuffle } from "../random";
import { ami, expectedMutualInformation } from "./ami";
import { ari } from "./ari";
import { contingency } from "./contingency";
import { f1Scores } from "./f1";
import goldens from "./goldens/metrics.json";
import { completeness, homogeneity, nmi } from "./nmi";

// Both sides sum a few hundred doubles in another order: the difference stays below 1e-12, 1e-10 leaves room.
const digits = 10;

const randomCodes = (n: number, classes: number, seed: number): Int32Array => {
  const rng = createRng(seed);
  return Int32Array.from({ length: n }, () => integer(rng, classes));
};

describe("metrics against scikit-learn", () => {
  it.each(goldens.cases.map((golden, seed) => ({ golden, seed })))("labelling $seed scores the same", ({ golden }) => {
    const truth = Int32Array.from(golden.truth);
    const predicted = Int16Array.from(golden.predicted);
    expect(contingency(truth, predicted).nScored).toBe(golden.nScored);
    expect(ari(truth, predicted)).toBeCloseTo(golden.ari, digits);
    expect(ami(truth, predicted)).toBeCloseTo(golden.ami, digits);
    expect(nmi(truth, predicted)).toBeCloseTo(golden.nmi, digits);
    expect(homogeneity(truth, predicted)).toBeCloseTo(golden.homogeneity, digits);
    expect(completeness(truth, predicted)).toBeCloseTo(golden.completeness, digits);
    const scores = f1Scores(truth, predicted);
    expect(scores.micro).toBeCloseTo(golden.micro, digits);
    expect(scores.macro).toBeCloseTo(golden.macro, digits);
    expect(scores.weighted).toBeCloseTo(golden.weighted, digits);
    golden.precision.forEach((p, c) => {
      expect(scores.perClass[c].precision).toBeCloseTo(p, digits);
      expect(scores.perClass[c].recall).toBeCloseTo(golden.recall[c], digits);
      expect(scores.perClass[c].support).toBe(golden.support[c]);
    });
    expect([...scores.confusion]).toEqual(golden.confusion);
  });
});

describe("scores of two labellings", () => {
  const seeds = [1, 2, 3, 4, 5];
  const measures = { ari, ami, nmi };

  it.each(Object.entries(measures))("%s ignores the names of labels and clusters", (_, score) => {
    for (const seed of seeds) {
      const a = randomCodes(300, 6, seed);
      const b = a.map((c, i) => (i % 3 ? c : (c + i) % 5));
      const names = shuffle(
        Int32Array.from({ length: 40 }, (_, i) => i),
        createRng(seed + 100),
      );
      expect(
        score(
          a.map((c) => names[c]),
          b.map((c) => names[c + 9]),
        ),
      ).toBeCloseTo(score(a, b), 12);
    }
  });

  it.each(Object.entries(measures))("%s is the same from either side", (_, score) => {
    for (const seed of seeds) {
      const a = randomCodes(300, 6, seed);
      const b = randomCodes(300, 3, seed + 50);
      expect(score(a, b)).toBeCloseTo(score(b, a), 12);
    }
  });

  it.each(Object.entries(measures))("%s of a labelling with itself is 1, even a trivial one", (_, score) => {
    expect(score(randomCodes(200, 7, 3), randomCodes(200, 7, 3))).toBeCloseTo(1, 12);
    expect(score(new Int32Array(5), new Int32Array(5))).toBe(1);
    const singletons = Int32Array.from({ length: 9 }, (_, i) => i);
    expect(score(singletons, singletons)).toBeCloseTo(1, 12);
  });

  it("random labellings score nothing in ARI and AMI, however many clusters there are", () => {
    for (const [score, clusters] of [
      [ari, 40],
      [ami, 40],
      [ari, 3],
      [ami, 3],
    ] as const) {
      let sum = 0;
      for (let seed = 0; seed < 20; seed++)
        sum += score(randomCodes(500, 5, seed), randomCodes(500, clusters, seed + 99));
      expect(Math.abs(sum / 20)).toBeLessThan(0.005);
    }
  });

  it("one cluster for all scores 0 against several labels", () => {
    const labels = randomCodes(50, 4, 1);
    for (const score of [ari, ami, nmi]) expect(score(labels, new Int32Array(50))).toBeCloseTo(0, 12);
  });

  it("leaves out cells that miss a label on either side", () => {
    const a = Int32Array.of(0, 0, 1, 1, -1, 0);
    const b = Int32Array.of(2, 2, 0, 0, 1, -1);
    for (const score of [ari, ami, nmi]) expect(score(a, b)).toBeCloseTo(1, 12);
    expect(contingency(a, b).nScored).toBe(4);
  });

  it("says NaN when no cell is labelled on both sides", () => {
    for (const score of [ari, ami, nmi]) expect(score(Int32Array.of(-1, 0), Int32Array.of(0, -1))).toBeNaN();
  });

  it("refuses labellings of different length", () => {
    expect(() => ari(new Int32Array(3), new Int32Array(4))).toThrowError(/3 codes on one side, 4/);
  });

  it("expects the mutual information that shuffled labels have on average", () => {
    const a = randomCodes(60, 3, 8);
    const b = randomCodes(60, 5, 9);
    const { rowSums, colSums } = contingency(a, b);
    const rng = createRng(4);
    let sum = 0;
    for (let t = 0; t < 4000; t++) {
      const table = contingency(a, shuffle(b.slice(), rng));
      for (let e = 0; e < table.counts.length; e++)
        sum +=
          (table.counts[e] / 60) *
          Math.log((60 * table.counts[e]) / (rowSums[table.rows[e]] * table.colSums[table.cols[e]]));
    }
    // 4000 draws of standard deviation about 0.03: three standard errors
    expect(Math.abs(sum / 4000 - expectedMutualInformation(rowSums, colSums, 60))).toBeLessThan(0.0015);
  });
});

describe("f1 scores", () => {
  it("count only the cells of the mask", () => {
    const scores = f1Scores(Int32Array.of(0, 1, 1, 0), Int32Array.of(0, 1, 0, 1), { mask: Uint8Array.of(1, 1, 0, 0) });
    expect(scores.nScored).toBe(2);
    expect(scores.macro).toBe(1);
  });

  it("give a class that is never predicted no precision and pull the macro mean down", () => {
    const scores = f1Scores(Int32Array.of(0, 0, 1), Int32Array.of(0, 0, 0));
    expect(scores.perClass[1]).toEqual({ code: 1, precision: 0, recall: 0, f1: 0, support: 1 });
    expect(scores.macro).toBeCloseTo(0.4, 12);
  });
});
