import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { createRng } from "../random";
import { packStrings, stringAt } from "../slice/utf8-column";
import { memorySource } from "./byte-source";
import {
  type EmbeddingTable,
  readClusterTable,
  readEmbeddingTable,
  writeClusterTable,
  writeEmbeddingTable,
} from "./run-tables";

const folder = mkdtempSync(join(tmpdir(), "run-tables-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function gather(write: (sink: (bytes: Uint8Array) => void) => void): Uint8Array {
  const pieces: Uint8Array[] = [];
  write((bytes) => pieces.push(bytes.slice()));
  return new Uint8Array(Buffer.concat(pieces));
}

function someTable(nObs = 7, size = 3): EmbeddingTable {
  const rng = createRng(3);
  return {
    obsNames: packStrings(Array.from({ length: nObs }, (_, i) => `cell-${i}-µ`)),
    section: { codes: Int8Array.from({ length: nObs }, (_, i) => i % 2), names: ["left", "right"] },
    positions: Float32Array.from({ length: 2 * nObs }, () => 1000 * rng()),
    labels: [
      {
        kind: "categorical",
        name: "layer",
        codes: Int8Array.from({ length: nObs }, (_, i) => (i % 3) - 1),
        categories: ["L1", "L2"],
        colors: ["#112233", "#445566"],
      },
      { kind: "categorical", name: "x", codes: new Int8Array(nObs), categories: ["only"] },
    ],
    embedding: Float32Array.from({ length: nObs * size }, () => rng() - 0.5),
    size,
  };
}

describe("the embedding of a run", () => {
  const table = someTable();
  const bytes = gather((sink) => writeEmbeddingTable(table, sink));

  test("comes back as it was written, with labels named like the table's own columns", async () => {
    expect(await readEmbeddingTable(memorySource("embedding.arrow", bytes))).toEqual(table);
  });

  test("is the same file each time", () => {
    expect(gather((sink) => writeEmbeddingTable(table, sink))).toEqual(bytes);
  });

  test("says which column is missing from a file that is none", async () => {
    const clusters = gather((sink) => writeClusterTable({ ...table, codes: new Int32Array(7), metadata: {} }, sink));
    await expect(readEmbeddingTable(memorySource("clusters.arrow", clusters))).rejects.toThrow(
      "clusters.arrow has no column embedding",
    );
    await expect(readClusterTable(memorySource("embedding.arrow", bytes))).rejects.toThrow("no column cluster");
  });

  test("is refused when it is cut short", async () => {
    const cut = bytes.subarray(0, bytes.length - 100);
    await expect(readEmbeddingTable(memorySource("embedding.arrow", cut))).rejects.toMatchObject({ code: "format" });
  });
});

test("clusters come back as they were written", async () => {
  const codes = Int32Array.of(0, 2, 1, -1);
  const obsNames = packStrings(["a", "b", "c", "d"]);
  const bytes = gather((sink) => writeClusterTable({ obsNames, codes, metadata: { seed: "4" } }, sink));
  const table = await readClusterTable(memorySource("clusters.arrow", bytes));
  expect(table.codes).toEqual(codes);
  expect(table.metadata).toEqual({ seed: "4" });
  expect(stringAt(table.obsNames, 2)).toBe("c");
});

const python = fileURLToPath(new URL("../../../bench/peers/.venv/bin/python", import.meta.url));
const hasPython = existsSync(python);
if (!hasPython) console.warn("run-tables: bench/peers/.venv is absent, so nothing was checked against pyarrow.");

describe.skipIf(!hasPython)("beside pyarrow", () => {
  const runPython = (code: string): string => {
    const { stdout, stderr, status } = spawnSync(python, ["-c", code, folder], { encoding: "utf8" });
    expect(stderr, stderr).toBe("");
    expect(status).toBe(0);
    return stdout;
  };

  test("what the lab writes is what pyarrow reads", () => {
    const table = someTable();
    writeFileSync(
      join(folder, "ours.arrow"),
      gather((sink) => writeEmbeddingTable(table, sink)),
    );
    const read = JSON.parse(
      runPython(`import sys, json, pyarrow.feather as f
t = f.read_table(sys.argv[1] + "/ours.arrow")
t.validate(full=True)
print(json.dumps({"names": t.column_names, "embedding": t["embedding"].to_pylist(), "layer": t["layer"].to_pylist(), "id": t["id"].to_pylist()}))`),
    );
    expect(read.names).toEqual(["id", "section", "x", "y", "layer", "obs.x", "embedding"]);
    expect(Float32Array.from(read.embedding.flat())).toEqual(table.embedding);
    expect(read.layer).toEqual([null, "L1", "L2", null, "L1", "L2", null]);
    expect(read.id[1]).toBe("cell-1-µ");
  });

  test("what pyarrow writes, in several batches and in doubles, is what the lab reads", async () => {
    runPython(`import sys, numpy as np, pyarrow as pa
x = np.arange(12, dtype=np.float64)
t = pa.table({"id": ["a", "b", "c", "d"], "label": pa.array(["u", "v", None, "u"]).dictionary_encode(),
  "embedding": pa.FixedSizeListArray.from_arrays(pa.array(x), 3)})
with pa.ipc.new_file(sys.argv[1] + "/theirs.arrow", t.schema) as w:
  w.write_table(t, max_chunksize=3)`);
    const table = await readEmbeddingTable(
      memorySource("theirs.arrow", new Uint8Array(readFileSync(join(folder, "theirs.arrow")))),
    );
    expect([...table.embedding]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(table.size).toBe(3);
    expect(table.labels.map(({ name, codes }) => [name, [...codes]])).toEqual([["label", [0, 1, -1, 0]]]);
    expect(table.section.names).toEqual(["all"]);
  });
});
