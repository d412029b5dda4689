import { describe, expect, it } from "vitest";
import { knnGraph } from "../../graph/knn";
import { pca, project } from "../../preprocess/pca";
import { truncatedPca } from "../../preprocess/truncated-pca";
import { createRng, normal } from "../../random";
import type { Slice } from "../../slice/slice";
import { packStrings } from "../../slice/utf8-column";
import { smallTissue } from "../../testing/small-tissue";
import { banksy, banksyMatrix } from "./banksy";
import { baselines, embedBaseline } from "./baseline";
import { expressionPca } from "./expression-pca";
import goldens from "./goldens/baselines.json";
import { neighbourMean } from "./neighbour-mean";

const { n, g, k, components } = goldens;
const slice = sliceOf(goldens.counts, goldens.xy);
const graph = knnGraph(slice.spatial, { k });

/** Columns may differ in sign from another library's. */
function expectColumns(actual: Float32Array, expected: readonly number[], size: number): void {
  for (let c = 0; c < size; c++) {
    let dot = 0;
    for (let i = c; i < expected.length; i += size) dot += actual[i] * expected[i];
    const sign = Math.sign(dot);
    // values near 10, kept in float32
    for (let i = c; i < expected.length; i += size) expect(Math.abs(sign * actual[i] - expected[i])).toBeLessThan(2e-5);
  }
}

describe("baselines against scikit-learn and the formula in numpy", () => {
  it("principal components of standardised and of plain log1p expression", () => {
    const { scores, variance } = expressionPca(slice, { nComponents: components });
    expectColumns(scores, goldens.pca.scores, components);
    goldens.pca.variance.forEach((v, c) => {
      // with n - 1; inverse deviations are float32
      expect(variance[c] / v).toBeCloseTo(1, 5);
    });
    const plain = expressionPca(slice, { nComponents: components, input: "log1p" });
    goldens.log1p.forEach((v, c) => {
      expect(plain.variance[c] / v).toBeCloseTo(1, 5);
    });
  });

  it("neighbour means, once and twice", () => {
    const { scores } = expressionPca(slice, { nComponents: components });
    for (const means of ["once", "twice"] as const) {
      const { embedding } = neighbourMean(scores, { n, d: components }, graph, means);
      expectColumns(embedding, goldens.means[means], components);
    }
  });

  it.each(Object.entries(goldens.banksy))("BANKSY with lambda %s", (lambda, golden) => {
    const { columns, nCols } = banksyMatrix(slice, { lambda: Number(lambda), k });
    golden.matrix.forEach((v, e) => {
      expect(Math.abs(columns[e % nCols][Math.floor(e / nCols)] - v)).toBeLessThan(1e-4);
    });
    const { variance } = banksy(slice, { lambda: Number(lambda), k, nComponents: components });
    golden.variance.forEach((v, c) => {
      expect(variance[c] / v).toBeCloseTo(1, 4);
    });
  });
});

describe("truncated PCA", () => {
  it("is PCA, for wide, tall and rank-deficient matrices, with the same signs", () => {
    for (const [rows, cols, rank] of [
      [40, 25, 25],
      [20, 60, 60],
      [50, 12, 3],
    ]) {
      const rng = createRng(rows);
      const left = Float64Array.from({ length: rows * rank }, () => normal(rng));
      const right = Float64Array.from({ length: rank * cols }, () => normal(rng));
      const x = new Float32Array(rows * cols);
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < cols; j++)
          for (let r = 0; r < rank; r++) x[i * cols + j] += left[i * rank + r] * right[r * cols + j];
      const full = pca(x, { n: rows, d: cols, nComponents: 5 });
      const at = (i: number, j: number) => x[i * cols + j] - full.mean[j];
      const found = truncatedPca(
        {
          nRows: rows,
          nCols: cols,
          times(v, out) {
            for (let i = 0; i < rows; i++) {
              out[i] = 0;
              for (let j = 0; j < cols; j++) out[i] += at(i, j) * v[j];
            }
          },
          transposedTimes(u, out) {
            out.fill(0);
            for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) out[j] += at(i, j) * u[i];
          },
        },
        { nComponents: 5 },
      );
      const scores = project(full, x, rows);
      for (let c = 0; c < Math.min(5, rank); c++) {
        expect(found.variance[c] / full.variance[c]).toBeCloseTo(1, 6);
        for (let i = 0; i < rows; i++) expect(Math.abs(found.scores[i * 5 + c] - scores[i * 5 + c])).toBeLessThan(1e-3);
      }
    }
  });
});

describe("every baseline", () => {
  const tissue = smallTissue({ nVars: 6 });

  it.each(Object.entries(baselines))("%s gives finite numbers, the same for the same words", (_, recipe) => {
    const { embedding, size } = embedBaseline(tissue.slice, tissue.graph, recipe);
    expect(embedding.length).toBe(tissue.slice.nObs * size);
    expect(embedding.every(Number.isFinite)).toBe(true);
    expect(new Set(embedding).size).toBeGreaterThan(50);
    expect(embedBaseline(tissue.slice, tissue.graph, recipe).embedding).toEqual(embedding);
  });

  it("puts own, mean and mean of means side by side", () => {
    const x = Float32Array.of(1, 3, 8);
    const line = {
      nNodes: 3,
      indptr: Uint32Array.of(0, 1, 2, 2),
      indices: Uint32Array.of(1, 0),
      distances: Float32Array.of(1, 1),
    };
    const { embedding, size } = neighbourMean(x, { n: 3, d: 1 }, line, "all");
    expect(size).toBe(3);
    expect([...embedding]).toEqual([1, 2, 2, 3, 2, 2, 8, 8, 8]);
  });

  it("says what it refuses", () => {
    expect(() => banksy(slice, { lambda: 2 })).toThrowError(/lambda from 0 to 1/);
    expect(() => expressionPca(slice, { nComponents: 0 })).toThrowError(/components from 1/);
    expect(() => neighbourMean(new Float32Array(4), { n: 2, d: 2 }, graph)).toThrowError(/Neighbour mean/);
  });
});

function sliceOf(counts: readonly number[], xy: readonly number[]): Slice {
  const indptr = new Uint32Array(n + 1);
  const indices: number[] = [];
  const data: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < g; j++) {
      if (counts[i * g + j] === 0) continue;
      indices.push(j);
      data.push(counts[i * g + j]);
    }
    indptr[i + 1] = indices.length;
  }
  const names = (length: number) => Array.from({ length }, (_, i) => `${i}`);
  return {
    name: "golden",
    nObs: n,
    nVars: g,
    X: { indptr, indices: Uint16Array.from(indices), data: Uint16Array.from(data) },
    countState: "counts",
    obsNames: packStrings(names(n)),
    varNames: names(g),
    spatial: Float32Array.from(xy),
    unit: { name: "µm", micronsPerUnit: 1, origin: "declared" },
    obs: [],
    section: { codes: new Int8Array(n), names: ["golden"] },
    provenance: { file: "", format: "simulated", matrix: "X", notes: [] },
  };
}
