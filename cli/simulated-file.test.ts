import { expect, test } from "vitest";
import { memorySource } from "../src/core/io/byte-source";
import { openSlice } from "../src/core/io/open-slice";
import { summarize } from "../src/core/slice/summary";
import { quiet } from "../src/core/task";
import { writeSimulated } from "./simulated-file";

const options = { tissue: "embryo", nCells: 700, nGenes: 30, nSections: 3, seed: 2 } as const;

test("a slice written in batches is told, and read back, as the one written whole", async () => {
  const write = (batching: Parameters<typeof writeSimulated>[3]) => {
    const pieces: Uint8Array[] = [];
    const told = writeSimulated(options, (bytes) => pieces.push(bytes.slice()), quiet, batching);
    return { told, source: memorySource("embryo.arrow", new Uint8Array(Buffer.concat(pieces))) };
  };
  const whole = write({});
  const batched = write({ wholeUpTo: 0, batchSize: 30 * 128 });
  expect(batched.told).toEqual(whole.told);

  const [a, b] = [await openSlice(whole.source), await openSlice(batched.source)];
  expect(summarize(b)).toEqual(whole.told);
  expect(b.obsNames).toEqual(a.obsNames);
  expect(b.X.indptr).toEqual(a.X.indptr);
  expect([...b.X.indices]).toEqual([...a.X.indices]);
  expect([...b.X.data]).toEqual([...a.X.data]);
});
