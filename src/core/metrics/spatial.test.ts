import { describe, expect, it } from "vitest";
import { knnGraph } from "../graph/knn";
import { createRng, integer, normal } from "../random";
import { chaos } from "./chaos";
import { clusterGearysC, gearysC, meanGearysC } from "./gearys-c";
import goldens from "./goldens/spatial.json";
import { clusterMoransI, meanMoransI, moransI } from "./morans-i";
import { overallScores } from "./overall";
import { pas } from "./pas";
import { silhouette } from "./silhouette";
import { spatialSilhouette } from "./spatial-silhouette";
import { spatialWeights } from "./spatial-weights";

// sums of doubles in another order; CHAOS standardises into float32
const digits = 10;

describe("spatial metrics against scikit-learn, esda and SDMBench's formulas", () => {
  it.each(goldens.cases.map((golden, seed) => ({ golden, seed })))("tissue $seed scores the same", ({ golden }) => {
    const { n, d } = golden;
    const xy = Float32Array.from(golden.xy);
    const x = Float32Array.from(golden.x);
    const codes = Int32Array.from(golden.codes);
    const graph = knnGraph(xy, { k: 5 });
    expect([...graph.indices]).toEqual(golden.neighbours.flat());
    const weights = spatialWeights(graph, codes);
    expect(silhouette(x, codes, { n, d })).toBeCloseTo(golden.silhouette, digits);
    expect(spatialSilhouette(xy, codes)).toBeCloseTo(golden.spatialSilhouette, digits);
    const [i, c] = [moransI(weights, x, d), gearysC(weights, x, d)];
    for (let j = 0; j < d; j++) {
      expect(i[j]).toBeCloseTo(golden.moransI[j], digits);
      expect(c[j]).toBeCloseTo(golden.gearysC[j], digits);
    }
    expect(clusterMoransI(weights, codes)).toBeCloseTo(golden.clusterMoransI, digits);
    expect(clusterGearysC(weights, codes)).toBeCloseTo(golden.clusterGearysC, digits);
    expect(chaos(xy, codes)).toBeCloseTo(golden.chaos, 6);
    expect(pas(xy, codes)).toBeCloseTo(golden.pas, digits);
  });
});

/** Two blobs in the embedding, each a half of the tissue. */
function halves(n: number, seed: number) {
  const rng = createRng(seed);
  const xy = Float32Array.from({ length: 2 * n }, () => 100 * rng());
  const codes = Int32Array.from({ length: n }, (_, i) => (xy[2 * i] < 50 ? 0 : 1));
  const x = Float32Array.from({ length: 3 * n }, (_, e) => 4 * codes[Math.floor(e / 3)] + normal(rng));
  return { n, d: 3, xy, codes, x };
}

describe("silhouette", () => {
  it("of a sample is near that of all, and the same for the same seed", () => {
    const { n, d, x, codes } = halves(1500, 1);
    const all = silhouette(x, codes, { n, d });
    const sampled = silhouette(x, codes, { n, d, sampleSize: 400, seed: 5 });
    expect(sampled).not.toBe(all);
    expect(Math.abs(sampled - all)).toBeLessThan(0.02);
    expect(silhouette(x, codes, { n, d, sampleSize: 400, seed: 5 })).toBe(sampled);
    expect(silhouette(x, codes, { n, d, sampleSize: 400, seed: 6 })).not.toBe(sampled);
  });

  it("does not see cells without a cluster", () => {
    const { n, d, x, codes } = halves(60, 2);
    const far = Float32Array.from([...x, 1e6, 1e6, 1e6, Number.NaN, 0, 0]);
    const more = Int32Array.from([...codes, -1, -1]);
    expect(silhouette(far, more, { n: n + 2, d })).toBe(silhouette(x, codes, { n, d }));
  });

  it("is NaN where it is not defined: one cluster, or a cluster for each point", () => {
    const x = Float32Array.of(0, 1, 2);
    expect(silhouette(x, new Int32Array(3), { n: 3, d: 1 })).toBeNaN();
    expect(silhouette(x, Int32Array.of(0, 1, 2), { n: 3, d: 1 })).toBeNaN();
  });

  it("refuses a value that is no number", () => {
    expect(() => silhouette(Float32Array.of(0, Number.NaN, 1), Int32Array.of(0, 0, 1), { n: 3, d: 1 })).toThrowError(
      /Silhouette: a value is NaN/,
    );
  });
});

