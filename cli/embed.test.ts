import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { readSafetensors, writeSafetensors } from "../src/core/train/safetensors";
import { jsonOf, runCli } from "./testing/run-cli";
import { temporaryFolder } from "./testing/temporary-folder";

const cwd = temporaryFolder();
const bytesOf = (...path: string[]) => new Uint8Array(readFileSync(join(cwd, ...path)));
const embedInto = (out: string, slice = "s.arrow") => [
  "embed",
  slice,
  "--model",
  "run",
  "--out",
  out,
  "--backend",
  "cpu",
];

beforeAll(async () => {
  for (const [file, genes] of Object.entries({ "s.arrow": "20", "other.arrow": "21" }))
    await jsonOf(["simulate", "--tissue", "cortex", "--cells", "200", "--genes", genes, file], { cwd });
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

test("a slice with other genes is refused, by the first that differs", async () => {
  const { code, lines } = await runCli(embedInto("no", "other.arrow"), { cwd });
  expect(code).toBe(1);
  expect(lines.join()).toContain("for 20 genes and the slice has 21; gene ");
});

test("weights without a recipe are refused, and it is told where to put it", async () => {
  const { arrays } = readSafetensors(bytesOf("run", "model.safetensors"));
  await jsonOf(embedInto("bare"), { cwd });
  writeFileSync(join(cwd, "bare", "model.safetensors"), writeSafetensors(arrays));
  const { code, lines } = await runCli(["embed", "s.arrow", "--model", "bare", "--out", "no"], { cwd });
  expect(code).toBe(1);
  expect(lines.join()).toContain("without a recipe");
});
