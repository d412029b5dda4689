import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { writeArrow } from "../src/core/io/arrow";
import { openSlice } from "../src/core/io/open-slice";
import { readEmbeddingTable } from "../src/core/io/run-tables";
import { expectClose } from "../src/core/kernels/testing/backends";
import { alignGenes } from "../src/core/slice/align-genes";
import { takeSections } from "../src/core/slice/take-sections";
import { readSafetensors, writeSafetensors } from "../src/core/train/safetensors";
import { fileSource } from "./file-source";
import { jsonOf, runCli } from "./testing/run-cli";
import { temporaryFolder } from "./testing/temporary-folder";

const cwd = temporaryFolder();
const bytesOf = (...path: string[]) => new Uint8Array(readFileSync(join(cwd, ...path)));
const embedInto = (out: string) => ["embed", "s.arrow", "--model", "run", "--out", out, "--backend", "cpu"];

beforeAll(async () => {
  await jsonOf("simulate --tissue cortex --cells 200 --genes 20 s.arrow".split(" "), { cwd });
  const small = "--hidden 8 --heads 2 --epochs 2 --backend cpu".split(" ");
  await jsonOf(["train", "s.arrow", "--out", "run", ...small], { cwd });
}, 60_000);

test("weights from a file give the embedding that they were written with", async () => {
  const told = await jsonOf(embedInto("again"), { cwd });
  expect(told).toMatchObject({ backend: "cpu", nObs: 200, embeddingSize: 8 });
  expect(bytesOf("again", "embedding.arrow")).toEqual(bytesOf("run", "embedding.arrow"));
});

test("a finished run is not written over", async () => {
  const { code, lines } = await runCli(embedInto("run"), { cwd });
  expect(code).toBe(1);
  expect(lines.join()).toContain("finished run");
});

test("a part of the tissue, its genes in another order, embeds as it did within the whole: by the training's statistics", async () => {
  const words = "simulate --tissue cortex --cells 300 --genes 30 --sections 2 --batch-effect 1 two.arrow".split(" ");
  await jsonOf(words, { cwd });
  const small = "--hidden 8 --heads 2 --epochs 2 --scale --center --backend cpu".split(" ");
  await jsonOf(["train", "two.arrow", "--out", "both", ...small], { cwd });
  const source = fileSource(join(cwd, "two.arrow"));
  const whole = await openSlice(source);
  source.close();
  const part = takeSections(whole, whole.section.names.slice(1, 2));
  const backwards = [...part.varNames].reverse();
  writeFileSync(join(cwd, "part.arrow"), writeArrow(alignGenes(part, [...backwards.slice(1), "unknown"]).slice));
  writeFileSync(join(cwd, "turned.arrow"), writeArrow(alignGenes(part, backwards).slice));
  const embedded = async (slice: string) => {
    const told = await jsonOf(["embed", slice, "--model", "both", "--out", `of-${slice}`, "--backend", "cpu"], { cwd });
    const own = fileSource(join(cwd, `of-${slice}`, "embedding.arrow"));
    const { embedding } = await readEmbeddingTable(own);
    own.close();
    return { told, embedding };
  };
  const [all, turned, lacking] = [
    await embedded("two.arrow"),
    await embedded("turned.arrow"),
    await embedded("part.arrow"),
  ];
  const rows = [...whole.section.codes].flatMap((code, cell) => (code === 1 ? [cell] : []));
  expectClose(
    turned.embedding,
    rows.flatMap((cell) => [...all.embedding.subarray(8 * cell, 8 * cell + 8)]),
    1e-5,
  );
  expect(turned.told).toMatchObject({ nObs: part.nObs, missingGenes: 0 });
  // a gene that is not there reads as hidden
  expect(lacking.told).toMatchObject({ missingGenes: 1 });
  expect(lacking.embedding.every(Number.isFinite)).toBe(true);
}, 60_000);

test("weights without a recipe are refused, and it is told where to put it", async () => {
  const { arrays } = readSafetensors(bytesOf("run", "model.safetensors"));
  await jsonOf(embedInto("bare"), { cwd });
  writeFileSync(join(cwd, "bare", "model.safetensors"), writeSafetensors(arrays));
  const { code, lines } = await runCli(["embed", "s.arrow", "--model", "bare", "--out", "no"], { cwd });
  expect(code).toBe(1);
  expect(lines.join()).toContain("without a recipe");
});
