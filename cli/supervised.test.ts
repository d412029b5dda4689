import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { readSafetensors } from "../src/core/train/safetensors";
import { jsonOf, runCli } from "./testing/run-cli";
import { temporaryFolder } from "./testing/temporary-folder";

const cwd = temporaryFolder();
const small = "--backend wasm --knn 6 --layers 1 --hidden 16 --lr 0.02 --epochs 30 --seed 1".split(" ");
beforeAll(async () => {
  await jsonOf("simulate --tissue cortex --cells 400 --genes 60 --seed 2 s.arrow".split(" "), { cwd });
  await jsonOf(["train", "s.arrow", "--method", "supervised", "--label", "domain", "--out", "run", ...small], { cwd });
}, 60_000);

test("a supervised run keeps its classes beside its weights, and its record the label", () => {
  const { metadata } = readSafetensors(new Uint8Array(readFileSync(join(cwd, "run", "model.safetensors"))));
  const record = JSON.parse(readFileSync(join(cwd, "run", "run.json"), "utf8"));
  expect(record.recipe.label).toEqual({ name: "domain", leaveOut: [] });
  expect(record.classes.length).toBeGreaterThan(3);
  expect(JSON.parse(metadata.classes)).toEqual(record.classes);
  expect(record.losses.at(-1)).toBeLessThan(0.5 * record.losses[0]);
});

test("its weights embed a slice, and scores against the label that they learned carry a warning", async () => {
  const { nObs } = await jsonOf(["embed", "s.arrow", "--model", "run", "--out", "again"], { cwd });
  expect(nObs).toBe(400);
  const { code, lines } = await runCli(["evaluate", "run", "--label", "domain", "--json"], { cwd });
  expect(code).toBe(0);
  expect(lines.join()).toContain("warning: the network learned domain");
});

test("what does not fit is refused: no label, a label for a method that learns none", async () => {
  const missing = await runCli(["train", "s.arrow", "--method", "supervised", "--out", "x", ...small], { cwd });
  expect(missing).toMatchObject({ code: 1, lines: expect.arrayContaining([expect.stringContaining("--label")]) });
  const needless = await runCli(["train", "s.arrow", "--label", "domain", "--out", "x", ...small], { cwd });
  expect(needless.code).toBe(2);
  expect(needless.lines.join()).toContain("--label belongs to --method supervised");
});

test("a label may also say the types that masks hide, and is not taken for learned then", async () => {
  const words = "train s.arrow --mask types --entry-ratio 0.1 --label domain --out masked".split(" ");
  await jsonOf([...words, ...small], { cwd });
  const record = JSON.parse(readFileSync(join(cwd, "masked", "run.json"), "utf8"));
  expect(record.recipe).toMatchObject({
    method: "mae",
    config: { mask: "types", entryRatio: 0.1 },
    label: { name: "domain" },
  });
  expect(record.classes).toBeUndefined();
  const { lines } = await runCli(["evaluate", "masked", "--label", "domain"], { cwd });
  expect(lines.join()).not.toContain("learned");
  const missing = await runCli(["train", "s.arrow", "--mask", "types", "--out", "x", ...small], { cwd });
  expect(missing.lines.join()).toContain("needs a label for its masks");
});
