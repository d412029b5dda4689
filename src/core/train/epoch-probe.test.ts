import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { openForTest } from "../kernels/testing/backends";
import { quiet } from "../task";
import { smallTissue } from "../testing/small-tissue";
import { probeEpoch } from "./epoch-probe";
import { defaultRecipe } from "./recipe";
import { tissuePart } from "./tissue-part";

const { slice, graph } = smallTissue({ side: 40, nVars: 30 });

describe("a part of a tissue", () => {
  test("hangs together, and keeps the edges among its cells and their counts", () => {
    const part = tissuePart(slice, graph, 300);
    expect(part.slice.nObs).toBe(300);
    expect(part.graph.nNodes).toBe(300);
    expect(part.slice.X.indptr[300]).toBe(part.slice.X.data.length);
    // a patch of a square lattice: four neighbours inside, fewer at its rim
    expect(part.graph.indices.length).toBeGreaterThan(3.5 * 300);
    const { indptr, indices } = part.graph;
    const reached = new Set([0]);
    for (const i of reached) for (const j of indices.subarray(indptr[i], indptr[i + 1])) reached.add(j);
    expect(reached.size).toBe(300);
    const counts = (s: typeof slice, i: number) => [
      ...s.X.indices.subarray(s.X.indptr[i], s.X.indptr[i + 1]),
      ...s.X.data.subarray(s.X.indptr[i], s.X.indptr[i + 1]),
    ];
    const first = counts(part.slice, 0).join();
    expect(Array.from({ length: slice.nObs }, (_, i) => counts(slice, i).join())).toContain(first);
  });

  test("of all cells is the whole tissue", () => {
    const part = tissuePart(slice, graph, slice.nObs);
    expect(part.graph).toEqual(graph);
    expect(part.slice.X).toEqual(slice.X);
  });

  test("goes on in the next component where one is used up", () => {
    const { nNodes } = graph;
    const alone = {
      ...graph,
      indptr: new Uint32Array(nNodes + 1),
      indices: new Uint32Array(),
      distances: new Float32Array(),
    };
    expect(tissuePart(slice, alone, 17).slice.nObs).toBe(17);
  });
});

describe("the time of an epoch", () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = (await openForTest("wasm")) as Backend;
  });
  afterAll(() => backend.dispose());
  const recipe = defaultRecipe();

  test("of sub-graphs counts their batches", async () => {
    const epoch = async (batchSize: number) => {
      const view = { kind: "ego", hops: 2, batchSize } as const;
      return (await probeEpoch({ slice, graph, recipe: { ...recipe, view }, backend }, quiet)).milliseconds;
    };
    // eighty batches in place of four, and each more than a fifth of the work: cells in it overlap less
    expect(await epoch(20)).toBeGreaterThan(1.5 * (await epoch(400)));
  });

  test("is measured on the whole slice where patience allows, and leaves no tensor behind", async () => {
    const before = backend.memory().tensors;
    const { milliseconds, cells } = await probeEpoch({ slice, graph, recipe, backend, patienceMs: 20_000 }, quiet);
    expect(cells).toBe(slice.nObs);
    expect(milliseconds).toBeGreaterThan(0);
    expect(backend.memory().tensors).toBe(before);
  });

  test("is extrapolated from a part where it does not", async () => {
    const { milliseconds, cells } = await probeEpoch({ slice, graph, recipe, backend, patienceMs: 1 }, quiet);
    expect(cells).toBe(1024);
    expect(milliseconds).toBeGreaterThan(0);
  });

  test("is not measured any further once that is cancelled", async () => {
    const cancelled = { ...quiet, cancelled: true };
    await expect(probeEpoch({ slice, graph, recipe, backend }, cancelled)).rejects.toMatchObject({ code: "cancelled" });
    expect(backend.memory().tensors).toBe(0);
  });
});
