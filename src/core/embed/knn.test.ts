import { describe, expect, it } from "vitest";
import { validateCsr } from "../graph/csr";
import { createRng, normal } from "../random";
import { fuzzyGraph, localScales, unionGraph } from "./fuzzy-graph";
import goldens from "./goldens/fuzzy-graph.json";
import { nearestNeighbours } from "./knn";

/** Points around a few centres, the later columns narrower, as embeddings are. */
function blobs(n: number, d: number, seed: number): Float32Array {
  const rng = createRng(seed);
  const centres = Float64Array.from({ length: 5 * d }, () => 3 * normal(rng));
  return Float32Array.from({ length: n * d }, (_, e) => {
    const j = e % d;
    return (centres[(Math.floor(e / d) % 5) * d + j] + normal(rng)) * 0.9 ** j;
  });
}

/** By definition: all distances, sorted, the lower index first where they are equal. */
function byDefinition(x: Float32Array, n: number, d: number, k: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < n; i++) {
    const all: { j: number; sum: number }[] = [];
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let c = 0; c < d; c++) sum += (x[i * d + c] - x[j * d + c]) ** 2;
      if (j !== i) all.push({ j, sum });
    }
    all.sort((a, b) => a.sum - b.sum || a.j - b.j);
    out.push(...all.slice(0, k).map(({ j }) => j));
  }
  return out;
}

describe("nearest neighbours in an embedding", () => {
  it.each([
    [300, 20, 15],
    [257, 3, 5],
    [97, 1, 4],
    [50, 64, 49],
    [2, 8, 1],
  ])("of %i points in %i dimensions are those of the definition", async (n, d, k) => {
    for (const seed of [1, 2]) {
      const x = blobs(n, d, seed);
      const found = await nearestNeighbours(x, { n, d, k });
      expect(found.exact).toBe(true);
      expect([...found.indices]).toEqual(byDefinition(x, n, d, k));
      for (let e = 1; e < n * k; e++)
        if (e % k) expect(found.distances[e]).toBeGreaterThanOrEqual(found.distances[e - 1]);
    }
  });

  it("take the lower index where points coincide, and never the point itself", async () => {
    const [n, d, k] = [120, 5, 6];
    const x = blobs(n, d, 4);
    for (let i = 0; i < n; i++) x.copyWithin(i * d, (i % 12) * d, ((i % 12) + 1) * d); // each point ten times
    const found = await nearestNeighbours(x, { n, d, k });
    expect([...found.indices]).toEqual(byDefinition(x, n, d, k));
    expect(found.distances.every((v) => v === 0)).toBe(true);
  });

  it("found approximately are nearly those of the definition, and the same each time", async () => {
    const [n, d, k] = [1500, 16, 15];
    const x = blobs(n, d, 6);
    const exact = (await nearestNeighbours(x, { n, d, k })).indices;
    const close = await nearestNeighbours(x, { n, d, k, method: "approximate" });
    expect(close.exact).toBe(false);
    let hits = 0;
    for (let i = 0; i < n; i++) {
      const truth = new Set(exact.subarray(i * k, (i + 1) * k));
      const row = close.indices.subarray(i * k, (i + 1) * k);
      expect(new Set(row).size).toBe(k);
      for (const j of row) {
        expect(j).not.toBe(i);
        if (truth.has(j)) hits++;
      }
    }
    expect(hits / (n * k)).toBeGreaterThan(0.95);
    expect((await nearestNeighbours(x, { n, d, k, method: "approximate" })).indices).toEqual(close.indices);
  });

  it("refuse an embedding with a hole, naming the cell, and a k that is too large", async () => {
    const x = blobs(10, 2, 1);
    await expect(nearestNeighbours(x, { n: 10, d: 2, k: 10 })).rejects.toThrowError(/1 to 9 for 10 cells/);
    x[7] = Number.NaN;
    await expect(nearestNeighbours(x, { n: 10, d: 2, k: 3 })).rejects.toThrowError(/cell 3: value 1 is NaN/);
  });

  it("stop when asked", async () => {
    const cancelled = { progress() {}, cancelled: true };
    await expect(nearestNeighbours(blobs(500, 4, 1), { n: 500, d: 4 }, cancelled)).rejects.toThrowError(/cancelled/);
  });
});

describe("the fuzzy graph", () => {
  const knn = {
    n: goldens.n,
    k: goldens.k,
    indices: Int32Array.from(goldens.indices),
    distances: Float32Array.from(goldens.distances),
    exact: true,
  };

  it("equals umap-learn's", () => {
    // umap-learn computes in float32 and both stop the search for sigma at 1e-5
    const { rho, sigma } = localScales(knn);
    for (let i = 0; i < knn.n; i++) expect(rho[i]).toBeCloseTo(goldens.rho[i], 5);
    for (let i = 0; i < knn.n; i++) expect(Math.abs(sigma[i] / goldens.sigma[i] - 1)).toBeLessThan(2e-4);
    const graph = fuzzyGraph(knn);
    expect([...graph.indptr]).toEqual(goldens.indptr);
    expect([...graph.indices]).toEqual(goldens.columns);
    for (let e = 0; e < graph.data.length; e++) expect(Math.abs(graph.data[e] - goldens.data[e])).toBeLessThan(2e-5);
  });

  it("is symmetric, without a diagonal, with weights in (0, 1]", async () => {
    const n = 400;
    const graph = fuzzyGraph(await nearestNeighbours(blobs(n, 6, 3), { n, d: 6, k: 10 }));
    validateCsr(graph);
    const weight = new Map<number, number>();
    for (let i = 0; i < n; i++)
      for (let e = graph.indptr[i]; e < graph.indptr[i + 1]; e++) weight.set(i * n + graph.indices[e], graph.data[e]);
    for (const [key, w] of weight) {
      const [i, j] = [Math.floor(key / n), key % n];
      expect(i).not.toBe(j);
      expect(w).toBeGreaterThan(0);
      expect(w).toBeLessThanOrEqual(1);
      expect(weight.get(j * n + i)).toBe(w);
    }
  });
});

describe("the union graph", () => {
  it("joins the pairs of the fuzzy graph, with weight 1", async () => {
    const knn = await nearestNeighbours(blobs(300, 6, 3), { n: 300, d: 6, k: 10 });
    const graph = unionGraph(knn);
    const fuzzy = fuzzyGraph(knn);
    expect(graph.indptr).toEqual(fuzzy.indptr);
    expect(graph.indices).toEqual(fuzzy.indices);
    expect(graph.data.every((w) => w === 1)).toBe(true);
  });
});
