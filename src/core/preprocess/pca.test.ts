import { describe, expect, it } from "vitest";
import { createRng, normal } from "../random";
import { alignTo } from "./align-scores";
import goldens from "./goldens/pca.json";
import { pca, project } from "./pca";
import { symmetricEigen } from "./symmetric-eigen";

/** n points of d columns whose spread falls from column to column, mixed by a random matrix. */
function cloud(n: number, d: number, seed: number): Float32Array {
  const rng = createRng(seed);
  const mix = Float64Array.from({ length: d * d }, () => normal(rng));
  const x = new Float32Array(n * d);
  for (let i = 0; i < n; i++) {
    const z = Float64Array.from({ length: d }, (_, j) => normal(rng) * 3 * 0.7 ** j);
    for (let a = 0; a < d; a++) for (let b = 0; b < d; b++) x[i * d + a] += mix[a * d + b] * z[b];
  }
  return x;
}

describe("eigenvectors of a symmetric matrix", () => {
  it.each([1, 2, 3, 7, 40, 130])("rebuild it at size %i, and are orthogonal", (d) => {
    const rng = createRng(d);
    const a = new Float64Array(d * d);
    for (let i = 0; i < d; i++) for (let j = 0; j <= i; j++) a[i * d + j] = a[j * d + i] = normal(rng);
    const { values, vectors } = symmetricEigen(a, d);
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) {
        let rebuilt = 0;
        let dot = 0;
        for (let c = 0; c < d; c++) {
          rebuilt += values[c] * vectors[c * d + i] * vectors[c * d + j];
          dot += vectors[i * d + c] * vectors[j * d + c];
        }
        expect(Math.abs(rebuilt - a[i * d + j])).toBeLessThan(1e-12 * d);
        expect(Math.abs(dot - (i === j ? 1 : 0))).toBeLessThan(1e-12);
      }
    for (let c = 1; c < d; c++) expect(values[c]).toBeLessThanOrEqual(values[c - 1]);
  });

  it("handle equal eigenvalues, zeros and a diagonal matrix", () => {
    expect([...symmetricEigen(new Float64Array(16), 4).values]).toEqual([0, 0, 0, 0]);
    const diagonal = new Float64Array(9);
    diagonal.set([2, 0, 0, 0, 5, 0, 0, 0, 2]);
    expect([...symmetricEigen(diagonal, 3).values]).toEqual([5, 2, 2]);
    const ones = new Float64Array(25).fill(1);
    const { values } = symmetricEigen(ones, 5);
    expect(values[0]).toBeCloseTo(5, 12);
    expect(Math.abs(values[1])).toBeLessThan(1e-12);
  });

  it("refuse a matrix with a hole", () => {
    expect(() => symmetricEigen(Float64Array.of(1, Number.NaN, 0, 1), 2)).toThrowError(/not a number/);
  });
});

describe("principal components", () => {
  it("equal scikit-learn's, up to its choice of sign", () => {
    const { n, d, k } = goldens;
    const x = Float32Array.from(goldens.x);
    const fit = pca(x, { n, d, nComponents: k });
    const scores = project(fit, x, n);
    for (let c = 0; c < k; c++) {
      // input is float32 on both sides, sums are in double: seven digits of the input are the limit
      expect(fit.variance[c]).toBeCloseTo(goldens.variance[c], 6);
      expect(fit.varianceRatio[c]).toBeCloseTo(goldens.ratio[c], 8);
      const sign = Math.sign(fit.components[c * d] * goldens.components[c * d]);
      for (let j = 0; j < d; j++)
        expect(sign * fit.components[c * d + j]).toBeCloseTo(goldens.components[c * d + j], 6);
      for (let i = 0; i < n; i++) expect(sign * scores[i * k + c]).toBeCloseTo(goldens.scores[i * k + c], 5);
    }
  });

  it("do not change with the order of the rows, nor with an offset", () => {
    const [n, d] = [200, 6];
    const x = cloud(n, d, 3);
    const reversed = new Float32Array(n * d);
    for (let i = 0; i < n; i++)
      reversed.set(
        x.subarray(i * d, (i + 1) * d).map((v) => v + 8),
        (n - 1 - i) * d,
      );
    const a = pca(x, { n, d, nComponents: 3 });
    const b = pca(reversed, { n, d, nComponents: 3 });
    for (let j = 0; j < 3 * d; j++) expect(b.components[j]).toBeCloseTo(a.components[j], 4);
  });

  it("fitted on part of the rows are close to those of all", () => {
    const [n, d] = [4000, 5];
    const x = cloud(n, d, 5);
    const all = pca(x, { n, d, nComponents: 1 });
    const part = pca(x, { n, d, nComponents: 1, fitRows: 1000 });
    let dot = 0;
    for (let j = 0; j < d; j++) dot += all.components[j] * part.components[j];
    expect(dot).toBeGreaterThan(0.99);
  });

  it("of constant data have no variance and no NaN", () => {
    const fit = pca(new Float32Array(30).fill(2), { n: 10, d: 3, nComponents: 2 });
    expect([...fit.variance, ...fit.varianceRatio]).toEqual([0, 0, 0, 0]);
    expect(project(fit, new Float32Array(30).fill(2), 10).every((v) => v === 0)).toBe(true);
  });

  it("refuse sizes that do not fit", () => {
    expect(() => pca(new Float32Array(5), { n: 2, d: 3, nComponents: 1 })).toThrowError(/expected shape/);
    expect(() => pca(new Float32Array(6), { n: 2, d: 3, nComponents: 4 })).toThrowError(/1 to 3 components/);
  });
});

describe("alignment with an earlier frame", () => {
  it("undoes swaps, flips and rotations", () => {
    const rng = createRng(9);
    const n = 100;
    const previous = Float32Array.from({ length: 3 * n }, () => normal(rng));
    const c = Math.cos(0.7);
    const s = Math.sin(0.7);
    const turned = new Float32Array(3 * n);
    for (let i = 0; i < n; i++) {
      const [x, y, z] = previous.subarray(3 * i, 3 * i + 3);
      turned.set([-z, c * x - s * y, s * x + c * y], 3 * i);
    }
    const back = alignTo(turned, previous, 3);
    for (let e = 0; e < 3 * n; e++) expect(back[e]).toBeCloseTo(previous[e], 5);
  });

  it("leaves scores as they are when the earlier frame was empty", () => {
    const scores = Float32Array.of(1, 2, 3, 4, 5, 6);
    expect(alignTo(scores, new Float32Array(6), 3)).toEqual(scores);
  });
});
