import { describe, expect, it } from "vitest";
import { ari } from "../metrics/ari";
import { createRng, integer, normal } from "../random";
import { type Covariance, gaussianMixture } from "./gaussian-mixture";
import goldens from "./goldens/mixture.json";
import { matchClusters } from "./match-clusters";
import { mixtureClusters } from "./mixture-clusters";
import { refineLabels } from "./refine-labels";

describe("Gaussian mixture", () => {
  const { n, d } = goldens;
  const x = Float32Array.from(goldens.x);
  const start = Int32Array.from(goldens.start);

  it.each(Object.entries(goldens.fits))("with %s covariance is scikit-learn's, step for step", (covariance, golden) => {
    const options = { n, d, covariance: covariance as Covariance, tolerance: 1e-6, maxIterations: 500 };
    const fit = gaussianMixture(x, start, options);
    expect(fit.iterations).toBe(golden.iterations);
    expect(fit.converged).toBe(true);
    expect([...fit.codes]).toEqual(golden.codes);
    expect(fit.logLikelihood).toBeCloseTo(golden.logLikelihood, 9);
    golden.weights.forEach((w, c) => {
      expect(fit.weights[c]).toBeCloseTo(w, 8);
    });
    golden.means.forEach((m, e) => {
      expect(fit.means[e]).toBeCloseTo(m, 7);
    });
  });

  it("grows likelier with every iteration", () => {
    for (const covariance of ["full", "tied", "diag"] as const) {
      let last = Number.NEGATIVE_INFINITY;
      for (let maxIterations = 1; maxIterations < 12; maxIterations++) {
        const { logLikelihood } = gaussianMixture(x, start, { n, d, covariance, maxIterations, tolerance: 0 });
        expect(logLikelihood).toBeGreaterThanOrEqual(last - 1e-9);
        last = logLikelihood;
      }
    }
  });

  it("finds long clusters side by side, at any scale and place", () => {
    const rng = createRng(3);
    const truth = Int32Array.from({ length: 400 }, () => integer(rng, 2));
    for (const scale of [1e-4, 1, 1e4]) {
      const points = Float32Array.from(
        { length: 800 },
        (_, e) => scale * (e % 2 ? normal(rng) * 0.3 + 2 * truth[e >> 1] : 1.2 * normal(rng) + 50),
      );
      const { codes, nClusters } = mixtureClusters(points, { n: 400, d: 2, k: 2, starts: 5 });
      expect(nClusters).toBe(2);
      expect(ari(codes, truth)).toBeGreaterThan(0.9);
    }
  });

  it("gives the same clusters for the same seed, 0 the largest, and survives equal points", () => {
    const once = mixtureClusters(x, { n, d, k: 3, seed: 4 });
    expect(mixtureClusters(x, { n, d, k: 3, seed: 4 })).toEqual(once);
    const sizes = [0, 1, 2].map((c) => once.codes.filter((code) => code === c).length);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    const equal = mixtureClusters(new Float32Array(40).fill(2), { n: 20, d: 2, k: 3 });
    expect(equal.nClusters).toBe(1);
  });
});

describe("spatial refinement", () => {
  const xy = Float32Array.from(goldens.refine.xy);
  const codes = Int32Array.from(goldens.refine.codes);

  it("is GraphST's rule by majority and SpaGCN's where hesitant", () => {
    expect([...refineLabels(xy, codes, { nNeighbours: 12 })]).toEqual(goldens.refine.majority12);
    const spaGcn = refineLabels(xy, codes, { nNeighbours: 6, rule: "hesitant" });
    expect([...spaGcn]).toEqual(goldens.refine.hesitant6);
    expect(spaGcn).not.toEqual(codes);
  });

  it("asks neither cells without a cluster nor other sections", () => {
    const line = Float32Array.of(0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0);
    const some = Int32Array.of(0, -1, 0, 1, 0, -1);
    expect([...refineLabels(line, some, { nNeighbours: 3 })]).toEqual([0, -1, 0, 0, 0, -1]);
    const sections = Int8Array.of(0, 0, 0, 1, 1, 1);
    expect([...refineLabels(line, some, { nNeighbours: 3, sections })]).toEqual([0, -1, 0, 0, 1, -1]);
    expect(() => refineLabels(line, some, { nNeighbours: 0 })).toThrowError(/1 neighbour or more/);
  });
});

describe("clusters matched across runs", () => {
  it("take back the names that were shuffled, whatever else changed", () => {
    for (let seed = 0; seed < 20; seed++) {
      const rng = createRng(seed);
      const reference = Int32Array.from({ length: 300 }, () => integer(rng, 6));
      const names = [3, 5, 0, 1, 4, 2];
      const other = reference.map((c) => (rng() < 0.2 ? integer(rng, 6) : names[c]));
      const matched = matchClusters(reference, other);
      expect(ari(matched, other)).toBeCloseTo(1, 12);
      expect(matched.filter((c, i) => c === reference[i]).length).toBeGreaterThan(220);
    }
  });

  it("agree on the most cells of all pairings", () => {
    const permutations = (of: number[]): number[][] =>
      of.length < 2 ? [of] : of.flatMap((v) => permutations(of.filter((w) => w !== v)).map((rest) => [v, ...rest]));
    for (let seed = 0; seed < 30; seed++) {
      const rng = createRng(seed);
      const reference = Int32Array.from({ length: 40 }, () => integer(rng, 4));
      const codes = Int32Array.from({ length: 40 }, () => integer(rng, 4));
      const agreed = (a: Int32Array) => a.filter((c, i) => c === reference[i]).length;
      const most = Math.max(...permutations([0, 1, 2, 3]).map((names) => agreed(codes.map((c) => names[c]))));
      expect(agreed(matchClusters(reference, codes))).toBe(most);
    }
  });

  it("give clusters without a partner numbers of their own", () => {
    const matched = matchClusters(Int32Array.of(1, 1, 1, 0, 0, -1), Int32Array.of(0, 0, 2, 1, 1, -1));
    expect([...matched]).toEqual([1, 1, 2, 0, 0, -1]);
  });
});
