import { describe, expect, it } from "vitest";
import { type Csr, validateCsr } from "./csr";
import { knnGraph } from "./knn";
import { gcnNormalized, meanNormalized, unweighted } from "./normalize";
import { radiusGraph } from "./radius";
import { addSelfLoops } from "./self-loops";
import type { SpatialGraph } from "./spatial-graph";
import { symmetrize } from "./symmetrize";
import { pointSets, rowsOf } from "./testing/point-sets";

const points = pointSets.uniform(9);
const graphs: Record<string, SpatialGraph> = {
  directed: knnGraph(points, { k: 4 }),
  union: symmetrize(knnGraph(points, { k: 4 }), "union"),
  doubled: symmetrize(knnGraph(points, { k: 4 }), "doubled"),
  "with isolated cells": radiusGraph(points, { radiusMicrons: 12 }),
};

function dense({ nRows, nCols, indptr, indices, data }: Csr): number[][] {
  const rows = Array.from({ length: nRows }, () => Array<number>(nCols).fill(0));
  for (let i = 0; i < nRows; i++) for (let e = indptr[i]; e < indptr[i + 1]; e++) rows[i][indices[e]] += data[e];
  return rows;
}

describe("weights of a graph", () => {
  for (const [name, graph] of Object.entries(graphs)) {
    it(`of a graph convolution are D^-½ (A + I) D^-½ (${name})`, () => {
      const weights = gcnNormalized(graph);
      validateCsr(weights);
      const adjacency = dense(unweighted(graph));
      adjacency.forEach((row, i) => {
        row[i] += 1;
      });
      const degree = adjacency.map((row) => row.reduce((a, b) => a + b));
      const errors = dense(weights).map((row, i) =>
        Math.max(...row.map((w, j) => Math.abs(w - adjacency[i][j] / Math.sqrt(degree[i] * degree[j])))),
      );
      expect(Math.max(...errors)).toBeLessThan(1e-6); // single precision
    });

    it(`of a mean sum to one in every row that has neighbours (${name})`, () => {
      const sums = dense(meanNormalized(graph)).map((row) => row.reduce((a, b) => a + b));
      sums.forEach((sum, i) => {
        expect(sum).toBeCloseTo(graph.indptr[i] === graph.indptr[i + 1] ? 0 : 1, 6);
      });
    });
  }

  it("without self-loops leave isolated rows empty and finite", () => {
    const { data, indices } = gcnNormalized(graphs["with isolated cells"], { selfLoops: false });
    expect(indices).toHaveLength(graphs["with isolated cells"].indices.length);
    expect(data.every(Number.isFinite)).toBe(true);
  });
});

describe("addSelfLoops", () => {
  it("puts each cell into its own row, ascending, at distance 0, and no second time", () => {
    for (const graph of Object.values(graphs)) {
      const looped = addSelfLoops(graph);
      expect(rowsOf(looped)).toEqual(rowsOf(graph).map((row, i) => [...row, i].sort((a, b) => a - b)));
      expect(looped.distances.filter((d) => d === 0)).toHaveLength(graph.nNodes);
      expect(addSelfLoops(looped)).toEqual(looped);
    }
  });
});
