import { expect, test } from "vitest";
import { createRng, integer, shuffle } from "../random";
import { inverseOf, reorder } from "./reorder";

const rng = createRng(5);
const n = 30;
const order = shuffle(
  Uint32Array.from({ length: n }, (_, i) => i),
  rng,
);
const rows = Array.from({ length: n }, () => Array.from({ length: integer(rng, 5) }, () => [integer(rng, n), rng()]));
const matrix = {
  nRows: n,
  nCols: n,
  indptr: Uint32Array.from({ length: n + 1 }, (_, i) => rows.slice(0, i).flat().length),
  indices: Uint32Array.from(rows.flat(), ([j]) => j),
  data: Float32Array.from(rows.flat(), ([, v]) => v),
};

test("row r and column c are row order[r] and column order[c] of the matrix, columns ascending, repeats kept", () => {
  const moved = reorder(matrix, order);
  for (let r = 0; r < n; r++) {
    const entries = [...moved.indices.subarray(moved.indptr[r], moved.indptr[r + 1])];
    expect(entries).toEqual([...entries].sort((a, b) => a - b));
    const expected = rows[order[r]].map(([j, v]) => [j, Math.fround(v)]);
    const found = entries.map((c, k) => [order[c], moved.data[moved.indptr[r] + k]]);
    const byColumn = (list: number[][]) => list.sort(([a, v], [b, w]) => a - b || v - w);
    expect(byColumn(found)).toEqual(byColumn(expected));
  }
});

test("reordered there and back it is the same, but for ascending columns", () => {
  const there = reorder(matrix, order);
  const sorted = reorder(
    matrix,
    Uint32Array.from({ length: n }, (_, i) => i),
  );
  expect(reorder(there, inverseOf(order))).toEqual(sorted);
});
