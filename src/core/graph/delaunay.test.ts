import { describe, expect, it } from "vitest";
import { connectedComponents } from "./components";
import { delaunayGraph } from "./delaunay";
import { symmetrize } from "./symmetrize";
import { pointSets, rowsOf, squaredDistance } from "./testing/point-sets";

describe("delaunayGraph", () => {
  it("holds the nearest neighbour of every cell and is planar", () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const positions = pointSets.uniform(seed);
      const n = positions.length / 2;
      const graph = delaunayGraph(positions, { maxEdgeMicrons: null });
      const rows = rowsOf(graph);
      // Euler: at most 3n - 6 edges, both directions
      expect(graph.indices.length).toBeLessThanOrEqual(2 * (3 * n - 6));
      for (let i = 0; i < n; i++) {
        const others = [...Array(n).keys()].filter((j) => j !== i);
        const nearest = others.reduce((a, b) =>
          squaredDistance(positions, i, b) < squaredDistance(positions, i, a) ? b : a,
        );
        expect(rows[i]).toContain(nearest);
      }
    }
  });

  it("runs both ways, ascending, in one piece, without loops or repeats, on every point set", () => {
    for (const points of Object.values(pointSets)) {
      const graph = delaunayGraph(points(3), { maxEdgeMicrons: null });
      expect(rowsOf(symmetrize(graph, "intersection"))).toEqual(rowsOf(graph));
      expect(connectedComponents(graph).count).toBe(1);
      rowsOf(graph).forEach((row, i) => {
        expect(row).toEqual([...new Set(row)].sort((a, b) => a - b).filter((j) => j !== i));
      });
    }
  });

  it("links cells on one line in order and cells in one place to the first of them", () => {
    const line = Float32Array.of(0, 0, 30, 30, 10, 10, 20, 20);
    expect(rowsOf(delaunayGraph(line, { maxEdgeMicrons: null }))).toEqual([[2], [3], [0, 3], [1, 2]]);
    const twins = Float32Array.of(5, 5, 0, 0, 9, 0, 5, 5, 5, 5);
    expect(rowsOf(delaunayGraph(twins, { maxEdgeMicrons: null }))).toEqual([[1, 2, 3, 4], [0, 2], [0, 1], [0], [0]]);
  });

  it("leaves out edges longer than the limit and keeps one that is as long", () => {
    const positions = Float32Array.of(0, 0, 3, 4, 0, 20);
    expect(rowsOf(delaunayGraph(positions, { maxEdgeMicrons: 5 }))).toEqual([[1], [0], []]);
    expect(() => delaunayGraph(positions, { maxEdgeMicrons: 0 })).toThrow(/longest edge is 0 µm/);
  });

  it("takes sections of none, one and two cells", () => {
    expect(delaunayGraph(new Float32Array(0), { maxEdgeMicrons: null }).nNodes).toBe(0);
    const graph = delaunayGraph(Float32Array.of(0, 0, 1, 1, 2, 2), {
      maxEdgeMicrons: null,
      sectionCodes: Int8Array.of(0, 1, 0),
    });
    expect(rowsOf(graph)).toEqual([[2], [], [0]]);
  });
});
