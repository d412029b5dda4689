import { describe, expect, test } from "vitest";
import { createRng, normal } from "../../random";
import type { FeatureRows } from "../baselines/expression-rows";
import type { Annotation } from "./annotation";
import { guessByQuota, labReader, learnLinearly, poolOf, readLinearly, thinnedByClass } from "./linear-reader";

/** Two common classes told apart by genes 0 and 1, and a rare one that genes 2 and 3 mark and that looks like the first otherwise. */
const [nCells, size, every] = [3000, 12, 60];
const rng = createRng(3);
const codes = Int32Array.from({ length: nCells }, (_, i) => (i % every === 0 ? 7 : i % 2 ? 2 : 4));
const x = Float32Array.from({ length: nCells * size }, (_, e) => {
  const [code, j] = [codes[Math.floor(e / size)], e % size];
  const up = { 2: j === 0 ? 2 : 0, 4: j === 1 ? 2 : 0, 7: j === 0 ? 2 : j === 2 || j === 3 ? 2.5 : 0 }[code] as number;
  return up + normal(rng);
});
const features: FeatureRows = {
  size,
  of: (cells) => Float32Array.from(Array.from(cells).flatMap((i) => [...x.subarray(i * size, (i + 1) * size)])),
};
const all = Uint32Array.from(codes.keys());
/** Of the rare class a single cell, the first. */
const train = all.filter((i) => i === 0 || (i < 120 && codes[i] !== 7));
const cells = all.filter((i) => i >= 1500);
const unlabelled = all.filter((i) => !train.includes(i));

const { share: _, ...reader } = labReader;
const read = (of: { train: Uint32Array; unlabelled: Uint32Array | null }, known = codes): Annotation => {
  const learned = learnLinearly(features, known, of, reader);
  return { classes: learned.classes, cells, probability: readLinearly(learned, features, cells) };
};
const f1OfRare = ({ classes, probability }: Annotation): number => {
  const k = classes.length;
  let [both, said, are] = [0, 0, 0];
  cells.forEach((cell, r) => {
    const row = probability.subarray(r * k, (r + 1) * k);
    const isSaid = classes[row.indexOf(row.reduce((a, b) => Math.max(a, b)))] === 7;
    said += Number(isSaid);
    are += Number(codes[cell] === 7);
    both += Number(isSaid && codes[cell] === 7);
  });
  return (2 * both) / (said + are);
};

describe("a linear reader", () => {
  test("finds more of a class with one label when it learns from cells without labels", () => {
    const alone = read({ train, unlabelled: null });
    const taught = read({ train, unlabelled });
    expect(taught.classes).toEqual([2, 4, 7]);
    expect(f1OfRare(taught)).toBeGreaterThan(0.6);
    expect(f1OfRare(taught)).toBeGreaterThan(f1OfRare(alone) + 0.1);
  });

  test("reads no label but those it was given", () => {
    const hidden = codes.map((code, i) => (train.includes(i) ? code : 99));
    const of = { train, unlabelled };
    expect(read(of, hidden)).toEqual(read(of));
  });

  test("needs two classes", () => {
    const of = { train: train.filter((i) => codes[i] === 2), unlabelled: null };
    expect(() => read(of)).toThrowError(/at least 2 classes, there are 1/);
  });
});

test("guesses go by rank within the class, and what two classes ask for is left out", () => {
  // the second class is never the most probable one
  const probability = Float32Array.from([0.9, 0.4, 0.8, 0.1, 0.7, 0.2, 0.99, 0.05].flatMap((p) => [p, (1 - p) / 10]));
  const cells = Uint32Array.from([10, 11, 12, 13, 14, 15, 16, 17]);
  const quota = (expected: number[], share: number) => guessByQuota(probability, cells, expected, share);
  expect(quota([6, 1], 0.5)).toEqual({
    cells: Uint32Array.from([10, 12, 13, 15, 16, 17]),
    codes: Int32Array.from([0, 0, 1, 1, 0, 1]),
  });
  // the first class asks for six, the second for three: one cell is wanted by both
  expect([...quota([6, 1], 1).cells]).toEqual([10, 11, 12, 13, 14, 16, 17]);
});

test("of a panel of genes a reader looks at 32,768 cells, of all genes at as many as it may write out", () => {
  expect([33, 550, 2048].map(poolOf)).toEqual([32_768, 32_768, 32_768]);
  expect(poolOf(20_000)).toBe(3355);
  expect(poolOf(1e6)).toBe(1024);
});

test("many labels are thinned class by class, few are kept", () => {
  const cells = Uint32Array.from({ length: 5000 }, (_, i) => 3 * i);
  const codes = Int32Array.from(cells, (_, i) => (i % 100 === 7 ? 1 : i < 200 ? 2 : 0));
  const count = (of: Int32Array) => [0, 1, 2].map((c) => of.filter((code) => code === c).length);
  expect(thinnedByClass({ cells, codes }, 3, 5000)).toEqual({ cells, codes });
  const thin = thinnedByClass({ cells, codes }, 3, 1000);
  expect(count(codes)).toEqual([4752, 50, 198]);
  expect(count(thin.codes)).toEqual([950, 50, 100]);
  expect(new Set(thin.cells).size).toBe(1100);
  thin.cells.forEach((cell, r) => {
    expect(codes[cell / 3]).toBe(thin.codes[r]);
  });
});
