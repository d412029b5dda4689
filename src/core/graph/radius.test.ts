import { describe, expect, it } from "vitest";
import { knnGraph } from "./knn";
import { radiusGraph } from "./radius";
import { pointSets, rowsOf, squaredDistance } from "./testing/point-sets";

function withinByDefinition(positions: Float32Array, codes: Int8Array, radius: number): number[][] {
  const n = positions.length / 2;
  return Array.from({ length: n }, (_, i) =>
    [...Array(n).keys()].filter(
      (j) => j !== i && codes[j] === codes[i] && squaredDistance(positions, i, j) <= radius * radius,
    ),
  );
}

describe("radiusGraph", () => {
  for (const [name, points] of Object.entries(pointSets))
    it(`finds all within the radius on ${name}`, () => {
      for (const seed of [1, 2, 3]) {
        const positions = points(seed);
        const codes = Int8Array.from({ length: positions.length / 2 }, (_, i) => i % seed);
        for (const radius of [0.5, 25, 40, 1000])
          expect(rowsOf(radiusGraph(positions, { radiusMicrons: radius, sectionCodes: codes }))).toEqual(
            withinByDefinition(positions, codes, radius),
          );
      }
    });

  it("includes a cell exactly on the circle", () => {
    const graph = radiusGraph(Float32Array.of(0, 0, 24, 32, 24, 32.01), { radiusMicrons: 40 });
    expect(rowsOf(graph)).toEqual([[1], [0, 2], [1]]);
    expect(graph.distances[0]).toBe(40);
  });

  it("holds the k nearest if the radius reaches the k-th", () => {
    const positions = pointSets.uniform(7);
    const nearest = knnGraph(positions, { k: 6 });
    const graph = radiusGraph(positions, { radiusMicrons: Math.max(...nearest.distances) + 0.01 });
    const rows = rowsOf(graph);
    rowsOf(nearest).forEach((row, i) => {
      expect(rows[i]).toEqual(expect.arrayContaining(row));
    });
  });

  it("refuses a radius that is none and one that joins everything with everything", () => {
    const positions = pointSets.uniform(1);
    for (const radiusMicrons of [0, -1, Number.NaN, Infinity])
      expect(() => radiusGraph(positions, { radiusMicrons })).toThrow(/Radius graph: the radius is/);
    // 16,400 cells in one place would be 269 million edges: told by the count, before the edges are held
    expect(() => radiusGraph(new Float32Array(2 * 16_400), { radiusMicrons: 1 })).toThrow(
      /more than 268,435,456 edges/,
    );
  });

  it("gives an empty graph for no cells and isolated cells for a small radius", () => {
    expect(radiusGraph(new Float32Array(0), { radiusMicrons: 1 }).nNodes).toBe(0);
    expect(radiusGraph(Float32Array.of(0, 0, 9, 9), { radiusMicrons: 1 }).indices).toHaveLength(0);
  });
});
