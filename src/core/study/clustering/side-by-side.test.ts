import { expect, test } from "vitest";
import { createRng, normal } from "../../random";
import { sideBySide } from "./side-by-side";
import { networkSeed } from "./train-networks";

test("networks of one run and of runs beside each other have seeds of their own", () => {
  const seeds = [0, 1, 2, 3].flatMap((seed) => [0, 1, 2, 3].map((m) => networkSeed(seed, m)));
  expect(new Set(seeds).size).toBe(16);
  expect(networkSeed(3, 0)).toBe(3);
});

test("embeddings stand side by side over one scale, each cell's in its row", () => {
  const rng = createRng(2);
  const a = Float32Array.from({ length: 50 * 2 }, () => 5 + normal(rng));
  const b = Float32Array.from({ length: 50 * 3 }, () => 100 * normal(rng));
  const both = sideBySide([a, b], 50);
  const ratios = (from: Float32Array, d: number, at: number) =>
    Array.from({ length: 50 * d }, (_, e) => both[Math.floor(e / d) * 5 + at + (e % d)] / from[e]);
  const [ofA, ofB] = [ratios(a, 2, 0), ratios(b, 3, 2)];
  for (const of of [ofA, ofB]) for (const r of of) expect(r).toBeCloseTo(of[0], 5);
  expect(ofA[0] / ofB[0]).toBeGreaterThan(80);
});

test("an embedding alone is left as it is, one in which nothing varies stays finite, one of other cells is refused", () => {
  const a = new Float32Array(50).fill(3);
  expect(sideBySide([a], 50)).toBe(a);
  expect(sideBySide([new Float32Array(4), new Float32Array(4)], 2).every((v) => v === 0)).toBe(true);
  expect(() => sideBySide([a, a], 40)).toThrowError(/side by side/);
});
