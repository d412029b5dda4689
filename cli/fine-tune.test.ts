import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { spatialsslRecipe } from "../src/core/train/presets";
import { jsonOf, runCli } from "./testing/run-cli";
import { temporaryFolder } from "./testing/temporary-folder";

const cwd = temporaryFolder();
const words = (text: string) => text.split(" ");
const small = words("--backend wasm --seed 1 --epochs 12");
const recordOf = (folder: string) => JSON.parse(readFileSync(join(cwd, folder, "run.json"), "utf8"));

beforeAll(async () => {
  await jsonOf(words("simulate --tissue cortex --cells 900 --genes 60 --sections 3 --seed 2 s.arrow"), { cwd });
  await jsonOf(
    words("pretrain s.arrow --layers 2 --hidden 16 --knn 6 --out pre --test-sections").concat("section_3", small),
    { cwd },
  );
}, 60_000);

describe("pretraining", () => {
  test("begins with the paper's network, and watches blocks of the sections that are not tested on", () => {
    const { recipe, split, validationLosses, bestEpoch, losses } = recordOf("pre");
    const paper = spatialsslRecipe("mae");
    expect(recipe).toMatchObject({ method: "mae", config: paper.config, optimizer: paper.optimizer, patience: 10 });
    expect(recipe.encoder).toEqual({ ...paper.encoder, layers: 2, hidden: 16 });
    expect(split).toMatchObject({ validation: "block", testSections: ["section_3"] });
    expect(split.nTrain + split.nValidation + split.nTest).toBe(900);
    expect(split.nValidation / (900 - split.nTest)).toBeCloseTo(0.2, 1);
    expect(validationLosses.length).toBe(losses.length);
    expect(validationLosses[bestEpoch - 1]).toBe(Math.min(...validationLosses));
  });

  test("learns no label, and knows its sections", async () => {
    const labelled = await runCli(words("pretrain s.arrow --method supervised --label domain --out x"), { cwd });
    expect(labelled).toMatchObject({ code: 2, lines: [expect.stringContaining("--label belongs to finetune")] });
    const unknown = await runCli(words("pretrain s.arrow --test-sections north --out x"), { cwd });
    expect(unknown).toMatchObject({ code: 1, lines: expect.arrayContaining([expect.stringContaining("north")]) });
  });
});

describe("fine-tuning", () => {
  const tuned = (out: string, ...more: string[]) =>
    jsonOf(
      ["finetune", "s.arrow", "--model", "pre", "--label", "domain", "--lr", "0.01", "--out", out, ...small, ...more],
      { cwd },
    );

  test("goes on from the pretrained encoder with another layer, and predicts a table that has the label's classes", async () => {
    await tuned("tuned", "--test-sections", "section_3", "--epochs", "40");
    const record = recordOf("tuned");
    expect(record.pretraining).toEqual(recordOf("pre").recipe);
    expect(record.recipe.config).toEqual({
      classWeights: "none",
      geneDropout: 0,
      headLayer: true,
      encoderRate: 1,
      frozen: false,
    });
    expect(record.split.nTest).toBe(recordOf("pre").split.nTest);

    const predicted = await jsonOf(words("predict s.arrow --model tuned --out p.csv --backend wasm"), { cwd });
    expect(predicted).toMatchObject({ nObs: 900, label: "domain", missingGenes: 0, nScored: 900 });
    expect(predicted.f1Micro).toBeGreaterThan(0.6);
    const [head, ...rows] = readFileSync(join(cwd, "p.csv"), "utf8").trimEnd().split("\n");
    expect(head).toBe(["id,section,predicted,probability", ...record.classes.map((c: string) => `p_${c}`)].join());
    expect(rows.length).toBe(900);
    for (const row of [rows[0], rows[899]]) {
      const [, , , probability, ...own] = row.split(",");
      expect(Number(probability)).toBeCloseTo(Math.max(...own.map(Number)), 5);
      expect(own.map(Number).reduce((a, b) => a + b)).toBeCloseTo(1, 4);
    }
    const table = await jsonOf(words("predict s.arrow --model tuned --out p.arrow --backend wasm"), { cwd });
    expect(table).toEqual(predicted);
  });

  test("may leave the encoder frozen, or start from scratch with the same network", async () => {
    await tuned("frozen", "--frozen", "--linear", "--validation", "none");
    expect(recordOf("frozen").recipe.config).toEqual({
      classWeights: "none",
      geneDropout: 0,
      headLayer: false,
      encoderRate: 1,
      frozen: true,
    });
    expect(recordOf("frozen").split).toBeUndefined();
    await tuned("scratch", "--from-scratch");
    expect(recordOf("scratch").pretraining).toBeUndefined();
    expect(recordOf("scratch").recipe.encoder).toEqual(recordOf("pre").recipe.encoder);
    const both = await runCli(words("finetune s.arrow --model pre --label domain --frozen --from-scratch --out x"), {
      cwd,
    });
    expect(both.code).toBe(2);
  });

  test("is needed before prediction", async () => {
    const early = await runCli(words("predict s.arrow --model pre --out p.csv"), { cwd });
    expect(early).toMatchObject({
      code: 1,
      lines: expect.arrayContaining([expect.stringContaining("learned no label")]),
    });
    const named = await runCli(words("predict s.arrow --model pre --out p.txt"), { cwd });
    expect(named.code).toBe(2);
  });
});