describe("spatial autocorrelation", () => {
  it("is high for tissue, none for chance, and leaves out what does not vary", () => {
    const { n, xy, codes, x } = halves(900, 3);
    const weights = spatialWeights(knnGraph(xy, { k: 6 }));
    expect(clusterMoransI(weights, codes)).toBeGreaterThan(0.85);
    expect(clusterGearysC(weights, codes)).toBeLessThan(0.15);
    const rng = createRng(9);
    const noise = Float32Array.from({ length: n }, () => normal(rng));
    expect(Math.abs(moransI(weights, noise, 1)[0])).toBeLessThan(0.06);
    expect(Math.abs(gearysC(weights, noise, 1)[0] - 1)).toBeLessThan(0.06);
    const withConstant = Float32Array.from({ length: 2 * n }, (_, e) => (e % 2 ? 7 : x[3 * (e >> 1)]));
    expect(moransI(weights, withConstant, 2)[1]).toBeNaN();
    expect(meanMoransI(weights, withConstant, 2)).toBe(moransI(weights, withConstant, 2)[0]);
    expect(meanGearysC(weights, withConstant, 2)).toBe(gearysC(weights, withConstant, 2)[0]);
  });

  it("does not depend on scale, place or the names of clusters", () => {
    const { xy, codes, x, d } = halves(300, 4);
    const weights = spatialWeights(knnGraph(xy, { k: 6 }));
    const moved = x.map((v) => 3 * v - 8);
    expect(meanMoransI(weights, moved, d)).toBeCloseTo(meanMoransI(weights, x, d), 5);
    expect(meanGearysC(weights, moved, d)).toBeCloseTo(meanGearysC(weights, x, d), 5);
    const renamed = codes.map((c) => 9 - 4 * c);
    expect(clusterMoransI(weights, renamed)).toBeCloseTo(clusterMoransI(weights, codes), 12);
  });
});

describe("CHAOS, PAS and spatial ASW", () => {
  it("prefer tissue in two halves to scattered clusters", () => {
    const { n, xy, codes } = halves(600, 5);
    const rng = createRng(1);
    const scattered = Int32Array.from({ length: n }, () => integer(rng, 2));
    expect(pas(xy, codes)).toBeLessThan(0.1);
    expect(pas(xy, scattered)).toBeGreaterThan(0.3);
    expect(chaos(xy, codes)).toBeLessThan(chaos(xy, scattered));
    expect(spatialSilhouette(xy, codes)).toBeGreaterThan(0.3);
    expect(Math.abs(spatialSilhouette(xy, scattered))).toBeLessThan(0.05);
  });

  it("keep sections apart: the same section twice on the same place scores as one", () => {
    const { n, xy, codes } = halves(200, 6);
    const twice = Float32Array.from([...xy, ...xy]);
    const both = Int32Array.from([...codes, ...codes]);
    const sections = Int8Array.from({ length: 2 * n }, (_, i) => (i < n ? 0 : 1));
    expect(chaos(twice, both, sections)).toBeCloseTo(chaos(xy, codes), 12);
    expect(pas(twice, both, sections)).toBeCloseTo(pas(xy, codes), 12);
    expect(spatialSilhouette(twice, both, sections)).toBeCloseTo(spatialSilhouette(xy, codes), 12);
    expect(chaos(twice, both)).toBe(0);
  });

  it("are NaN where no cell has a cluster", () => {
    const none = Int32Array.of(-1, -1);
    const xy = Float32Array.of(0, 0, 1, 1);
    for (const score of [chaos, pas, spatialSilhouette]) expect(score(xy, none)).toBeNaN();
  });
});

describe("overall score", () => {
  const metrics = [
    { name: "ari", better: "higher", weight: 1 },
    { name: "pas", better: "lower", weight: 3 },
  ] as const;

  it("is the weighted mean of min-max over the runs, turned round where less is better", () => {
    const runs = [
      { ari: 0.2, pas: 0.1 },
      { ari: 0.6, pas: 0.5 },
      { ari: 0.4, pas: 0.2 },
    ];
    const [a, b, c] = overallScores(runs, metrics);
    expect(a).toBeCloseTo(0.75, 12);
    expect(b).toBeCloseTo(0.25, 12);
    expect(c).toBeCloseTo((0.5 + 3 * 0.75) / 4, 12);
  });

  it("takes a missing value for the worst, and leaves out what is the same for all", () => {
    const runs = [
      { ari: 0.5, pas: 0.1 },
      { ari: 0.5, pas: Number.NaN },
      { ari: 0.5, pas: 0.2 },
    ];
    expect([...overallScores(runs, metrics)]).toEqual([1, 0, 0]);
    expect(overallScores([{ ari: 1, pas: 1 }], metrics)[0]).toBeNaN();
  });

  it("refuses a negative weight", () => {
    expect(() => overallScores([], [{ name: "ari", better: "higher", weight: -1 }])).toThrowError(/Weight of ari/);
  });
});
