import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Slice } from "../slice/slice";
import { largeSlice } from "../slice/testing/large-slice";
import { validateSlice } from "../slice/validate";
import { chunksOf, createArrowWriter, layoutOf, writeArrow } from "./arrow";
import { readArrow } from "./arrow-reader";
import { type ByteSource, memorySource } from "./byte-source";
import truths from "./goldens/fixtures.json";
import { expectTruth, type Truth } from "./testing/compare";
import { fixture } from "./testing/fixtures";

const PYTHON = "bench/peers/.venv/bin/python";
const python = existsSync(PYTHON);
if (!python) console.warn(`SKIPPED: reading and writing with pyarrow is not tested, ${PYTHON} is absent.`);

const read = (bytes: Uint8Array) => readArrow(memorySource("test.arrow", bytes));

/** Writes a slice in batches of so many cells. */
function inBatches(slice: Slice, size: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  const writer = createArrowWriter(layoutOf(slice), (bytes) => pieces.push(bytes.slice()));
  const [whole] = chunksOf(slice);
  for (let from = 0; from < slice.nObs; from += size) {
    const to = Math.min(slice.nObs, from + size);
    const start = whole.X.indptr[from];
    writer.write({
      X: {
        indptr: whole.X.indptr.slice(from, to + 1).map((at) => at - start),
        indices: whole.X.indices.subarray(start, whole.X.indptr[to]),
        data: whole.X.data.subarray(start, whole.X.indptr[to]),
      },
      obsNames: { offsets: whole.obsNames.offsets.subarray(from, to + 1), bytes: whole.obsNames.bytes },
      spatial: whole.spatial.subarray(2 * from, 2 * to),
      sectionCodes: whole.sectionCodes.subarray(from, to),
      obs: whole.obs.map((values) => values.subarray(from, to)),
    });
  }
  writer.finish();
  return Buffer.concat(pieces);
}

describe("the Arrow layout", () => {
  test("gives the same slice back, and written again the same bytes", async () => {
    const slice = validateSlice(largeSlice(1000, 50, 0.2));
    const bytes = writeArrow(slice);
    const copy = await read(bytes);
    expect(copy).toEqual(slice);
    expect(Buffer.compare(writeArrow(copy), bytes)).toBe(0);
  });

  test("keeps a label apart that is called like a column of its own", async () => {
    const slice = largeSlice(100, 10, 0.5);
    const { codes } = slice.section;
    const label = {
      kind: "categorical",
      name: "section",
      codes: codes.map((c) => 1 - c),
      categories: ["1", "2"],
    } as const;
    const copy = await read(writeArrow({ ...slice, obs: [...slice.obs, label] }));
    expect(copy.obs.map((c) => c.name)).toEqual(["layer", "x", "section"]);
    expect(copy.obs[2]).toEqual(label);
    expect(copy.section).toEqual(slice.section);
  });

  test("writes the section once where a label is the section", async () => {
    const slice = largeSlice(100, 10, 0.5);
    const label = {
      kind: "categorical",
      name: "slab",
      codes: slice.section.codes,
      categories: slice.section.names,
    } as const;
    const copy = await read(writeArrow({ ...slice, obs: [label] }));
    expect(copy.section).toEqual(slice.section);
    expect(copy.section.codes.buffer).toBe((copy.obs[0] as typeof label).codes.buffer);
  });

  test("of several record batches is the same slice", async () => {
    const slice = largeSlice(300, 50, 0.2);
    for (const size of [1, 7, 100, 299]) {
      const copy = await read(inBatches(slice, size));
      expect(copy).toEqual({ ...slice, provenance: copy.provenance });
    }
  });

  test("refuses a count that the declared type cannot hold", () => {
    const slice = largeSlice(10, 5, 1);
    const writer = createArrowWriter({ ...layoutOf(slice), countType: "uint8" }, () => {});
    const [chunk] = chunksOf(slice);
    const data = Uint16Array.from(chunk.X.data).fill(300, 0, 1);
    expect(() => writer.write({ ...chunk, X: { ...chunk.X, data } })).toThrow(/300 does not fit uint8/);
  });

  test("of 100,000 cells x 500 genes opens without copying a count", async () => {
    const bytes = writeArrow(largeSlice(100_000, 500, 0.13));
    let requested = 0;
    const source: ByteSource = {
      name: "large.arrow",
      size: bytes.length,
      readSync(offset, length) {
        requested += length;
        return bytes.subarray(offset, offset + length);
      },
    };
    const { X } = await readArrow(source);
    // all three are views of the one buffer the record batch was read into, which is no larger than the file
    expect(X.data.buffer).toBe(X.indices.buffer);
    expect(X.indptr.buffer).toBe(X.indices.buffer);
    expect(X.data.buffer.byteLength).toBeLessThanOrEqual(bytes.length);
    // and no byte was asked for twice, beyond the heads of messages
    expect(requested).toBeLessThan(bytes.length + 100_000);
  });
});

