import { describe, expect, test } from "vitest";
import { createArrowWriter, layoutOf, writeArrow } from "../io/arrow";
import { type ByteSource, memorySource } from "../io/byte-source";
import { type OpenOptions, openSlice, streamSlice } from "../io/open-slice";
import { fixture } from "../io/testing/fixtures";
import { simulateChunks, simulateSlice } from "../simulate/simulate-slice";
import { createSimulation } from "../simulate/simulation";
import type { Slice } from "../slice/slice";
import { largeSlice } from "../slice/testing/large-slice";
import { tinySlice } from "../slice/testing/tiny-slice";
import { type SplitOptions, splitSections } from "./split-sections";
import { cellsOf } from "./testing/cells";
import { memoryStore } from "./testing/memory-store";

async function divided(source: ByteSource, options: OpenOptions = {}, split: SplitOptions = {}) {
  const { store, use } = memoryStore();
  const written = await streamSlice(source, (rows) => splitSections(rows, store, split), options);
  const slices: Slice[] = [];
  for (const { file } of written) slices.push(await openSlice(await store.open(file)));
  expect(use.unfinished).toBe(0);
  return { written, slices, files: store.files };
}

const bySection = (slice: Slice) =>
  slice.section.names.map((name) => cellsOf(slice).filter((cell) => cell.section === name));

describe("a file is divided into its sections and no cell is changed", () => {
  test.each(["csr.h5ad", "csc.h5ad", "dense.h5ad"])("%s, sections in turn from cell to cell", async (name) => {
    const whole = await openSlice(fixture(name), { sectionColumn: "sample" });
    expect(whole.section.names).toEqual(["s0", "s1"]);
    const { slices, written } = await divided(fixture(name), { sectionColumn: "sample" });
    expect(slices.map(cellsOf)).toEqual(bySection(whole));
    expect(written.map(({ file, nObs }) => [file, nObs])).toEqual([
      ["s0.arrow", 20],
      ["s1.arrow", 20],
    ]);
    expect(slices[0].unit).toEqual(whole.unit);
  });

  test("an Arrow file of several batches, and one of a single batch", async () => {
    const options = { tissue: "cortex", nCells: 300, nGenes: 30, nSections: 3 } as const;
    const whole = simulateSlice(options);
    const pieces: Uint8Array[] = [];
    const chunks = [...simulateChunks(createSimulation(options), undefined, 70)];
    const writer = createArrowWriter(layoutOf(chunks[0]), (bytes) => pieces.push(bytes.slice()));
    for (const { X, obsNames, spatial, section, obs } of chunks) {
      const columns = obs.map((column) => (column.kind === "categorical" ? column.codes : column.values));
      writer.write({ X, obsNames, spatial, sectionCodes: section.codes, obs: columns });
    }
    writer.finish();
    const batches = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
    for (const bytes of [batches, writeArrow(whole)]) {
      const { slices } = await divided(memorySource("three.arrow", bytes));
      expect(slices.map(cellsOf)).toEqual(bySection(whole));
    }
  });

  test("however little may wait in memory", async () => {
    const whole = largeSlice(2000, 40, 0.2); // its two sections alternate from cell to cell
    const { slices } = await divided(memorySource("two.arrow", writeArrow(whole)), {}, { mostWaiting: 500 });
    expect(slices.map(cellsOf)).toEqual(bySection(whole));
  });

  test("counts that need more than two bytes", async () => {
    const tiny = tinySlice();
    const whole = { ...tiny, X: { ...tiny.X, data: Float32Array.of(5, 1, 70_000, 3, 3, 4) } };
    const { slices } = await divided(memorySource("tiny.arrow", writeArrow(whole)));
    expect(slices.map(cellsOf)).toEqual(bySection(whole));
  });
});

test("file names are such as any system takes, and none is taken twice", async () => {
  const names = ["Bregma +0.2/a", "bregma +0.2/A"];
  const source = memorySource("tiny.arrow", writeArrow({ ...tinySlice(), section: { ...tinySlice().section, names } }));
  const { files } = await divided(source, {}, { taken: new Set(["Bregma_0.2_a.arrow"]) });
  expect(files).toEqual(["Bregma_0.2_a-2.arrow", "bregma_0.2_A-3.arrow"]);
});

test("a section of one cell is refused by its name", async () => {
  const slice = { ...tinySlice(), section: { codes: Int8Array.of(0, 0, 0, 1), names: ["A", "B"] } };
  await expect(divided(memorySource("tiny.arrow", writeArrow(slice)))).rejects.toThrow("Section B has a single cell");
});
