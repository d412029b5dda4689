import { expect, test } from "vitest";
import { coarserLevel } from "./label-levels";

test("a fine class belongs to the coarse class of most of its cells, and the purity says how well that fits", () => {
  const fine = Int32Array.of(0, 0, 0, 1, 1, 2, -1, 3);
  const coarse = Int8Array.of(1, 1, 0, 2, 2, -1, 1, -1);
  const { of, purity } = coarserLevel(fine, coarse, 5);
  expect([...of]).toEqual([1, 2, -1, -1, -1]);
  expect(purity).toBeCloseTo(4 / 5, 12);
});

test("a tie goes to the lower code, and a column that tells nothing has no purity", () => {
  expect([...coarserLevel(Int32Array.of(0, 0), Int32Array.of(4, 2), 1).of]).toEqual([2]);
  expect(coarserLevel(Int32Array.of(-1), Int32Array.of(1), 2).purity).toBeNaN();
});
