import { describe, expect, it } from "vitest";
import { validateCsr } from "../graph/csr";
import type { CategoricalColumn, NumericColumn, Slice } from "../slice/slice";
import { stringAt } from "../slice/utf8-column";
import { type SimulateOptions, simulateChunk, simulateChunks, simulateSlice, type TissueName } from "./simulate-slice";
import { createSimulation } from "./simulation";

const tissues: readonly TissueName[] = ["cortex", "embryo", "hypothalamus"];
const small = (tissue: TissueName, more: Partial<SimulateOptions> = {}): SimulateOptions => ({
  tissue,
  nCells: 700,
  nGenes: 60,
  ...more,
});
const column = (slice: Slice, name: string) => slice.obs.find((c) => c.name === name) as CategoricalColumn;
const entries = ({ X: { indptr, indices, data } }: Slice) => ({
  indptr: [...indptr],
  indices: [...indices],
  data: [...data],
});

describe("a simulated slice", () => {
  for (const tissue of tissues)
    it(`of ${tissue} is whole: counts, positions in µm, every domain and type, names of its own`, () => {
      const slice = simulateSlice(small(tissue, { nSections: 2 }));
      expect(slice).toMatchObject({ nObs: 700, nVars: 60, countState: "counts" });
      expect(slice.unit).toEqual({ name: "µm", micronsPerUnit: 1, origin: "declared" });
      const data = Float32Array.from(slice.X.data);
      const indices = Uint32Array.from(slice.X.indices);
      validateCsr({ nRows: 700, nCols: 60, indptr: slice.X.indptr, indices, data });
      expect(data.every((count) => count > 0)).toBe(true);
      expect(slice.spatial.every((v) => Number.isFinite(v) && v >= 0)).toBe(true);
      for (let i = 0; i < 700; i++) {
        const row = indices.subarray(slice.X.indptr[i], slice.X.indptr[i + 1]);
        expect(row.every((gene, e) => e === 0 || gene > row[e - 1])).toBe(true);
      }

      for (const name of ["domain", "class", "section"]) {
        const { codes, categories } = column(slice, name);
        expect(new Set(codes)).toEqual(new Set(categories.keys()));
      }
      const { colors, categories } = column(slice, "domain");
      expect(new Set(colors).size).toBe(categories.length);
      expect(new Set(slice.varNames).size).toBe(60);
      expect(stringAt(slice.obsNames, 42)).toBe("cell-042");
      const axis = slice.obs.at(-1) as NumericColumn;
      expect(axis.values.every((v) => v >= 0 && v <= 1)).toBe(true);
    });

  it("is the same bit for bit for a seed, and another for another", () => {
    for (const tissue of tissues) {
      expect(simulateSlice(small(tissue))).toEqual(simulateSlice(small(tissue)));
      expect(entries(simulateSlice(small(tissue, { seed: 2 })))).not.toEqual(entries(simulateSlice(small(tissue))));
    }
  });

  it("is the same however it is cut into chunks", () => {
    const options = small("embryo", { nSections: 3 });
    const whole = simulateSlice(options);
    const simulation = createSimulation(options);
    for (const size of [1, 7, 300, 1000]) {
      const chunks = [...simulateChunks(simulation, undefined, size)];
      expect(chunks.flatMap((c) => [...c.X.indices])).toEqual([...whole.X.indices]);
      expect(chunks.flatMap((c) => [...c.X.data])).toEqual([...whole.X.data]);
      expect(chunks.flatMap((c) => [...c.spatial])).toEqual([...whole.spatial]);
      expect(chunks.flatMap((c) => [...column(c, "cell_type").codes])).toEqual([...column(whole, "cell_type").codes]);
      expect(chunks.flatMap((c) => [...c.obsNames.bytes])).toEqual([...whole.obsNames.bytes]);
    }
    const middle = simulateChunk(simulation, 300, 310);
    const from = whole.X.indptr[300];
    expect([...middle.X.indptr]).toEqual([...whole.X.indptr.subarray(300, 311)].map((p) => p - from));
  });

  it("has the cells asked for at about the density asked for, a bounded number even for tiny tissues", () => {
    for (const [nCells, nSections] of [
      [10, 1],
      [50, 5],
      [2001, 4],
    ]) {
      const { spatial, section } = simulateSlice({ tissue: "cortex", nCells, nSections, nGenes: 10 });
      expect(spatial).toHaveLength(2 * nCells);
      expect(new Set(section.codes).size).toBe(nSections);
    }
    const nearest = [1000, 4000].map((cellsPerMm2) => {
      const { spatial } = simulateSlice({ tissue: "hypothalamus", nCells: 600, nGenes: 10, cellsPerMm2 });
      return medianNearest(spatial);
    });
    expect(nearest[1]).toBeGreaterThan(8);
    expect(nearest[0]).toBeLessThan(25);
    expect(nearest[0] / nearest[1]).toBeCloseTo(2, 0);
  });

  it("keeps sections further apart than any neighbourhood", () => {
    const { spatial, section } = simulateSlice(small("cortex", { nSections: 4 }));
    let least = Infinity;
    for (let i = 0; i < 700; i++)
      for (let j = 0; j < i; j++)
        if (section.codes[i] !== section.codes[j])
          least = Math.min(least, Math.hypot(spatial[2 * i] - spatial[2 * j], spatial[2 * i + 1] - spatial[2 * j + 1]));
    expect(least).toBeGreaterThan(250);
  });

  it("needs 15 bytes a cell beside the counts of one chunk, so that five million cells need 75 MB", () => {
    const simulation = createSimulation({ tissue: "embryo", nCells: 6000, nGenes: 300 });
    const { spatial, section, domain, axis } = simulation.cells;
    const perCell = [spatial, section, domain, axis, simulation.type].reduce((sum, a) => sum + a.byteLength, 0) / 6000;
    expect(perCell).toBe(15);
    const chunk = simulateChunk(simulation, 0, 1000);
    // entries alone, four bytes each: a dense chunk would be 1.2 MB
    expect(chunk.X.indices.byteLength + chunk.X.data.byteLength).toBe(4 * chunk.X.indptr[1000]);
    expect(chunk.X.indptr[1000]).toBeLessThan(0.5 * 1000 * 300);
  });

  it("says which setting is out of bounds", () => {
    const wrong: Partial<SimulateOptions>[] = [
      { nCells: 9 },
      { nCells: 5_000_001 },
      { nCells: 10.5 },
      { nCells: 30, nSections: 4 },
      { nGenes: 3 },
      { seed: -1 },
      { dropout: 1 },
      { ambient: Number.NaN },
      { dispersion: 0 },
    ];
    for (const more of wrong) {
      const name = Object.keys(more)[0];
      expect(() => simulateSlice(small("cortex", more)), name).toThrow(new RegExp(`Simulated tissue: ${name} is`));
    }
  });

  it("stops when asked to", () => {
    expect(() => simulateSlice(small("cortex"), { progress() {}, cancelled: true })).toThrow(/cancelled/);
  });
});

function medianNearest(spatial: Float32Array): number {
  const n = spatial.length / 2;
  const nearest = Float64Array.from({ length: n }, (_, i) => {
    let least = Infinity;
    for (let j = 0; j < n; j++)
      if (j !== i)
        least = Math.min(least, Math.hypot(spatial[2 * i] - spatial[2 * j], spatial[2 * i + 1] - spatial[2 * j + 1]));
    return least;
  });
  return nearest.sort()[n >> 1];
}
