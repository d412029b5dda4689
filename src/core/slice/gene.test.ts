import { expect, test } from "vitest";
import { cellRecord, geneColumn } from "./gene";
import { largeSlice } from "./testing/large-slice";
import { tinySlice } from "./testing/tiny-slice";

test("the column of a gene is that of the dense matrix", () => {
  const slice = largeSlice(200, 40, 0.3);
  const { indptr, indices, data } = slice.X;
  const dense = new Float32Array(200 * 40);
  for (let i = 0; i < 200; i++) for (let e = indptr[i]; e < indptr[i + 1]; e++) dense[i * 40 + indices[e]] = data[e];
  for (let j = 0; j < 40; j++)
    expect(geneColumn(slice, j)).toEqual(Float32Array.from({ length: 200 }, (_, i) => dense[i * 40 + j]));
  for (const bad of [-1, 40, 0.5, Number.NaN]) expect(() => geneColumn(slice, bad)).toThrow(/no gene/);
});

test("the record of a cell tells all there is about it", () => {
  expect(cellRecord(tinySlice(), 2)).toEqual({
    cell: 2,
    name: "c",
    section: "S2",
    position: [0, 0],
    obs: [
      { name: "layer", value: null },
      { name: "depth", value: null },
    ],
    totalCounts: 6,
    genesDetected: 2,
    topGenes: [
      { name: "G0", count: 3 },
      { name: "G1", count: 3 },
    ],
  });
  expect(cellRecord(tinySlice(), 1).obs).toEqual([
    { name: "layer", value: "WM" },
    { name: "depth", value: 1 },
  ]);
  expect(() => cellRecord(tinySlice(), 4)).toThrow(/no cell 4; tiny has 4/);
});
