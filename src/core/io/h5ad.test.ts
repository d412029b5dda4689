import { describe, expect, test } from "vitest";
import { LabError } from "../errors";
import type { Slice } from "../slice/slice";
import { AmbiguousSliceError } from "./ambiguous-slice";
import { memorySource } from "./byte-source";
import truths from "./goldens/fixtures.json";
import { readH5ad } from "./h5ad";
import { expectTruth, type Truth } from "./testing/compare";
import { fixture } from "./testing/fixtures";
import { type Tree, writeHdf5 } from "./testing/hdf5-writer";
import { anndataTree, positions } from "./testing/small-slice";

const open = (name: string, options = {}) => readH5ad(fixture(`${name}.h5ad`), options);
const column = (slice: Slice, name: string) => slice.obs.find((c) => c.name === name);

describe("an AnnData file", () => {
  for (const name of ["csr", "csc", "dense", "layers-counts", "raw", "nullable", "columns", "old"] as const)
    test(`of the kind "${name}" reads as anndata reads it`, async () => {
      const slice = await open(name);
      expectTruth(slice, truths[name] as unknown as Truth);
      expect(slice.countState).toBe("counts");
      expect(slice.X.indices).toBeInstanceOf(Uint16Array);
      expect(slice.X.data).toBeInstanceOf(Uint16Array); // one count is 300
    });

  test("gives its numbers, booleans, texts, palettes and sections", async () => {
    const slice = await open("csr");
    expect(column(slice, "depth")).toMatchObject({ kind: "numeric" });
    expect(column(slice, "size")).toMatchObject({ kind: "numeric" });
    expect(column(slice, "in_tissue")).toMatchObject({ kind: "categorical", categories: ["False", "True"] });
    expect(column(slice, "animal")).toMatchObject({ kind: "categorical", categories: ["m0", "m1"] });
    expect(column(slice, "layer")).toMatchObject({
      categories: ["L1", "L2", "WM"],
      colors: ["#ff0000", "#00ff00", "#0000ff"],
    });
    const layer = column(slice, "layer");
    expect(layer?.kind === "categorical" && layer.codes.filter((c) => c === -1).length).toBe(6);
    expect(slice.section.names).toEqual(["s0", "s1"]);
  });

  test("with nullable columns and three axes marks what is missing and says which axes it used", async () => {
    const slice = await open("nullable");
    const age = column(slice, "age");
    expect(age?.kind === "numeric" && [age.values[0], age.values[1]]).toEqual([Number.NaN, 1]);
    const treated = column(slice, "treated");
    expect(treated?.kind === "categorical" && [...treated.codes.slice(0, 3)]).toEqual([-1, 0, 1]);
    expect(column(slice, "cluster")).toMatchObject({ categories: ["0", "1", "2", "3"] });
    expect(slice.provenance.notes.join()).toMatch(/3 columns; the first two are used/);
  });

  test("with counts beside a normalised X says where it read them", async () => {
    const layers = await open("layers-counts");
    expect(layers.provenance.matrix).toBe("layers/counts");
    const raw = await open("raw");
    expect(raw.provenance.matrix).toBe("raw/X");
    expect(raw.nVars).toBe(15); // raw has the genes that X lost
    expect(raw.provenance.notes.join()).toMatch(/read from raw\/X, since X does not hold counts/);
  });

  test("without certain counts asks, and opens the matrix that is chosen", async () => {
    const error = await open("ambiguous").catch((e) => e);
    expect(error).toBeInstanceOf(AmbiguousSliceError);
    expect(error.code).toBe("ambiguous");
    expect(JSON.parse(JSON.stringify(error.choices))).toEqual([
      { matrix: "X", nVars: 15, holds: "log1p" },
      { matrix: "layers/spliced", nVars: 15, holds: "counts" },
    ]);
    const spliced = await open("ambiguous", { matrix: "layers/spliced" });
    expectTruth(spliced, truths.ambiguous as unknown as Truth);
    const logs = await open("ambiguous", { matrix: "X" });
    expect(logs.countState).toBe("log1p");
    await expect(open("ambiguous", { matrix: "layers/none" })).rejects.toThrow(/has no matrix layers\/none/);
  });

  test("with coordinates in columns of obs takes them, under any of their names", async () => {
    const slice = await open("columns");
    expect(column(slice, "x_centroid")).toBeUndefined();
    const chosen = await open("columns", { coordinates: "depth,size" });
    expect(chosen.spatial[3]).toBe(1);
    await expect(open("columns", { coordinates: "obsm/none" })).rejects.toThrow(/has no coordinates obsm\/none/);
  });

  test("with a compound table or an unknown compression says what to do", async () => {
    await expect(open("compound")).rejects.toThrow(/obs is one compound table/);
    await expect(open("lzf")).rejects.toThrow(/X\/data is compressed with lzf/);
    const error = await open("lzf").catch((e) => e);
    expect(error.hint).toMatch(/gzip/);
  });

  test("opens after another failed, and the options of the person win", async () => {
    await open("lzf").catch(() => {});
    const slice = await open("csr", { unit: { name: "pixel", micronsPerUnit: 0.5 }, sectionColumn: "animal" });
    expect(slice.unit).toEqual({ name: "pixel", micronsPerUnit: 0.5, origin: "set" });
    expect(slice.section.names).toEqual(["m0", "m1"]);
    await expect(open("csr", { sectionColumn: "none" })).rejects.toThrow(/no obs column none/);
  });

  test("of Visium without pixels is placed on the lattice of its spots", async () => {
    const obs = (tree: ReturnType<typeof anndataTree>) => (tree.obs as { group: Record<string, unknown> }).group;
    const tree = anndataTree(60, 12, { obsm: null });
    Object.assign(obs(tree), {
      array_row: { data: Int32Array.from({ length: 60 }, (_, i) => Math.floor(i / 10)) },
      array_col: { data: Int32Array.from({ length: 60 }, (_, i) => 2 * (i % 10) + (Math.floor(i / 10) % 2)) },
    });
    const slice = await readH5ad(memorySource("visium.h5ad", await writeHdf5(tree)));
    expect(slice.unit).toEqual({ name: "µm", micronsPerUnit: 1, origin: "declared" });
    expect(Math.hypot(slice.spatial[20] - slice.spatial[0], slice.spatial[21] - slice.spatial[1])).toBeCloseTo(100, 3);
  });

  test("names its cells and genes by text, nullable text, categories or numbers", async () => {
    const tree = anndataTree(50, 3);
    const named = (index: Tree[string]): Tree => ({
      ...tree,
      var: { attrs: { _index: "_index", "column-order": [] }, group: { _index: index } },
    });
    const mask = { data: new Uint8Array(3) };
    const forms: Tree[string][] = [
      { group: { values: { data: ["7", "5", "6"] }, mask } },
      { group: { codes: { data: Int8Array.of(2, 0, 1) }, categories: { data: ["5", "6", "7"] } } },
      { data: Int32Array.of(7, 5, 6) },
    ];
    for (const form of forms) {
      const slice = await readH5ad(memorySource("named.h5ad", await writeHdf5(named(form))));
      expect(slice.varNames).toEqual(["7", "5", "6"]);
    }
  });

  test("that declares its unit is not estimated", async () => {
    const tree = anndataTree(50, 12, {
      obsm: { group: { spatial: { data: positions(50), shape: [50, 2], attrs: { unit: "mm" } } } },
    });
    const slice = await readH5ad(memorySource("mm.h5ad", await writeHdf5(tree)));
    expect(slice.unit).toEqual({ name: "mm", micronsPerUnit: 1000, origin: "declared" });
  });

  test("can be cancelled while it is read", async () => {
    const task = { progress() {}, cancelled: true };
    const error = await readH5ad(fixture("csr.h5ad"), {}, task).catch((e) => e);
    expect(error).toBeInstanceOf(LabError);
    expect(error.code).toBe("cancelled");
  });

  test("whose source fails while reading says so, and not that it is damaged", async () => {
    const good = memorySource("large.h5ad", await writeHdf5(anndataTree(100_000, 12)));
    const readSync = (offset: number, length: number) => {
      if (offset > 0) throw new Error("unplugged"); // the first megabyte is still there
      return good.readSync(offset, length);
    };
    await expect(readH5ad({ ...good, readSync })).rejects.toThrow(/cannot be read any more/);
    expect((await readH5ad(good)).nObs).toBe(100_000);
  });
});
