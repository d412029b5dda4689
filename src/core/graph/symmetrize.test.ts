import { describe, expect, it } from "vitest";
import { createRng } from "../random";
import { knnGraph } from "./knn";
import { symmetrize } from "./symmetrize";
import { pointSets, rowsOf } from "./testing/point-sets";

const graph = knnGraph(pointSets.uniform(4), { k: 5 });
const has = rowsOf(graph).map((row) => new Set(row));
const all = [...has.keys()];

describe("symmetrize", () => {
  it("by union keeps an edge that is there either way, by intersection one that is there both ways", () => {
    const union = symmetrize(graph, "union");
    const both = symmetrize(graph, "intersection");
    expect(rowsOf(union)).toEqual(all.map((i) => all.filter((j) => has[i].has(j) || has[j].has(i))));
    expect(rowsOf(both)).toEqual(all.map((i) => all.filter((j) => has[i].has(j) && has[j].has(i))));
  });

  it("doubled lists the edges and their reverse, a mutual pair twice each way", () => {
    const expected = all.map((i) => all.flatMap((j) => [...(has[i].has(j) ? [j] : []), ...(has[j].has(i) ? [j] : [])]));
    expect(rowsOf(symmetrize(graph, "doubled"))).toEqual(expected);
    expect(symmetrize(graph, "none")).toBe(graph);
  });

  it("gives every edge the distance between its ends", () => {
    const positions = pointSets.uniform(4);
    for (const mode of ["union", "intersection", "doubled"] as const) {
      const { nNodes, indptr, indices, distances } = symmetrize(graph, mode);
      for (let i = 0; i < nNodes; i++)
        for (let e = indptr[i]; e < indptr[i + 1]; e++) {
          const dx = positions[2 * i] - positions[2 * indices[e]];
          const dy = positions[2 * i + 1] - positions[2 * indices[e] + 1];
          expect(distances[e]).toBe(Math.fround(Math.sqrt(dx * dx + dy * dy)));
        }
    }
  });

  it("doubled of 121,767 points at k = 6 has the 1,461,204 edges of the eight-method study", () => {
    const rng = createRng(1);
    const positions = Float32Array.from({ length: 2 * 121_767 }, () => 8000 * rng());
    expect(symmetrize(knnGraph(positions, { k: 6 }), "doubled").indices).toHaveLength(1_461_204);
  });
});
