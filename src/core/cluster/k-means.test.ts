import { describe, expect, it } from "vitest";
import { createRng, normal } from "../random";
import goldens from "./goldens/classifiers.json";
import { kMeans } from "./k-means";

const points = Float32Array.from(goldens.kmeans.points);
const n = points.length / 2;

describe("k-means", () => {
  it.each(Object.entries(goldens.kmeans.inertia))(
    "with %s clusters is as tight as scikit-learn's best of 50",
    (k, inertia) => {
      // scikit-learn sums in float32; with many clusters both searches depend on their draws
      const found = kMeans(points, { n, d: 2, k: Number(k), starts: 50 });
      expect(found.inertia / inertia).toBeLessThan(Number(k) > 4 ? 1.02 : 1 + 1e-5);
      expect(found.inertia / inertia).toBeGreaterThan(Number(k) > 4 ? 0.99 : 1 - 1e-5);
    },
  );

  it("ends with every point at its nearest centre, centres at their means", () => {
    for (let seed = 0; seed < 20; seed++) {
      const rng = createRng(seed);
      const [count, d, k] = [200, 3, 7];
      const x = Float32Array.from({ length: count * d }, () => normal(rng));
      const { codes, nClusters, inertia } = kMeans(x, { n: count, d, k, starts: 1, seed });
      expect(nClusters).toBe(k);
      const centres = new Float64Array(k * d);
      const sizes = new Float64Array(k);
      codes.forEach((c, i) => {
        sizes[c]++;
        for (let j = 0; j < d; j++) centres[c * d + j] += x[i * d + j];
      });
      for (let e = 0; e < k * d; e++) centres[e] /= sizes[Math.floor(e / d)];
      let total = 0;
      for (let i = 0; i < count; i++) {
        const distance = Array.from({ length: k }, (_, c) => {
          let sum = 0;
          for (let j = 0; j < d; j++) sum += (x[i * d + j] - centres[c * d + j]) ** 2;
          return sum;
        });
        expect(distance[codes[i]]).toBeLessThanOrEqual(Math.min(...distance) + 1e-9);
        total += distance[codes[i]];
      }
      expect(inertia).toBeCloseTo(total, 8);
      expect([...sizes]).toEqual([...sizes].sort((a, b) => b - a));
    }
  });

  it("gives the same clusters for the same seed", () => {
    expect(kMeans(points, { n, d: 2, k: 5, seed: 3 })).toEqual(kMeans(points, { n, d: 2, k: 5, seed: 3 }));
  });

  it("makes one cluster per distinct point where there are fewer than asked for", () => {
    const twins = Float32Array.of(1, 1, 1, 2, 2, 2);
    const found = kMeans(twins, { n: 6, d: 1, k: 4 });
    expect([...found.codes]).toEqual([0, 0, 0, 1, 1, 1]);
    expect(found).toMatchObject({ nClusters: 2, inertia: 0 });
  });

  it("refuses more clusters than points, and stops when asked", () => {
    expect(() => kMeans(points, { n, d: 2, k: n + 1 })).toThrowError(/from 1 to 120, got 121/);
    expect(() => kMeans(points, { n, d: 2, k: 3 }, { progress() {}, cancelled: true })).toThrowError(/cancelled/);
  });
});
