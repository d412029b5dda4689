import { describe, expect, it } from "vitest";
import { createRng, normal } from "../random";
import goldens from "./goldens/classifiers.json";
import { lbfgs } from "./lbfgs";
import { linearProbe } from "./linear-probe";
import { fitSoftmax } from "./softmax-regression";

const { n, d } = goldens.probe;
const x = Float32Array.from(goldens.probe.x);
const codes = Int32Array.from(goldens.probe.codes);

describe("l-bfgs", () => {
  it("finds the minimum of a curved valley", () => {
    const rosenbrock = (p: Float64Array, gradient: Float64Array): number => {
      let sum = 0;
      gradient.fill(0);
      for (let i = 0; i + 1 < p.length; i++) {
        const a = p[i + 1] - p[i] * p[i];
        sum += 100 * a * a + (1 - p[i]) ** 2;
        gradient[i] += -400 * a * p[i] - 2 * (1 - p[i]);
        gradient[i + 1] += 200 * a;
      }
      return sum;
    };
    const found = lbfgs(rosenbrock, new Float64Array(10).fill(-0.5), { tolerance: 1e-9 });
    expect(found.converged).toBe(true);
    for (const v of found.x) expect(v).toBeCloseTo(1, 7);
  });

  it("says so when the iterations run out", () => {
    const bowl = (p: Float64Array, gradient: Float64Array): number => {
      let sum = 0;
      p.forEach((v, i) => {
        gradient[i] = 2 * (i + 1) * (v - i);
        sum += (i + 1) * (v - i) ** 2;
      });
      return sum;
    };
    expect(lbfgs(bowl, new Float64Array(30), { maxIterations: 3, tolerance: 1e-10 }).converged).toBe(false);
    expect(lbfgs(bowl, new Float64Array(30), { tolerance: 1e-10 }).converged).toBe(true);
  });
});

describe("logistic regression", () => {
  it("has scikit-learn's coefficients", () => {
    // scaled by the training rows, in double, as the golden is
    const train = [...codes.keys()].filter((i) => !goldens.probe.test[i]);
    const scaled = new Float32Array(train.length * d);
    for (let j = 0; j < d; j++) {
      const column = train.map((i) => x[i * d + j]);
      const mean = column.reduce((a, b) => a + b, 0) / column.length;
      const spread = Math.sqrt(column.reduce((a, b) => a + (b - mean) ** 2, 0) / column.length);
      column.forEach((v, r) => {
        scaled[r * d + j] = (v - mean) / spread;
      });
    }
    const trainCodes = Int32Array.from(train, (i) => codes[i]);
    const model = fitSoftmax(scaled, trainCodes, { n: train.length, d, nClasses: 4, tolerance: 1e-9 });
    expect(model.converged).toBe(true);
    goldens.probe.weights.forEach((w, e) => {
      expect(Math.abs(model.weights[e] - w)).toBeLessThan(1e-5);
    });
    goldens.probe.bias.forEach((b, c) => {
      expect(Math.abs(model.bias[c] - b)).toBeLessThan(1e-5);
    });
  });
});

