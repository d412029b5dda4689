import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fileSource } from "../../../cli/file-source";
import { LabError } from "../errors";
import { createRng, integer } from "../random";
import { combineSections } from "../slice/combine";
import { positionsMicrons } from "../slice/slice";
import { summarize } from "../slice/summary";
import { writeArrow } from "./arrow";
import { type ByteSource, memorySource } from "./byte-source";
import truths from "./goldens/real-slices.json";
import { openSlice } from "./open-slice";
import { expectTruth, type Truth } from "./testing/compare";
import { badFiles, strangers } from "./testing/corpus";
import { fixture } from "./testing/fixtures";

const DATA = "../shared/data";
const present = existsSync(DATA);
if (!present) console.warn(`SKIPPED: the real slices are not tested, ${DATA} is absent.`);

describe.skipIf(!present)("a real slice", () => {
  for (const name of Object.keys(truths) as (keyof typeof truths)[])
    test(`${name} opens with the numbers that anndata gives, and its Arrow copy too`, async () => {
      const source = fileSource(`${DATA}/${name}.h5ad`);
      const slice = await openSlice(source);
      source.close();
      expectTruth(slice, truths[name] as unknown as Truth);
      const copy = await openSlice(memorySource(`${name}.arrow`, writeArrow(slice)));
      expectTruth(copy, truths[name] as unknown as Truth);
      expect(summarize(copy)).toEqual(summarize(slice));
    });

  test("in µm is recognised as such, and Visium's pixels by the lattice of the spots", async () => {
    for (const name of ["merfish_hypothalamus", "osmfish_ssp"] as const) {
      const { unit } = await openSlice(fileSource(`${DATA}/${name}.h5ad`));
      expect(unit).toEqual({ name: "µm", micronsPerUnit: 1, origin: "estimated" });
    }
    for (const name of ["dlpfc_151673", "dlpfc_151674"] as const) {
      const slice = await openSlice(fileSource(`${DATA}/${name}.h5ad`));
      expect(slice.unit).toMatchObject({ name: "pixel", origin: "estimated" });
      expect(slice.provenance.notes.join()).toMatch(/hexagonal lattice, taken for Visium's pitch of 100 µm/);
      const rows = slice.obs.find((c) => c.name === "array_row");
      const cols = slice.obs.find((c) => c.name === "array_col");
      if (rows?.kind !== "numeric" || cols?.kind !== "numeric") throw new Error("no array columns");
      // the slide itself is the ruler: 100 µm between spots whose columns differ by two
      const at = new Map(Array.from(rows.values, (row, i) => [`${row},${cols.values[i]}`, i]));
      const microns = positionsMicrons(slice);
      const steps: number[] = [];
      rows.values.forEach((row, i) => {
        const j = at.get(`${row},${cols.values[i] + 2}`);
        if (j !== undefined)
          steps.push(Math.hypot(microns[2 * j] - microns[2 * i], microns[2 * j + 1] - microns[2 * i + 1]));
      });
      const mean = steps.reduce((a, b) => a + b, 0) / steps.length;
      expect(Math.abs(mean - 100)).toBeLessThan(1);
    }
  });
});

const corpus = await badFiles();

describe("a bad file", () => {
  for (const { name, bytes, expect: wanted } of corpus)
    test(`${name} gets a message that says what is wrong`, async () => {
      const opened = openSlice(memorySource(name, bytes));
      if ("note" in wanted) {
        expect((await opened).provenance.notes.join("\n")).toMatch(wanted.note);
        return;
      }
      const error = await opened.then(
        () => new Error("it opened"),
        (thrown) => thrown,
      );
      expect(error).toBeInstanceOf(LabError);
      expect(error.message).toMatch(wanted.message);
      expect(error.code).toBe(wanted.code);
      expect(error.hint).not.toBe("");
    });

  test("leaves the reader fit for a good one", async () => {
    const [mouse] = await strangers();
    expect((await openSlice(memorySource("mouse.h5ad", mouse))).nObs).toBe(50);
  });

  test("with no gene of another says that none is common", async () => {
    const slices = await Promise.all((await strangers()).map((b, i) => openSlice(memorySource(`s${i}.h5ad`, b))));
    expect(() => combineSections(slices)).toThrow(/No gene is common to s0 and s1/);
  });

  test("damaged anywhere opens or is told, and takes no time", async () => {
    const rng = createRng(1);
    for (const name of ["csr.h5ad", "plain.arrow", "lz4.feather", "zstd.feather", "batches.arrow", "large.arrow"]) {
      const source = fixture(name);
      for (let round = 0; round < 60; round++) {
        const bytes = source.readSync(0, source.size).slice();
        const place = integer(rng, bytes.length);
        for (let k = 0; k < 8; k++) bytes[8 + ((place + integer(rng, 64)) % (bytes.length - 8))] = integer(rng, 256);
        const start = performance.now();
        const error = await openSlice(memorySource(name, bytes)).then(
          () => null,
          (thrown) => thrown,
        );
        if (error !== null) expect(error, `${name}, round ${round}`).toBeInstanceOf(LabError);
        expect(performance.now() - start, `${name}, round ${round}`).toBeLessThan(5000);
      }
    }
  });

  test("of 10 GB is refused at once, whichever format it claims", async () => {
    const hdf5 = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
    const heads = { hdf5, arrow: [...new TextEncoder().encode("ARROW1\0\0")], nothing: [1, 2, 3] };
    for (const [format, head] of Object.entries(heads)) {
      const { source, read } = sparse(10e9, Uint8Array.from(head), new Uint8Array());
      await expect(openSlice(source)).rejects.toThrow(LabError);
      expect(read(), format).toBeLessThan(64e6);
    }
    // an end that is an Arrow file's, with a footer that claims two gigabytes
    const tail = Uint8Array.from([0, 0, 0, 0x7f, ...new TextEncoder().encode("ARROW1")]);
    const { source } = sparse(10e9, Uint8Array.from(heads.arrow), tail);
    await expect(openSlice(source)).rejects.toThrow(LabError);
  });
});

/** A file of zeros between a head and a tail, and how many of its bytes were asked for. */
function sparse(size: number, head: Uint8Array, tail: Uint8Array): { source: ByteSource; read: () => number } {
  let bytesRead = 0;
  const readSync = (offset: number, length: number) => {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
    bytesRead += bytes.length;
    for (let k = 0; k < bytes.length; k++) {
      const at = offset + k;
      if (at >= head.length && at < size - tail.length) continue;
      bytes[k] = at < head.length ? head[at] : tail[at - (size - tail.length)];
    }
    return bytes;
  };
  return { source: { name: "huge", size, readSync }, read: () => bytesRead };
}
