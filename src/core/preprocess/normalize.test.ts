import { describe, expect, test } from "vitest";
import { createRng, integer } from "../random";
import { columnMoments, fitNormalization, normalizeExpression } from "./normalize";

const counts = (nObs: number, nVars: number, seed: number) => {
  const rng = createRng(seed);
  const indptr = new Uint32Array(nObs + 1);
  const indices: number[] = [];
  const data: number[] = [];
  for (let i = 0; i < nObs; i++) {
    for (let j = 0; j < nVars; j++) {
      if (rng() < 0.3) {
        indices.push(j);
        data.push(1 + integer(rng, 9));
      }
    }
    indptr[i + 1] = indices.length;
  }
  const X = { indptr, indices: Uint16Array.from(indices), data: Uint8Array.from(data) };
  return { X, nObs, nVars, countState: "counts" as const };
};
const plain = { targetSum: "median", log1p: false, scale: false } as const;

describe("normalizeExpression", () => {
  test.each([1, 2, 3])("gives every cell with counts the same total, the median (seed %i)", (seed) => {
    const slice = counts(41, 17, seed);
    const { x } = normalizeExpression(slice, plain);
    const totals = (values: ArrayLike<number>) =>
      Array.from({ length: 41 }, (_, i) =>
        Array.from(values)
          .slice(x.indptr[i], x.indptr[i + 1])
          .reduce((a, b) => a + b, 0),
      ).filter((t) => t > 0);
    const raw = totals(slice.X.data).sort((a, b) => a - b);
    const middle = raw.length % 2 ? raw[raw.length >> 1] : (raw[raw.length / 2 - 1] + raw[raw.length / 2]) / 2;
    for (const total of totals(x.data)) expect(total).toBeCloseTo(middle, 3);
  });

  test("takes the logarithm of one plus the scaled count", () => {
    const X = { indptr: Uint32Array.of(0, 2), indices: Uint16Array.of(0, 1), data: Uint8Array.of(1, 3) };
    const { x } = normalizeExpression(
      { X, nObs: 1, nVars: 2, countState: "counts" },
      { targetSum: 8, log1p: true, scale: false },
    );
    expect(x.data[0]).toBeCloseTo(Math.log(3), 6);
    expect(x.data[1]).toBeCloseTo(Math.log(7), 6);
  });

  test("leaves a cell without counts at zero and says so", () => {
    const X = { indptr: Uint32Array.of(0, 0, 1), indices: Uint16Array.of(0), data: Uint8Array.of(4) };
    const { sizeFactors, emptyCells, notes } = normalizeExpression(
      { X, nObs: 2, nVars: 1, countState: "counts" },
      plain,
    );
    expect([...sizeFactors]).toEqual([0, 1]);
    expect(emptyCells).toBe(1);
    expect(notes[0]).toMatch("1 cells have no counts");
  });

  test("takes values that are logarithms already as they are", () => {
    const slice = { ...counts(9, 5, 4), countState: "log1p" as const };
    const { x, notes } = normalizeExpression(slice, { targetSum: 1e4, log1p: true, scale: false });
    expect([...x.data]).toEqual([...slice.X.data]);
    expect(notes[0]).toMatch("logarithms already");
  });

  test("scaling gives every gene unit variance and keeps zeros unstored", () => {
    const slice = counts(60, 8, 5);
    const { x } = normalizeExpression(slice, { targetSum: "median", log1p: true, scale: true });
    expect(x.data.length).toBe(slice.X.data.length);
    for (const v of columnMoments(x).variance) expect(v).toBeCloseTo(1, 4);
  });

  test.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])("means and squares are those of the matrix written out (scale %s, center %s)", (scale, center) => {
    const [nObs, nVars] = [40, 9];
    const { x, geneMeans, rowSquares, centers } = normalizeExpression(counts(nObs, nVars, 8), {
      targetSum: "median",
      log1p: true,
      scale,
      center,
    });
    const dense = new Float64Array(nObs * nVars);
    for (let i = 0; i < nObs; i++)
      for (let e = x.indptr[i]; e < x.indptr[i + 1]; e++) dense[i * nVars + x.indices[e]] = x.data[e];
    if (centers) for (let k = 0; k < dense.length; k++) dense[k] -= centers[k % nVars];
    for (let j = 0; j < nVars; j++) {
      const mean = dense.reduce((sum, v, k) => sum + (k % nVars === j ? v : 0), 0) / nObs;
      expect(mean).toBeCloseTo(center ? 0 : geneMeans[j], 5);
    }
    for (let i = 0; i < nObs; i++) {
      const row = dense.subarray(i * nVars, (i + 1) * nVars);
      expect(rowSquares[i]).toBeCloseTo(
        row.reduce((sum, v) => sum + v * v, 0),
        4,
      );
    }
  });

  test("refuses values without a logarithm", () => {
    const X = { indptr: Uint32Array.of(0, 2), indices: Uint16Array.of(0, 1), data: Float32Array.of(5, -4) };
    const slice = { X, nObs: 1, nVars: 2, countState: "unknown" as const };
    expect(() => fitNormalization(slice, { ...plain, log1p: true })).toThrow("not a finite number");
  });

  test("does not touch the source", () => {
    const slice = counts(20, 6, 6);
    const before = [...slice.X.data];
    normalizeExpression(slice, { targetSum: 1e4, log1p: true, scale: true });
    expect([...slice.X.data]).toEqual(before);
  });

  test("refuses a target that is not positive, and a slice without counts", () => {
    expect(() => normalizeExpression(counts(3, 3, 1), { ...plain, targetSum: 0 })).toThrow("targetSum must be above 0");
    const X = { indptr: new Uint32Array(3), indices: new Uint16Array(0), data: new Uint8Array(0) };
    expect(() => normalizeExpression({ X, nObs: 2, nVars: 2, countState: "counts" }, plain)).toThrow(
      "no cell has a count",
    );
  });
});

test("column moments equal those of the dense matrix", () => {
  const { x } = normalizeExpression(counts(50, 7, 7), plain);
  const { mean, variance } = columnMoments(x);
  for (let j = 0; j < 7; j++) {
    const column = new Array(50).fill(0);
    for (let i = 0; i < 50; i++)
      for (let e = x.indptr[i]; e < x.indptr[i + 1]; e++) if (x.indices[e] === j) column[i] = x.data[e];
    const m = column.reduce((a, b) => a + b, 0) / 50;
    expect(mean[j]).toBeCloseTo(m, 5);
    expect(variance[j]).toBeCloseTo(column.reduce((a, b) => a + (b - m) ** 2, 0) / 50, 4);
  }
});
