import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { defaultRecipe } from "../src/core/train/recipe";
import { readArguments } from "./command";
import { train } from "./commands/train";
import { recipeOf } from "./recipe-options";
import type { RunRecord } from "./run-folder";
import { jsonOf, runCli } from "./testing/run-cli";
import { temporaryFolder } from "./testing/temporary-folder";
import { viewRecipe } from "./view-options";

const cwd = temporaryFolder();
const small = "--hidden 8 --heads 2 --epochs 2 --seed 4 --backend cpu".split(" ");
const trainInto = (out: string, ...more: string[]) => ["train", "s.arrow", "--out", out, ...small, ...more];
const recordOf = (run: string) => JSON.parse(readFileSync(join(cwd, run, "run.json"), "utf8")) as RunRecord;

beforeAll(async () => {
  await jsonOf("simulate --tissue cortex --cells 300 --genes 30 --sections 1 --seed 1 s.arrow".split(" "), { cwd });
}, 60_000);

describe("the options of a view", () => {
  const parse = (...words: string[]) => readArguments(train, ["s.arrow", "--out", "o", ...words]);
  test.each([
    ["", { kind: "full" }],
    ["--view ego", { kind: "ego", hops: 2, batchSize: 64 }],
    ["--view ego --hops 1 --batch-size 7", { kind: "ego", hops: 1, batchSize: 7 }],
    ["--view sample", { kind: "sample", fanOuts: [10, 5], batchSize: 64 }],
    ["--view sample --fan-outs 8,4,2", { kind: "sample", fanOuts: [8, 4, 2], batchSize: 64 }],
  ])("%s", (words, view) => {
    expect(recipeOf(parse(...words.split(" ").filter(Boolean)), cwd).view).toEqual(view);
  });

  test("come from the recipe where they are not given", () => {
    const before = { kind: "ego", hops: 3, batchSize: 9 } as const;
    expect(viewRecipe(parse(), before)).toEqual(before);
    expect(viewRecipe(parse("--hops", "1"), before)).toEqual({ ...before, hops: 1 });
    expect(viewRecipe(parse("--view", "full"), before)).toEqual(defaultRecipe().view);
  });

  test.each([
    ["--hops 2", "--hops belongs to --view ego"],
    ["--view ego --fan-outs 3", "--fan-outs belongs to --view sample"],
    ["--batch-size 64", "--batch-size belongs to --view ego or --view sample"],
    ["--view ego --hops 9", "--hops: expected a whole number from 1 to 8"],
    ["--view sample --fan-outs 3,x", "view.fanOuts[1] must be a whole number from 1 to 10000"],
  ])("%s is refused", (words, message) => {
    expect(() => recipeOf(parse(...words.split(" ")), cwd)).toThrow(message);
  });
});

test("a run on ego-nets takes a step a batch, is recorded, and can be repeated", async () => {
  const told = await jsonOf(trainInto("ego", "--view", "ego", "--batch-size", "100"), { cwd });
  expect(told).toMatchObject({ steps: 6, epochs: 2, finished: true });
  expect(told.finalLoss).toBeLessThan(told.firstLoss as number);
  const record = recordOf("ego");
  expect(record.recipe.view).toEqual({ kind: "ego", hops: 2, batchSize: 100 });
  expect(record.losses).toHaveLength(2);
  await jsonOf(["train", "s.arrow", "--out", "again", "--recipe", "ego/run.json", "--backend", "cpu"], { cwd });
  expect(recordOf("again").losses).toEqual(record.losses);
});

test("a run that is stopped within its first epoch keeps what it learned", async () => {
  const words = trainInto("stopped", "--view", "sample", "--batch-size", "100", "--json");
  const { code, out, lines } = await runCli(words, { cwd, stopAt: /epoch 1 of 2, batch 2 of 3/ });
  expect(code).toBe(130);
  expect(JSON.parse(out)).toMatchObject({ steps: 2, epochs: 0, finished: false, firstLoss: null, finalLoss: null });
  expect(lines.join("\n")).toMatch("stopped after 0 of 2 epochs");
  expect(recordOf("stopped")).toMatchObject({ steps: 2, losses: [] });
});
