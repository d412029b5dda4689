import { describe, expect, test } from "vitest";
import type { Block } from "./blocks";
import type { Csr } from "./csr";
import { gcnNormalized, meanNormalized } from "./normalize";
import { paddedSize } from "./padded-size";
import { radiusGraph } from "./radius";
import type { SpatialGraph } from "./spatial-graph";
import { createSubGraphs, type SubGraph } from "./sub-graphs";
import { pointSets } from "./testing/point-sets";
import type { ViewRecipe } from "./view";

const graph = radiusGraph(pointSets.uniform(4), { radiusMicrons: 38 });
const { nNodes } = graph; // 160, of 7 neighbours more or less
const matrices = { gcn: gcnNormalized(graph), sage: meanNormalized(graph) };
const features = Float64Array.from({ length: nNodes }, (_, i) => Math.sin(i * 1.7) + (i % 5));

/** One value a row: what `layers` products with the matrix make of the features, nothing in between. */
function throughAll(matrix: Csr, layers: number): Float64Array {
  let x: Float64Array = features;
  for (let l = 0; l < layers; l++) x = product(matrix, x);
  return x;
}

function throughBlocks({ cells, blocks }: SubGraph): Float64Array {
  let x: Float64Array = Float64Array.from(cells, (cell) => (cell < 0 ? Number.NaN : features[cell]));
  for (const block of blocks) {
    expect(x.length).toBe(block.nCols);
    x = product(block, x);
    // what stands in padding rows must reach nobody
    x.fill(Number.NaN, block.nValid);
  }
  return x;
}

function product({ nRows, indptr, indices, data }: Omit<Csr, "nCols">, x: Float64Array): Float64Array {
  return Float64Array.from({ length: nRows }, (_, i) => {
    let sum = 0;
    for (let e = indptr[i]; e < indptr[i + 1]; e++) sum += data[e] * x[indices[e]];
    return sum;
  });
}

function everySubGraph(matrix: Csr, view: Exclude<ViewRecipe, { kind: "full" }>, layers: number, epoch = 0) {
  const subGraphs = createSubGraphs(matrix, { view, layers, seed: 3 });
  return Array.from({ length: subGraphs.nBatches }, (_, batch) => subGraphs.cut(epoch, batch));
}

const targetsOf = ({ cells, nTargets }: SubGraph): number[] => [...cells.subarray(0, nTargets)];
const views = [
  { kind: "ego", hops: 3, batchSize: 32 },
  { kind: "ego", hops: 1, batchSize: 32 },
  { kind: "sample", fanOuts: [4, 2], batchSize: 32 },
] as const;

describe.each(views)("sub-graphs of kind $kind, $hops hops", (view) => {
  test("take every cell as a target once an epoch, in an order of the seed and the epoch", () => {
    const order = (epoch: number) => everySubGraph(matrices.sage, view, 2, epoch).flatMap(targetsOf);
    expect([...order(0)].sort((a, b) => a - b)).toEqual(Array.from({ length: nNodes }, (_, i) => i));
    expect(order(0)).toEqual(order(0));
    expect(order(1)).not.toEqual(order(0));
  });

  test("are the same whatever was cut before", () => {
    const subGraphs = createSubGraphs(matrices.gcn, { view, layers: 3, seed: 3 });
    const second = subGraphs.cut(1, 2);
    subGraphs.cut(0, 5);
    expect(subGraphs.cut(1, 2)).toEqual(second);
  });

  test("are padded to few sizes, with empty rows and unknown cells, and each transpose holds the same entries", () => {
    for (const subGraph of everySubGraph(matrices.gcn, view, 3)) {
      const { cells, nCells, blocks } = subGraph;
      expect(cells.length).toBe(paddedSize(nCells));
      expect(cells.subarray(0, nCells).every((cell) => cell >= 0 && cell < nNodes)).toBe(true);
      expect(cells.subarray(nCells).every((cell) => cell === -1)).toBe(true);
      expect(blocks[0].nCols).toBe(cells.length);
      expect(blocks[2].nValid).toBe(subGraph.nTargets);
      for (const block of blocks) {
        expect(block.nRows).toBe(paddedSize(block.nValid));
        expect(block.indices.length).toBe(paddedSize(block.indptr[block.nRows]));
        expect(block.indptr[block.nValid]).toBe(block.indptr[block.nRows]);
        expectTransposed(block);
      }
    }
  });
});

