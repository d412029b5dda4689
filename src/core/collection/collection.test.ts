import { describe, expect, test } from "vitest";
import type { CategoricalColumn, Slice } from "../slice/slice";
import { tinySlice } from "../slice/testing/tiny-slice";
import { heldOutSection } from "../study/annotation/held-out-section";
import { readSection, surveySections } from "./collection";
import { cellsOf } from "./testing/cells";
import { memoryStore } from "./testing/memory-store";

const layer = (codes: number[], categories: string[], colors?: string[]): CategoricalColumn => ({
  kind: "categorical",
  name: "layer",
  codes: Int8Array.from(codes),
  categories,
  ...(colors && { colors }),
});

/** Four cells of one section; genes and layers as given. */
const section = (name: string, replace: Partial<Slice> = {}): Slice =>
  tinySlice({ name, section: { codes: new Int8Array(4), names: [name] }, ...replace });

const sections = {
  "a.arrow": section("a", { obs: [layer([0, 1, -1, 1], ["L1", "WM"], ["#111111", "#222222"])] }),
  // another order, a gene that a lacks, one that a has and b lacks
  "b.arrow": section("b", {
    varNames: ["G2", "G9", "G0"],
    obs: [layer([0, 1, 1, 1], ["L2", "L1"], ["#333333", "#444444"])],
  }),
  "c.arrow": section("c", { obs: [] }),
};

describe("a collection", () => {
  test("has the genes of all, and says which were lost from which file", async () => {
    const { store } = memoryStore(sections);
    const collection = await surveySections(store);
    expect(collection.varNames).toEqual(["G0", "G2"]);
    expect(collection.sections.map(({ lostGenes }) => lostGenes)).toEqual([["G1"], ["G9"], ["G1"]]);
    expect(collection.notes[0]).toMatch(/^a\.arrow: 1 of 3 genes are left out.*G1/);
    expect(collection.nObs).toBe(12);
    for (const [at, [, slice]] of Object.entries(sections).entries()) {
      const read = await readSection(store, collection, at);
      const kept = cellsOf(slice).map(({ counts }) =>
        Object.fromEntries(Object.entries(counts as object).filter(([gene]) => ["G0", "G2"].includes(gene))),
      );
      expect(cellsOf(read).map(({ counts }) => counts)).toEqual(kept);
      for (let i = 0; i < 4; i++) {
        const row = [...read.X.indices.subarray(read.X.indptr[i], read.X.indptr[i + 1])];
        expect(row).toEqual([...row].sort());
      }
      // totals are over the genes that are left
      const totals = kept.map((counts) => Object.values(counts).reduce((a: number, b) => a + (b as number), 0));
      const tally = [...collection.sections[at].totals].flatMap(([total, cells]) => new Array(cells).fill(total));
      expect(tally.sort()).toEqual(totals.filter((total) => total > 0).sort());
      expect(collection.sections[at].nnz).toBe(read.X.data.length);
    }
  });

  test("joins labels by name, their categories too; what a section lacks is missing", async () => {
    const { store } = memoryStore(sections);
    const collection = await surveySections(store);
    const [label] = collection.labels;
    expect(label).toMatchObject({ categories: ["L1", "WM", "L2"], colors: ["#111111", "#222222", "#333333"] });
    expect([...label.counts]).toEqual([1, 2, 0, 3, 0, 1, 0, 0, 0]);
    const codes = [];
    for (const at of [0, 1, 2]) codes.push((await readSection(store, collection, at)).obs[0]);
    expect(codes.map((column) => [...(column as CategoricalColumn).codes])).toEqual([
      [0, 1, -1, 1],
      [2, 0, 0, 0],
      [-1, -1, -1, -1],
    ]);
    expect(collection.notes.at(-1)).toMatch(/layer is missing in 1 of 3 sections: c\.arrow/);
    // counts are what the choice of the held-out section reads: means are 4/3, 2/3 and 1/3
    expect(heldOutSection({ nSections: 3, nClasses: 3, counts: label.counts })).toBe(0);
  });

  test("holds one section at a time, and reads again only those that lost genes", async () => {
    const { store, use } = memoryStore({ "a.arrow": sections["a.arrow"], "c.arrow": sections["c.arrow"] });
    await surveySections(store);
    expect(use).toMatchObject({ open: 0, mostOpen: 1, reads: 2 });
    const all = memoryStore(sections);
    await surveySections(all.store);
    expect(all.use).toMatchObject({ open: 0, mostOpen: 1, reads: 6 });
  });

  test("tells sections of one name apart", async () => {
    const { store } = memoryStore({ "1.arrow": section("s"), "2.arrow": section("s"), "3.arrow": section("t") });
    const { sections: found } = await surveySections(store);
    expect(found.map(({ name }) => name)).toEqual(["s (1.arrow)", "s (2.arrow)", "t"]);
  });

  test("refuses, in words, what cannot be trained on together", async () => {
    const survey = (slices: Record<string, Slice>) => surveySections(memoryStore(slices).store);
    await expect(survey({})).rejects.toThrow("no sections");
    await expect(survey({ "two.arrow": tinySlice() })).rejects.toThrow("two.arrow holds 2 sections");
    const other = section("d", { varNames: ["A", "B", "C"] });
    await expect(survey({ "a.arrow": section("a"), "d.arrow": other })).rejects.toThrow("No gene is common to all 2");
    const logs = section("l", { countState: "log1p" });
    await expect(survey({ "a.arrow": section("a"), "l.arrow": logs })).rejects.toThrow("l.arrow logarithms");
  });
});