describe("a file of pyarrow", () => {
  const truth = truths.csr as unknown as Truth;
  for (const name of ["plain.arrow", "lz4.feather", "zstd.feather", "batches.arrow", "large.arrow"])
    test(`${name} opens with the numbers it was written from`, async () => {
      const slice = await readArrow(fixture(name));
      expectTruth(slice, { ...truth, categories: { layer: truth.categories.layer } });
      expect(slice.X.data).toBeInstanceOf(Uint16Array);
      const layer = slice.obs.find((c) => c.name === "layer");
      expect(layer?.kind === "categorical" && layer.codes.filter((c) => c < 0).length).toBe(6);
      expect(slice.unit.origin).toBe("estimated");
    });

  test.skipIf(!python)("written by the example of docs/formats.md opens, and pyarrow opens ours", async () => {
    const folder = mkdtempSync(join(tmpdir(), "slice-"));
    try {
      const [, example] = /```python\n([\s\S]*?)```/.exec(readFileSync("docs/formats.md", "utf8")) ?? [];
      const theirs = join(folder, "slice.arrow");
      const prepare = `import anndata as ad, numpy as np, scipy.sparse as sp
adata = ad.AnnData(sp.random(30, 8, 0.4, "csr", random_state=1, data_rvs=lambda n: np.arange(1, n + 1)))
adata.obsm["spatial"] = np.random.default_rng(1).uniform(0, 99, (30, 2))
adata.obs["layer"] = np.array(["L1", "WM"])[np.arange(30) % 2]
adata.obs["layer"] = adata.obs["layer"].astype("category")
adata.write_h5ad(r"${folder}/slice.h5ad")
import os; os.chdir(r"${folder}")
`;
      execFileSync(PYTHON, ["-c", prepare + example]);
      const slice = await read(readFileSync(theirs));
      expect([slice.nObs, slice.nVars, slice.X.data.length]).toEqual([30, 8, 96]);
      expect(slice.obs.map((c) => c.name)).toEqual(["layer"]);

      const ours = join(folder, "ours.arrow");
      const large = largeSlice(200, 20, 0.3);
      writeFileSync(ours, writeArrow(large));
      const script = `import json, pyarrow as pa
table = pa.ipc.open_file(r"${ours}").read_all()
table.validate(full=True)
genes = json.loads(table.schema.metadata[b"slice.genes"])
print(json.dumps([table.num_rows, len(genes), sum(map(sum, table["count"].to_pylist())), table["layer"].null_count,
  str(table.schema.field("gene").type.value_type), table["layer"].to_pylist()[1:4], table["section"].to_pylist()[:2]]))`;
      const seen = JSON.parse(execFileSync(PYTHON, ["-c", script], { encoding: "utf8" }));
      const total = (large.X.data as Uint8Array).reduce((a, b) => a + b, 0);
      expect(seen).toEqual([200, 20, total, 40, "uint16", ["a", "b", "c"], ["left", "right"]]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