describe.each([1, 2, 3])("merged ego-nets for %i layers", (layers) => {
  test.each(["gcn", "sage"] as const)("give every target what the full graph gives it (%s)", (kind) => {
    const expected = throughAll(matrices[kind], layers);
    for (const subGraph of everySubGraph(matrices[kind], { kind: "ego", hops: 5, batchSize: 37 }, layers)) {
      const got = throughBlocks(subGraph);
      for (const [i, cell] of targetsOf(subGraph).entries()) expect(got[i]).toBeCloseTo(expected[cell], 12);
    }
  });

  test("hold no cell twice", () => {
    for (const { cells, nCells } of everySubGraph(matrices.gcn, { kind: "ego", hops: layers, batchSize: 64 }, layers)) {
      expect(new Set(cells.subarray(0, nCells)).size).toBe(nCells);
    }
  });
});

test("ego-nets shorter than the network are those of each target alone, whoever else is in the batch", () => {
  const [layers, hops] = [4, 2];
  for (const matrix of Object.values(matrices)) {
    for (const subGraph of everySubGraph(matrix, { kind: "ego", hops, batchSize: 50 }, layers)) {
      const got = throughBlocks(subGraph);
      for (const [i, cell] of targetsOf(subGraph).entries())
        expect(got[i]).toBeCloseTo(throughEgoNet(matrix, cell, hops, layers), 5);
    }
  }
});

