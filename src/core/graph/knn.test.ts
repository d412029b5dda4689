import { describe, expect, it } from "vitest";
import { LabError } from "../errors";
import { createRng } from "../random";
import { knnGraph } from "./knn";
import { pointSets, rowsOf, squaredDistance } from "./testing/point-sets";

/** The definition: all others of the section by distance, then by number; the first k, ascending. */
function nearestByDefinition(positions: Float32Array, codes: Int8Array): (k: number) => number[][] {
  const n = positions.length / 2;
  const byDistance = Array.from({ length: n }, (_, i) =>
    [...Array(n).keys()]
      .filter((j) => j !== i && codes[j] === codes[i])
      .sort((a, b) => squaredDistance(positions, i, a) - squaredDistance(positions, i, b) || a - b),
  );
  return (k) => byDistance.map((others) => others.slice(0, k).sort((a, b) => a - b));
}

describe("knnGraph", () => {
  for (const [name, points] of Object.entries(pointSets))
    it(`finds the nearest of ${name}, ties to the lower number`, () => {
      for (const seed of [1, 2, 3]) {
        const positions = points(seed);
        const n = positions.length / 2;
        const codes = Int8Array.from({ length: n }, (_, i) => (i * seed) % seed);
        const nearest = nearestByDefinition(positions, codes);
        for (const k of [1, 4, 6, 13])
          expect(rowsOf(knnGraph(positions, { k, sectionCodes: codes }))).toEqual(nearest(k));
      }
    });

  it("never crosses sections, however close they lie", () => {
    const rng = createRng(5);
    const positions = Float32Array.from({ length: 300 }, () => 100 * rng());
    const codes = Int8Array.from({ length: 150 }, () => Math.floor(3 * rng()));
    const graph = knnGraph(positions, { k: 5, sectionCodes: codes });
    expect(rowsOf(graph)).toEqual(nearestByDefinition(positions, codes)(5));
  });

  it("keeps distances in µm beside the edges", () => {
    const positions = Float32Array.of(0, 0, 3, 4, 30, 40);
    const graph = knnGraph(positions, { k: 1 });
    expect([...graph.indices]).toEqual([1, 0, 1]);
    expect([...graph.distances]).toEqual([5, 5, 45]);
  });

  it("links all cells of a section that has no more than k", () => {
    const positions = Float32Array.of(0, 0, 1, 0, 2, 0, 3, 0, 9, 9, 9, 8, 50, 50);
    const codes = Int8Array.of(0, 0, 0, 0, 1, 1, 2);
    expect(rowsOf(knnGraph(positions, { k: 3, sectionCodes: codes }))).toEqual([
      [1, 2, 3],
      [0, 2, 3],
      [0, 1, 3],
      [0, 1, 2],
      [5],
      [4],
      [],
    ]);
  });

  it("says what is wrong with k, positions and sections", () => {
    const positions = Float32Array.of(0, 0, 1, 1, 2, 2);
    for (const k of [0, 3, 1.5, -1, Number.NaN]) expect(() => knnGraph(positions, { k })).toThrow(LabError);
    expect(() => knnGraph(new Float32Array(0), { k: 6 })).toThrow(/largest section has 0 cells/);
    expect(() => knnGraph(Float32Array.of(0, 0, 1, Number.NaN), { k: 1 })).toThrow(/Cell 1 has no finite position/);
    expect(() => knnGraph(positions, { k: 1, sectionCodes: new Int8Array(2) })).toThrow(/expected 3 codes/);
  });

  it("stops when asked to", () => {
    const task = { progress() {}, cancelled: true };
    expect(() => knnGraph(pointSets.uniform(1), { k: 3 }, task)).toThrow(/was cancelled/);
  });
});
