import { readdirSync, readFileSync, writeFileSync } from "node:fs";
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

describe("preset lab", () => {
  const few = words("--backend wasm --threads 1");
  const told = words("--label cell_type --fraction 120 --test-sections section_2");
  let run: { f1Micro: number; f1Macro: number; networkAlone: object; nLabels: number };
  let tuned: Record<string, unknown>;
  let predictions: { cells: number[]; codes: number[] };
  beforeAll(async () => {
    const tissue = words("simulate --tissue hypothalamus --cells 900 --genes 60 --sections 3 --seed 4 h.arrow");
    await jsonOf(tissue, { cwd });
    const lengths = { pretrain_epochs: 2, train_epochs: 3, preset: "lab" };
    writeFileSync(join(cwd, "short.json"), JSON.stringify(lengths));
    const study = words(
      "study annotation h.arrow --label cell_type --test-section section_2 --levels none --out study",
    );
    const one = words("--recipe short.json --views sub --ssl on --seeds 1 --fractions 120 --baselines none");
    const { runs } = (await jsonOf([...study, ...one, ...few], { cwd })) as { runs: (typeof run)[] };
    [run] = runs;
    const results = join(cwd, "study", "runs");
    const name = readdirSync(results).find((file) => file.includes("labels120")) as string;
    ({ predictions } = JSON.parse(readFileSync(join(results, name), "utf8")));
    await jsonOf(words("pretrain h.arrow --preset lab --epochs 2 --out lab-pre --backend wasm"), { cwd });
    const tune = words("finetune h.arrow --model lab-pre --preset lab --epochs 3 --out lab-tuned --backend wasm");
    tuned = await jsonOf([...tune, ...told], { cwd });
  }, 120_000);

  test("in single stages comes to the study's verdicts and scores", async () => {
    const { f1Micro, f1Macro, networkAlone, nLabels } = run;
    expect(tuned).toMatchObject({ f1Micro, f1Macro, networkAlone, nLabels, reader: { share: 0.7, selfTrained: true } });
    expect(recordOf("lab-tuned")).toMatchObject({ annotation: { nLabels: 120, scores: { f1Macro }, networkAlone } });
    await jsonOf(words("predict h.arrow --model lab-tuned --out h.csv --backend wasm"), { cwd });
    const [head, ...rows] = readFileSync(join(cwd, "h.csv"), "utf8").trimEnd().split("\n");
    // every class is among the labels, so their order is that of the codes
    const classes = head.split(",").flatMap((column) => (column.startsWith("p_") ? [column.slice(2)] : []));
    expect(predictions.cells.length).toBeGreaterThan(200);
    expect(predictions.cells.map((cell) => rows[cell].split(",")[2])).toEqual(
      predictions.codes.map((code) => classes[code]),
    );
  });

  test("leaves the reader out where it is told to, and predicts a slice that lacks genes with it", async () => {
    const tune = words(
      "finetune h.arrow --model lab-pre --preset lab --epochs 3 --out alone --backend wasm --reader none",
    );
    const alone = await jsonOf([...tune, ...told], { cwd });
    expect(alone).toMatchObject({ ...run.networkAlone, reader: null });
    expect(alone).not.toHaveProperty("networkAlone");
    const fewer = words("simulate --tissue hypothalamus --cells 300 --genes 50 --seed 9 fewer.arrow");
    await jsonOf(fewer, { cwd });
    const ask = (model: string) => words(`predict fewer.arrow --model ${model} --out f.csv --backend wasm`);
    const joined = await jsonOf(ask("lab-tuned"), { cwd });
    expect(joined).toMatchObject({ nScored: 300, reader: { share: 0.7 } });
    expect(joined.missingGenes).toBeGreaterThan(0);
    const { f1Micro, f1Macro } = await jsonOf(ask("alone"), { cwd });
    expect(joined.networkAlone).toEqual({ f1Micro, f1Macro });
  });

  test("and both stages read the recipe of a study", async () => {
    const recipe = {
      preset: "lab",
      pretrain_epochs: 2,
      train_epochs: 3,
      bottleneck: 32,
      views: ["sub"],
      train_lr: 0.002,
    };
    writeFileSync(
      join(cwd, "study.yaml"),
      `${JSON.stringify({ ...recipe, label: "cell_type", unlabelled: ["OPC"] })}\n`,
    );
    await jsonOf(words("pretrain h.arrow --recipe study.yaml --out yaml-pre --backend wasm"), { cwd });
    const { recipe: pretrained, split } = recordOf("yaml-pre");
    expect(pretrained).toMatchObject({
      epochs: 2,
      encoder: { hidden: 32, ownPath: 2 },
      view: { kind: "ego", hops: 1 },
    });
    expect(split).toBeUndefined();
    const tune = words(
      "finetune h.arrow --model yaml-pre --recipe study.yaml --fraction 60 --out yaml-tuned --backend wasm",
    );
    expect(await jsonOf(tune, { cwd })).toMatchObject({ epochs: 3, nLabels: 60, reader: { selfTrained: true } });
    const { recipe: tuned, classes } = recordOf("yaml-tuned");
    expect(tuned).toMatchObject({
      optimizer: { learningRate: 0.002 },
      view: { batchSize: 128 },
      encoder: { hidden: 32 },
    });
    expect(classes).not.toContain("OPC");
    writeFileSync(join(cwd, "grid.json"), '{ "radius": [20, 40] }');
    const grid = await runCli(words("pretrain h.arrow --recipe grid.json --out x"), { cwd });
    expect(grid).toMatchObject({
      code: 1,
      lines: expect.arrayContaining([expect.stringContaining("a grid of 2 networks")]),
    });
  });

  test("from scratch has a reader of labels alone", async () => {
    const tune = words(
      "finetune h.arrow --model lab-pre --preset lab --epochs 1 --from-scratch --out new --backend wasm",
    );
    expect(await jsonOf([...tune, ...told], { cwd })).toMatchObject({ reader: { selfTrained: false } });
    expect(recordOf("new").recipe).toMatchObject({ config: { encoderRate: 1, geneDropout: 0.3, headLayer: false } });
  });
});
