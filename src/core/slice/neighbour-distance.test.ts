import { describe, expect, test } from "vitest";
import { createRng, normal } from "../random";
import { median, medianNeighbourDistance, nearestDistances } from "./neighbour-distance";

/** Distances to the k nearest of the same section by looking at every pair. */
function everyPair(positions: Float32Array, codes: ArrayLike<number>, k: number): Float64Array {
  const n = codes.length;
  const out = new Float64Array(n * k).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < n; i++) {
    const all: number[] = [];
    for (let j = 0; j < n; j++)
      if (j !== i && codes[j] === codes[i])
        all.push(Math.hypot(positions[2 * j] - positions[2 * i], positions[2 * j + 1] - positions[2 * i + 1]));
    out.set(all.sort((a, b) => a - b).slice(0, k), i * k);
  }
  return out;
}

describe("distances to the nearest cells", () => {
  const layouts = {
    "a cloud": (rng: () => number) => [normal(rng), normal(rng)],
    "a line": (rng: () => number) => [rng() * 1000, 5],
    "two far clumps": (rng: () => number) => [(rng() < 0.5 ? 0 : 1e5) + rng(), rng()],
    "few places shared by many": (rng: () => number) => [Math.floor(rng() * 4), Math.floor(rng() * 4)],
  };
  for (const [name, draw] of Object.entries(layouts))
    test(`are those of looking at every pair, in ${name}`, () => {
      for (let seed = 0; seed < 5; seed++) {
        const rng = createRng(seed);
        const n = 150;
        const positions = Float32Array.from(Array.from({ length: n }, () => draw(rng)).flat());
        const codes = Int8Array.from({ length: n }, () => Math.floor(rng() * 3));
        for (const k of [1, 7])
          expect(nearestDistances(positions, codes, k).distances).toEqual(everyPair(positions, codes, k));
      }
    });

  test("never look across sections, and are none where every section has one cell", () => {
    const positions = Float32Array.of(0, 0, 1, 0, 100, 0, 103, 0);
    expect(medianNeighbourDistance(positions, [0, 1, 0, 1])).toBe(101);
    expect(medianNeighbourDistance(positions, [0, 1, 2, 3])).toBeNaN();
  });

  test("of a million cells are sampled, and come out the same each time", () => {
    const rng = createRng(3);
    const positions = Float32Array.from({ length: 600_000 }, () => rng() * 5000);
    const codes = new Int8Array(300_000);
    const start = performance.now();
    const spacing = medianNeighbourDistance(positions, codes);
    expect(performance.now() - start).toBeLessThan(5000);
    // of points thrown at random with density d the median distance is sqrt(ln 2 / (π d))
    expect(spacing).toBeCloseTo(Math.sqrt(Math.LN2 / (Math.PI * (300_000 / 5000 ** 2))), 0);
    expect(medianNeighbourDistance(positions, codes)).toBe(spacing);
  });

  test("have a median that is the mean of the two in the middle", () => {
    expect(median(Float64Array.of(4, 1, 3, 2))).toBe(2.5);
    expect(median(Float64Array.of(9, 1, 3))).toBe(3);
    expect(median(new Float64Array())).toBeNaN();
  });
});
