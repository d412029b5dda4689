import { expect, test } from "vitest";
import type { ColorBy } from "../../state/lab-state";
import { type ColoringSource, resolveColoring } from "./coloring";
import { buildLut, lutFirst, lutMissing, rampSteps } from "./lut";

const slice = {
  varNames: ["Gad1", "Slc17a6"],
  obs: [
    {
      kind: "categorical",
      name: "layer",
      codes: Int8Array.of(0, 1, -1, 1),
      categories: ["L1", "L2"],
      colors: ["#112233", "#445566"],
    },
    { kind: "numeric", name: "depth", values: Float32Array.of(0.5, Number.NaN, 2, 1) },
  ],
  section: { codes: Int8Array.of(0, 0, 1, 1), names: ["a", "b"] },
} as unknown as ColoringSource["slice"];

const source = (colorBy: ColorBy, rest: Partial<ColoringSource> = {}): ColoringSource => ({
  slice,
  colorBy,
  geneCounts: null,
  clusters: null,
  prediction: null,
  liveColors: null,
  cellLosses: null,
  runRecipe: null,
  ...rest,
});
const lutOptions = { theme: "dark", muted: new Set<number>(), highlighted: null } as const;
const entry = (lut: Uint8Array, i: number): number[] => [...lut.subarray(4 * i, 4 * i + 4)];

test("a categorical column keeps the slice's colours, counts its cells and its missing values", () => {
  const coloring = resolveColoring(source({ kind: "obs", name: "layer" }));
  expect(coloring).toMatchObject({
    kind: "categorical",
    nMissing: 1,
    categories: [
      { name: "L1", color: [0x11, 0x22, 0x33], nCells: 1 },
      { name: "L2", color: [0x44, 0x55, 0x66], nCells: 2 },
    ],
  });
});

test("a numeric column spans the values that are there", () => {
  expect(resolveColoring(source({ kind: "obs", name: "depth" }))).toMatchObject({
    kind: "continuous",
    extent: [0.5, 2],
    domain: [0.5, 2],
    counts: false,
  });
});

test("a gene starts at zero and obeys the range that was set", () => {
  const geneCounts = { gene: 1, counts: Float32Array.of(0, 3, 9, 9) };
  const gene: ColorBy = { kind: "gene", gene: 1, log: true, range: null };
  expect(resolveColoring(source(gene, { geneCounts }))).toMatchObject({ title: "Slc17a6", domain: [0, 9], log: true });
  expect(resolveColoring(source({ ...gene, range: [1, 4] }, { geneCounts }))).toMatchObject({ domain: [1, 4] });
  expect(resolveColoring(source({ ...gene, gene: 0 }, { geneCounts }))).toMatchObject({ kind: "waiting" });
});

test("one cell with an outlying count does not set a gene's ramp", () => {
  const counts = Float32Array.from({ length: 400 }, (_, i) => (i === 0 ? 500 : i % 8));
  const gene: ColorBy = { kind: "gene", gene: 0, log: false, range: null };
  expect(resolveColoring(source(gene, { geneCounts: { gene: 0, counts } }))).toMatchObject({
    domain: [0, 7],
    extent: [0, 500],
  });
});

test("predictions wear the colours of the label they predict, whatever their order", () => {
  const prediction = { label: "layer", categories: ["L2", "L1"], predicted: Int32Array.of(0, 0, 1, 1) };
  const coloring = resolveColoring(
    source({ kind: "prediction" }, { prediction: prediction as unknown as NonNullable<ColoringSource["prediction"]> }),
  );
  expect(coloring).toMatchObject({ categories: [{ color: [0x44, 0x55, 0x66] }, { color: [0x11, 0x22, 0x33] }] });
});

test("what is not there yet says what it waits for", () => {
  for (const kind of ["cluster", "prediction", "embedding", "loss"] as const)
    expect(resolveColoring(source({ kind }))).toMatchObject({
      kind: "waiting",
      reason: expect.stringMatching(/train/),
    });
});

test("a constant column still has a ramp", () => {
  const coloring = resolveColoring(source({ kind: "loss" }, { cellLosses: Float32Array.of(2, 2) }));
  expect(coloring).toMatchObject({ kind: "continuous", domain: [2, 3] });
});

test("muting greys a category out at 12 %, never hides it", () => {
  const coloring = resolveColoring(source({ kind: "obs", name: "layer" }));
  const lut = buildLut(coloring, { ...lutOptions, muted: new Set([0]) });
  expect(entry(lut, lutFirst)[3]).toBe(Math.round(0.12 * 255));
  expect(entry(lut, lutFirst + 1)).toEqual([0x44, 0x55, 0x66, 230]);
  expect(entry(lut, lutMissing)[3]).toBeGreaterThan(0);
});

test("a hover in the legend shows its category alone, also when it is muted", () => {
  const coloring = resolveColoring(source({ kind: "obs", name: "layer" }));
  const lut = buildLut(coloring, { ...lutOptions, muted: new Set([0]), highlighted: 0 });
  expect(entry(lut, lutFirst)[3]).toBe(230);
  expect(entry(lut, lutFirst + 1)[3]).toBe(31);
});

test("a continuous table has the ramp behind the two special entries", () => {
  const coloring = resolveColoring(source({ kind: "obs", name: "depth" }));
  expect(buildLut(coloring, lutOptions).length).toBe(4 * (lutFirst + rampSteps));
});
