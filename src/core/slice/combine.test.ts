import { expect, test } from "vitest";
import { combineSections } from "./combine";
import { geneColumn } from "./gene";
import { tinySlice } from "./testing/tiny-slice";
import { stringAt } from "./utf8-column";
import { validateSlice } from "./validate";

const other = tinySlice({
  name: "other",
  varNames: ["G2", "G9", "G0"],
  unit: { name: "mm", micronsPerUnit: 1000, origin: "declared" },
  obs: [
    {
      kind: "categorical",
      name: "layer",
      codes: Int8Array.of(1, 0, 1, -1),
      categories: ["L2", "L1"],
      colors: ["#333333", "#999999"],
    },
    { kind: "numeric", name: "size", values: Float32Array.of(1, 2, 3, 4) },
  ],
  section: { codes: Int8Array.of(0, 0, 1, 1), names: ["S2", "S3"] },
});

test("slices combine by the genes they share, in the first one's order", () => {
  const both = combineSections([tinySlice(), other]);
  expect(both.varNames).toEqual(["G0", "G2"]);
  expect([...geneColumn(both, 0)]).toEqual([...geneColumn(tinySlice(), 0), ...geneColumn(other, 2)]);
  expect([...geneColumn(both, 1)]).toEqual([...geneColumn(tinySlice(), 2), ...geneColumn(other, 0)]);
  expect(both.provenance.notes).toContain("2 genes are common to all; up to 1 of a slice are left out.");
  expect(validateSlice(both).X).toBe(both.X); // in order as it is
});

test("labels are unified by name, and what a slice lacks is missing", () => {
  const { obs } = combineSections([tinySlice(), other]);
  expect(obs[0]).toEqual({
    kind: "categorical",
    name: "layer",
    codes: Int8Array.of(0, 1, -1, 1, 0, 2, 0, -1),
    categories: ["L1", "WM", "L2"],
    colors: ["#111111", "#222222", "#333333"],
  });
  expect(obs[1].kind === "numeric" && [...obs[1].values]).toEqual([
    0.5,
    1,
    Number.NaN,
    2,
    Number.NaN,
    Number.NaN,
    Number.NaN,
    Number.NaN,
  ]);
  expect(obs[2].kind === "numeric" && [...obs[2].values.slice(4)]).toEqual([1, 2, 3, 4]);
});

test("sections of one name stay apart, positions come into one unit, names stay in order", () => {
  const both = combineSections([tinySlice(), other]);
  expect(both.section.names).toEqual(["S1", "tiny/S2", "other/S2", "S3"]);
  expect([...both.section.codes]).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
  expect(both.unit).toMatchObject({ name: "µm", micronsPerUnit: 1 });
  expect(both.spatial[10]).toBe(10_000);
  expect([0, 5].map((i) => stringAt(both.obsNames, i))).toEqual(["a", "b"]);
});

test("without a common gene nothing is combined", () => {
  expect(() => combineSections([tinySlice(), tinySlice({ name: "far", varNames: ["A", "B", "C"] })])).toThrow(
    /No gene is common to tiny and far/,
  );
  expect(() => combineSections([])).toThrow(/no slices/);
});
