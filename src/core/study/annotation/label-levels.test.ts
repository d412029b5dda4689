import { expect, test } from "vitest";
import { simulateSlice } from "../../simulate/simulate-slice";
import type { ObsColumn } from "../../slice/slice";
import { coarserColumns, coarserLevel } from "./label-levels";

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

test("the columns within which a label lies are found, finest first, and those that only look like it are not", () => {
  const n = 600;
  const column = (name: string, code: (i: number) => number, k: number): ObsColumn => {
    const codes = Int32Array.from({ length: n }, (_, i) => code(i));
    return { kind: "categorical", name, codes, categories: Array.from({ length: k }, (_, c) => `${name}${c}`) };
  };
  const obs = [
    column("cluster", (i) => i % 12, 12),
    column("division", (i) => Math.floor((i % 12) / 6), 2),
    column("class", (i) => Math.floor((i % 12) / 3), 4),
    column("mostly", (i) => (i % 50 ? Math.floor((i % 12) / 4) : 0), 3), // 1.3 % lie elsewhere
    column("loosely", (i) => (i % 20 ? Math.floor((i % 12) / 4) : 0), 3), // 3.3 %
    column("same", () => 0, 1),
    column("renamed", (i) => i % 12, 12),
    column("side", (i) => (i * 7919) % 5, 5),
    column("section", (i) => Math.floor((i % 12) / 6), 2),
  ];
  const section = { codes: new Int8Array(n), names: ["a"] };
  expect(coarserColumns({ obs, section }, "cluster")).toEqual(["class", "mostly", "division"]);
  expect(coarserColumns({ obs, section }, "class")).toEqual(["division"]);
  expect(coarserColumns({ obs, section }, "none")).toEqual([]);
});

test("the labels of the test section do not say which columns are coarser", () => {
  const slice = simulateSlice({ tissue: "hypothalamus", nCells: 600, nGenes: 20, nSections: 3, seed: 2 });
  expect(coarserColumns(slice, "cell_type")).toEqual(["class"]);
  const { codes } = slice.section;
  const obs = slice.obs.map((c) =>
    c.kind === "categorical" && c.name === "class"
      ? { ...c, codes: c.codes.map((v, i) => (codes[i] === 2 ? i % 3 : v)) }
      : c,
  );
  expect(coarserColumns({ ...slice, obs }, "cell_type")).toEqual([]);
  expect(coarserColumns({ ...slice, obs }, "cell_type", { testSections: ["section_3"] })).toEqual(["class"]);
});