describe("sampled neighbours", () => {
  const ring = wheel(12);
  const matrix = meanNormalized(ring);

  test("are at most the fan-out of their layer, none twice, and weigh as much together as all did", () => {
    const view = { kind: "sample", fanOuts: [5, 3, 1], batchSize: 40 } as const;
    for (const { blocks } of everySubGraph(matrices.gcn, view, 3)) {
      for (const [l, { indptr, indices, nValid }] of blocks.entries()) {
        for (let i = 0; i < nValid; i++) {
          const row = indices.subarray(indptr[i], indptr[i + 1]);
          expect(row.includes(i)).toBe(true); // itself, which is not counted
          expect(row.length - 1).toBeLessThanOrEqual(view.fanOuts[2 - l]);
          expect(new Set(row).size).toBe(row.length);
        }
      }
    }
    for (const { blocks } of everySubGraph(matrices.sage, view, 3)) {
      for (const { indptr, data, nValid } of blocks)
        for (let i = 0; i < nValid; i++)
          if (indptr[i] < indptr[i + 1])
            expect(data.subarray(indptr[i], indptr[i + 1]).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    }
  });

  test("are drawn evenly over epochs, and anew from cell to cell", () => {
    const epochs = 2000;
    const counts = new Float64Array(12);
    const pairs = new Set<string>();
    const view = { kind: "sample", fanOuts: [3], batchSize: 13 } as const;
    const subGraphs = createSubGraphs(matrix, { view, layers: 1, seed: 1 });
    for (let epoch = 0; epoch < epochs; epoch++) {
      const { cells, blocks } = subGraphs.cut(epoch, 0);
      const hub = cells.indexOf(12);
      const { indptr, indices } = blocks[0];
      const drawn = Array.from(indices.subarray(indptr[hub], indptr[hub + 1]), (at) => cells[at]);
      for (const cell of drawn) counts[cell]++;
      pairs.add(drawn.sort((a, b) => a - b).join());
    }
    // 3 of 12, so 500 each: chi-square with 11 degrees of freedom stays below 31 in 99.9 % of all seeds
    const chiSquare = counts.reduce((sum, n) => sum + (n - 500) ** 2 / 500, 0);
    expect(chiSquare).toBeLessThan(31);
    expect(pairs.size).toBe(220); // of 220 choices
  });

  test("do not depend on the batch", () => {
    const heard = (batchSize: number) => {
      const view = { kind: "sample", fanOuts: [3, 2], batchSize } as const;
      const values = new Map<number, number>();
      for (const subGraph of everySubGraph(matrices.gcn, view, 2)) {
        const got = throughBlocks(subGraph);
        for (const [i, cell] of targetsOf(subGraph).entries()) values.set(cell, got[i]);
      }
      return Array.from({ length: nNodes }, (_, cell) => values.get(cell) as number);
    };
    const alone = heard(1);
    heard(64).forEach((value, cell) => {
      expect(value).toBeCloseTo(alone[cell], 6);
    });
  });

  test("give the full graph's sums on average", () => {
    const expected = throughAll(matrices.gcn, 1);
    const view = { kind: "sample", fanOuts: [3], batchSize: nNodes } as const;
    const subGraphs = createSubGraphs(matrices.gcn, { view, layers: 1, seed: 8 });
    const epochs = 400;
    const mean = new Float64Array(nNodes);
    for (let epoch = 0; epoch < epochs; epoch++) {
      const subGraph = subGraphs.cut(epoch, 0);
      const got = throughBlocks(subGraph);
      for (const [i, cell] of targetsOf(subGraph).entries()) mean[cell] += got[i] / epochs;
    }
    const errors = mean.map((value, cell) => Math.abs(value - expected[cell]));
    expect(Math.max(...errors)).toBeLessThan(0.4); // one draw errs by about 1, and 400 of them by a twentieth of that
    expect(errors.reduce((a, b) => a + b) / nNodes).toBeLessThan(0.06);
  });

  test("are all there where the fan-out is large enough", () => {
    const expected = throughAll(matrices.gcn, 2);
    for (const subGraph of everySubGraph(matrices.gcn, { kind: "sample", fanOuts: [1000], batchSize: 64 }, 2)) {
      const got = throughBlocks(subGraph);
      for (const [i, cell] of targetsOf(subGraph).entries()) expect(got[i]).toBeCloseTo(expected[cell], 12);
    }
  });
});

test("padded sizes are few, ordered, and at most a quarter too large", () => {
  const sizes = Array.from({ length: 4000 }, (_, n) => paddedSize(n + 1));
  expect(new Set(sizes).size).toBeLessThan(40);
  sizes.forEach((size, i) => {
    expect(size).toBeGreaterThanOrEqual(Math.max(16, i + 1));
    if (i >= 16) expect(size).toBeLessThanOrEqual(1.25 * (i + 1));
    if (i > 0) expect(size).toBeGreaterThanOrEqual(sizes[i - 1]);
  });
});

/** By the definition: the target's own sub-graph, with lost neighbours' weight given to those left. */
function throughEgoNet(matrix: Csr, target: number, hops: number, layers: number): number {
  let inside = new Set([target]);
  for (let h = 0; h < hops; h++)
    inside = new Set(
      [...inside].flatMap((i) => [i, ...matrix.indices.subarray(matrix.indptr[i], matrix.indptr[i + 1])]),
    );
  let x = new Map([...inside].map((i) => [i, features[i]]));
  for (let l = 0; l < layers; l++) {
    const next = new Map<number, number>();
    for (const i of inside) {
      let [own, others, nAll, nInside] = [0, 0, 0, 0];
      for (let e = matrix.indptr[i]; e < matrix.indptr[i + 1]; e++) {
        const j = matrix.indices[e];
        const value = matrix.data[e] * (x.get(j) ?? 0);
        if (j === i) own += value;
        else {
          nAll++;
          if (inside.has(j)) nInside++;
          others += value;
        }
      }
      next.set(i, own + (nInside === 0 ? 0 : (others * nAll) / nInside));
    }
    x = next;
  }
  return x.get(target) as number;
}

function expectTransposed({ nRows, nCols, indptr, indices, data, transposed }: Block): void {
  const dense = new Map<string, number>();
  for (let i = 0; i < nRows; i++)
    for (let e = indptr[i]; e < indptr[i + 1]; e++) dense.set(`${i} ${indices[e]}`, data[e]);
  let n = 0;
  for (let j = 0; j < nCols; j++) {
    for (let e = transposed.indptr[j]; e < transposed.indptr[j + 1]; e++, n++) {
      expect(transposed.data[e]).toBe(dense.get(`${transposed.indices[e]} ${j}`));
      expect(indices[transposed.from[e]]).toBe(j);
      expect(data[transposed.from[e]]).toBe(transposed.data[e]);
      if (e > transposed.indptr[j]) expect(transposed.indices[e]).toBeGreaterThan(transposed.indices[e - 1]);
    }
  }
  expect(n).toBe(indptr[nRows]);
}

/** A hub, the last node, that hears all of `n` others, which hear it. */
function wheel(n: number): SpatialGraph {
  const indptr = Uint32Array.from({ length: n + 2 }, (_, i) => (i <= n ? i : 2 * n));
  const indices = Uint32Array.from({ length: 2 * n }, (_, e) => (e < n ? n : e - n));
  return { nNodes: n + 1, indptr, indices, distances: new Float32Array(2 * n) };
}

/** Guards the tests above: a graph without variety would prove nothing. */
test("the graph that is tested has cells of many degrees", () => {
  const degrees = new Set(Array.from(graph.indptr.subarray(1), (end, i) => end - graph.indptr[i]));
  expect(degrees.size).toBeGreaterThan(6);
});
