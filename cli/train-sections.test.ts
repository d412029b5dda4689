import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readModel } from "../src/core/train/model-file";
import { jsonOf, runCli } from "./testing/run-cli";
import { temporaryFolder } from "./testing/temporary-folder";

const cwd = temporaryFolder();
const settings = "--backend wasm --epochs 4 --layers 2 --hidden 8 --knn 5".split(" ");
const pretrain = (...words: string[]) => ["pretrain", "atlas", ...settings, ...words];

describe("pretraining on a folder of sections", () => {
  let told: Record<string, unknown>;
  beforeAll(async () => {
    await jsonOf("simulate --tissue hypothalamus --atlas 5 --cells 800 --genes 25 atlas".split(" "), { cwd });
    told = await jsonOf(pretrain("--out", "whole"), { cwd });
  }, 120_000);
  const record = (name: string) => JSON.parse(readFileSync(join(cwd, name, "run.json"), "utf8"));
  const model = (name: string) => readFileSync(join(cwd, name, "model.safetensors"));

  test("holds sections out to validate on, and leaves a model with genes and statistics of those it trained on", () => {
    expect(told).toMatchObject({
      nSections: 5,
      nTrain: 4,
      nValidation: 1,
      nTest: 0,
      epochs: 4,
      steps: 16,
      finished: true,
    });
    expect(told.finalLoss).toBeLessThan(told.firstLoss as number);
    expect(readdirSync(join(cwd, "whole")).sort()).toEqual(["model.safetensors", "run.json"]);
    const { losses, validationLosses, sections } = record("whole");
    expect([losses.length, validationLosses.length]).toEqual([4, 4]);
    expect(sections.map((s: { role: string }) => s.role).sort()).toEqual([
      "train",
      "train",
      "train",
      "train",
      "validation",
    ]);
    const { genes, statistics } = readModel(new Uint8Array(model("whole")), "whole");
    expect(genes).toHaveLength(25);
    expect(statistics?.targetSum).toBeGreaterThan(0);
  });

  test("goes on where it was stopped: the same losses, the same model", async () => {
    const { code } = await runCli(pretrain("--out", "parts"), { cwd, stopAt: /epoch 2 of 4, batch 3/ });
    expect(code).toBe(130);
    expect(record("parts")).toMatchObject({ finished: false, epochs: 1, steps: 7 });
    expect(existsSync(join(cwd, "parts", "checkpoint.safetensors"))).toBe(true);
    const resumed = await jsonOf(pretrain("--out", "parts", "--resume"), { cwd });
    expect(resumed).toMatchObject({ steps: 16, epochs: 4, finalLoss: told.finalLoss, bestEpoch: told.bestEpoch });
    for (const key of ["losses", "validationLosses"]) expect(record("parts")[key]).toEqual(record("whole")[key]);
    expect(model("parts").equals(model("whole"))).toBe(true);
    expect(existsSync(join(cwd, "parts", "checkpoint.safetensors"))).toBe(false);
  }, 60_000);

  test("can test on the section of least imbalance; the model embeds a slice it never saw", async () => {
    const run = await jsonOf(pretrain("--out", "held", "--test-by", "class", "--validation", "none"), { cwd });
    expect(run).toMatchObject({ nTrain: 4, nValidation: 0, nTest: 1 });
    const { sections } = record("held");
    const inspected = await jsonOf(["inspect", "atlas"], { cwd });
    const label = (inspected.labels as { name: string; heldOut: string }[]).find(({ name }) => name === "class");
    expect(sections.find((s: { role: string }) => s.role === "test").name).toBe(label?.heldOut);
    const file = `atlas/${label?.heldOut}.arrow`;
    expect(await jsonOf(["embed", file, "--model", "held", "--out", "embedded"], { cwd })).toMatchObject({
      embeddingSize: 8,
    });
  }, 60_000);

  test("is gone on with on labels over the sections, and the result predicts", async () => {
    const words = "finetune atlas --model held --label class --out labelled --epochs 6 --backend wasm".split(" ");
    const tuned = await jsonOf([...words, "--test-by", "class"], { cwd });
    expect(tuned).toMatchObject({ nTest: 1, nValidation: 1, nTrain: 3, epochs: 6 });
    expect(tuned.finalLoss).toBeLessThan(tuned.firstLoss as number);
    const { pretraining, classes, sections } = record("labelled");
    expect(pretraining.method).toBe("mae");
    const test = sections.find((s: { role: string }) => s.role === "test").name;
    const predict = ["predict", `atlas/${test}.arrow`, "--model", "labelled", "--out", "told.csv", "--backend", "wasm"];
    const told = await jsonOf(predict, { cwd });
    expect(Object.keys(told.cells as object)).toEqual(classes);
    expect(told.f1Micro).toBeGreaterThan(1 / classes.length);
  }, 60_000);

  test("by preset lab has a linear reader of all sections beside it", async () => {
    const lab = "--preset lab --epochs 1 --backend wasm".split(" ");
    await jsonOf(["pretrain", "atlas", ...lab, "--out", "lab-pre"], { cwd });
    const tune = [
      "finetune",
      "atlas",
      "--model",
      "lab-pre",
      ...lab,
      "--label",
      "class",
      "--test-sections",
      "section_2",
    ];
    const run = await jsonOf([...tune, "--out", "lab"], { cwd });
    expect(run).toMatchObject({ nTrain: 4, nValidation: 0, nTest: 1, reader: { share: 0.7, selfTrained: true } });
    const predicted = await jsonOf("predict atlas/section_2.arrow --model lab --out p.csv --backend wasm".split(" "), {
      cwd,
    });
    expect(predicted.reader).toEqual({ share: 0.7, selfTrained: true });
    expect(predicted.f1Macro).toBeGreaterThan(0.5);
  });

  test("tells what does not fit: words, sections, labels, memory", async () => {
    const wrong = async (words: string[]) => {
      const { code, lines } = await runCli(words, { cwd });
      return `${code} ${lines.join(" ")}`;
    };
    expect(await wrong(pretrain("--out", "x", "--test-sections", "section_99"))).toMatch(
      /^1 .*no section "section_99"/,
    );
    expect(await wrong(pretrain("--out", "x", "--test-by", "layer"))).toMatch(/^1 .*label "layer".*There are domain/s);
    expect(await wrong(pretrain("--out", "x", "--validation", "block"))).toMatch(/^2 .*none, section/s);
    expect(await wrong(pretrain("--out", "x", "--resume"))).toMatch(/^1 .*holds no run to go on with/);
    expect(await wrong(pretrain("--out", "x", "--memory-limit", "1MB"))).toMatch(/^1 .*memory/);
    const file = ["pretrain", "atlas/section_1.arrow", ...settings, "--out", "x", "--resume"];
    expect(await wrong(file)).toMatch(/^2 .*--resume belongs to several files/);
    const { code, out } = await runCli([...pretrain("--dry-run"), "--json"], { cwd });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ fits: true, section: expect.stringMatching(/^section_/) });
  }, 60_000);
});
