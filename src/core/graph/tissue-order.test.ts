import { describe, expect, test } from "vitest";
import { createRng, integer, shuffle } from "../random";
import { knnGraph } from "./knn";
import { hilbertPlace, tissueOrder } from "./tissue-order";

const randomPositions = (nObs: number, seed: number) => {
  const rng = createRng(seed);
  return Float32Array.from({ length: 2 * nObs }, (_, c) => (c % 2 ? 300 : 1000) * rng() - 200);
};
const ascending = (n: number) => Array.from({ length: n }, (_, i) => i);

test.each([1, 2, 5])("a curve of 2^%i squares a side meets every square once, each beside the one before", (bits) => {
  const side = 2 ** bits;
  const squares: [number, number][] = [];
  for (let x = 0; x < side; x++) for (let y = 0; y < side; y++) squares[hilbertPlace(x, y, bits)] = [x, y];
  expect(Object.keys(squares).length).toBe(side * side);
  squares.slice(1).forEach(([x, y], i) => {
    expect(Math.abs(x - squares[i][0]) + Math.abs(y - squares[i][1])).toBe(1);
  });
});

test("the finest curve ends below 2^32, where places and cells still fit one number", () => {
  const corners = [0, 65535].flatMap((x) => [0, 65535].map((y) => hilbertPlace(x, y, 16)));
  expect(Math.min(...corners)).toBe(0);
  expect(Math.max(...corners)).toBe(2 ** 32 - 1);
});

describe("the order of a tissue", () => {
  const nObs = 4000;
  const positions = randomPositions(nObs, 1);
  const order = tissueOrder(positions, null, nObs);

  test("holds every cell once", () => {
    expect([...order].sort((a, b) => a - b)).toEqual(ascending(nObs));
  });

  test("puts neighbours within some dozens of rows, where the file has them a third of the tissue apart", () => {
    const rank = new Uint32Array(nObs);
    for (const [r, cell] of order.entries()) rank[cell] = r;
    const { indptr, indices } = knnGraph(positions, { k: 6 });
    const differences: number[] = [];
    for (let i = 0; i < nObs; i++)
      for (let e = indptr[i]; e < indptr[i + 1]; e++) differences.push(Math.abs(rank[i] - rank[indices[e]]));
    differences.sort((a, b) => a - b);
    expect(differences[differences.length >> 1]).toBeLessThan(10);
    expect(differences.reduce((a, b) => a + b) / differences.length).toBeLessThan(nObs / 3 / 10);
  });

  test("does not depend on the order of the file, on shifts or on the unit", () => {
    const shuffled = shuffle(Uint32Array.from(ascending(nObs)), createRng(3));
    const moved = Float32Array.from({ length: 2 * nObs }, (_, c) => 2 * positions[2 * shuffled[c >> 1] + (c % 2)]);
    expect([...tissueOrder(moved, null, nObs)].map((cell) => shuffled[cell])).toEqual([...order]);
  });

  test("keeps the cells of a section together, and those of one place in the order of their numbers", () => {
    const rng = createRng(2);
    const codes = Int8Array.from({ length: nObs }, () => integer(rng, 4) - 1);
    const places = positions.map((v) => Math.round(v / 50));
    const order = [...tissueOrder(places, codes, nObs)];
    const sections = order.map((cell) => codes[cell]);
    expect(sections).toEqual([...sections].sort((a, b) => a - b));
    const lastOf = new Map<string, number>();
    for (const cell of order) {
      const place = `${codes[cell]}:${places[2 * cell] + 0},${places[2 * cell + 1] + 0}`;
      expect(lastOf.get(place) ?? -1).toBeLessThan(cell);
      lastOf.set(place, cell);
    }
  });
});

test("cells in one place, on one line or without positions keep an order", () => {
  expect([...tissueOrder(new Float32Array(10), null, 5)]).toEqual(ascending(5));
  expect([...tissueOrder(new Float32Array(0), null, 5)]).toEqual(ascending(5));
  expect([...tissueOrder(new Float32Array(0), null, 0)]).toEqual([]);
  const line = Float32Array.of(3, 0, 1, 0, 2, 0, 0, 0);
  expect([...tissueOrder(line, null, 4)]).toEqual([3, 1, 2, 0]);
});
