import { expect, it } from "vitest";
import { knnGraph } from "./knn";
import { neighbourhood } from "./neighbourhood";
import { symmetrize } from "./symmetrize";
import { pointSets, rowsOf } from "./testing/point-sets";

it("lists the cells within hops, nearest hop first, with the shortest path of that many hops", () => {
  const path = knnGraph(Float32Array.of(0, 0, 10, 0, 22, 0, 36, 0), { k: 1 });
  const both = symmetrize(path, "union");
  const found = neighbourhood(both, 3, 2);
  expect([...found.cells]).toEqual([3, 2, 1]);
  expect([...found.hop]).toEqual([0, 1, 2]);
  expect([...found.distances]).toEqual([0, 14, 26]);
});

it("one hop is the row of the cell, with the lengths of its edges", () => {
  const graph = knnGraph(pointSets.uniform(2), { k: 6 });
  for (const cell of [0, 17, 159]) {
    const found = neighbourhood(graph, cell, 1);
    expect([...found.cells]).toEqual([cell, ...rowsOf(graph)[cell]]);
    expect([...found.distances.slice(1)]).toEqual([
      ...graph.distances.slice(graph.indptr[cell], graph.indptr[cell + 1]),
    ]);
  }
});

it("many hops reach the whole component once", () => {
  const graph = symmetrize(knnGraph(pointSets.uniform(2), { k: 6 }), "union");
  const { cells } = neighbourhood(graph, 0, 255);
  expect(new Set(cells).size).toBe(cells.length);
  expect(cells.length).toBe(graph.nNodes);
});

it("refuses a cell that is not there and hops that are none", () => {
  const graph = knnGraph(pointSets.uniform(2), { k: 2 });
  expect(() => neighbourhood(graph, 160, 1)).toThrow(/Cell 160 is not in the graph/);
  expect(() => neighbourhood(graph, 0, -1)).toThrow(/-1 hops/);
});