describe("the linear probe", () => {
  // sections 0 and 1 are the golden's training and test rows: the split is then the same
  const sectionCodes = Int32Array.from(goldens.probe.test);
  const bySection = { split: "section", sectionCodes, testSections: [1] } as const;

  it("predicts what scikit-learn predicts, as surely, and scores the same", () => {
    const probe = linearProbe(x, { n, d }, codes, bySection);
    expect([...probe.testMask]).toEqual(goldens.probe.test);
    expect([...probe.predicted]).toEqual(goldens.probe.predicted);
    // stopped at a gradient of 1e-4, as scikit-learn does by default: the golden is the minimum itself
    for (let i = 0; i < n; i++)
      expect(Math.abs(probe.probability[i] - goldens.probe.probability[i])).toBeLessThan(1e-3);
    expect(probe.f1Micro).toBeCloseTo(goldens.probe.micro, 12);
    expect(probe.f1Macro).toBeCloseTo(goldens.probe.macro, 12);
  });

  it("does not depend on the scale or offset of the columns", () => {
    const moved = x.map((v, e) => v * [10, 0.01, 1, 300, 2][e % d] + [5, 0, -2, 100, 0][e % d]);
    const probe = linearProbe(moved, { n, d }, codes, bySection);
    expect([...probe.predicted]).toEqual(goldens.probe.predicted);
  });

  it("predicts cells without a label, and neither learns from them nor scores them", () => {
    const some = codes.map((c, i) => (i % 3 === 0 ? -1 : c));
    const probe = linearProbe(x, { n, d }, some, { seed: 2 });
    const other = x.map((v, e) => (some[Math.floor(e / d)] < 0 ? 99 * v : v));
    const labelled = (p: Int32Array): number[] => [...p].filter((_, i) => some[i] >= 0);
    expect(labelled(linearProbe(other, { n, d }, some, { seed: 2 }).predicted)).toEqual(labelled(probe.predicted));
    expect(probe.predicted.every((c) => c >= 0 && c < 4)).toBe(true);
    expect(probe.testMask.every((m, i) => m === 0 || some[i] >= 0)).toBe(true);
    expect(probe.nTrain + probe.nTest).toBe(some.filter((c) => c >= 0).length);
    expect(probe.perClass.reduce((sum, c) => sum + c.support, 0)).toBe(probe.nTest);
  });

  it("holds out a fifth of every class at random, the same for the same seed", () => {
    const probe = linearProbe(x, { n, d }, codes, { seed: 5 });
    for (let c = 0; c < 4; c++) {
      const all = codes.filter((v) => v === c).length;
      const held = codes.filter((v, i) => v === c && probe.testMask[i] === 1).length;
      expect(held).toBe(Math.round(all * 0.2));
    }
    expect(linearProbe(x, { n, d }, codes, { seed: 5 }).testMask).toEqual(probe.testMask);
    expect(linearProbe(x, { n, d }, codes, { seed: 6 }).testMask).not.toEqual(probe.testMask);
  });

  it("tells which classes have too few cells, and does not score what it cannot learn as right", () => {
    const rare = codes.slice();
    rare[0] = 7;
    rare[1] = rare[2] = rare[3] = 9;
    const probe = linearProbe(x, { n, d }, rare);
    expect(probe.tooFew.map(({ code }) => code)).toEqual(expect.arrayContaining([7, 9]));
    expect(probe.tooFew.find(({ code }) => code === 7)).toEqual({ code: 7, nTrain: 1, nTest: 0 });
    const unseen = linearProbe(
      x,
      { n, d },
      codes.map((c, i) => (sectionCodes[i] ? c : Math.min(c, 2))),
      bySection,
    );
    expect(unseen.classes).toEqual([0, 1, 2]);
    expect(unseen.perClass.find(({ code }) => code === 3)?.f1).toBe(0);
  });

  it("refuses a label of one class, and a split that leaves nothing to score", () => {
    expect(() => linearProbe(x, { n, d }, new Int32Array(n))).toThrowError(/at least 2/);
    expect(() => linearProbe(x, { n, d }, codes, { ...bySection, testSections: [5] })).toThrowError(/left to score/);
    expect(() => linearProbe(x, { n, d }, codes, { split: "block" })).toThrowError(/positions/);
    expect(() => linearProbe(x, { n, d }, codes, { holdOut: 1 })).toThrowError(/between 0 and 1/);
  });

  it("stops when asked", () => {
    expect(() => linearProbe(x, { n, d }, codes, {}, { progress() {}, cancelled: true })).toThrowError(/cancelled/);
  });
});

describe("a hold-out by blocks", () => {
  it("keeps whole patches of each section, so that few held-out cells have neighbours in training", () => {
    const rng = createRng(1);
    const size = 4000;
    const positions = Float32Array.from({ length: 2 * size }, () => 1000 * rng());
    const sections = Int8Array.from({ length: size }, (_, i) => (i < 3000 ? 0 : 1));
    const labels = Int32Array.from({ length: size }, (_, i) => (positions[2 * i] > 500 ? 1 : 0));
    const embedding = Float32Array.from({ length: 2 * size }, (_, e) => normal(rng) + labels[Math.floor(e / 2)]);
    const { testMask } = linearProbe(embedding, { n: size, d: 2 }, labels, {
      split: "block",
      positions,
      sectionCodes: sections,
    });
    for (const section of [0, 1]) {
      const cells = [...sections.keys()].filter((i) => sections[i] === section);
      const share = cells.filter((i) => testMask[i]).length / cells.length;
      expect(Math.abs(share - 0.2)).toBeLessThan(0.021);
      // nearest neighbour of a held-out cell: in training for a fifth of them or fewer, for most if drawn at random
      let leaks = 0;
      const held = cells.filter((i) => testMask[i]).slice(0, 150);
      for (const i of held) {
        let nearest = -1;
        let least = Number.POSITIVE_INFINITY;
        for (const j of cells) {
          const distance =
            (positions[2 * i] - positions[2 * j]) ** 2 + (positions[2 * i + 1] - positions[2 * j + 1]) ** 2;
          if (j !== i && distance < least) [least, nearest] = [distance, j];
        }
        if (!testMask[nearest]) leaks++;
      }
      expect(leaks / held.length).toBeLessThan(0.2);
    }
  });
});
