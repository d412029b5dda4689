import { beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../../backend/backend";
import { buildGraph } from "../../graph/build-graph";
import { positionsMicrons, type Slice } from "../../slice/slice";
import { quiet } from "../../task";
import { openCpu } from "../../testing/open-cpu";
import { smallTissue } from "../../testing/small-tissue";
import { ROLE } from "../../train/cell-roles";
import { fineTuneRecipe } from "../../train/fine-tune-recipe";
import { defaultRecipe } from "../../train/recipe";
import { createTrainer } from "../../train/trainer";
import { type FineTuneChoice, type FineTuneInput, fineTune, fineTuneCells } from "./fine-tune";
import { labReader } from "./linear-reader";

const { slice: tissue } = smallTissue({ side: 20, nVars: 12 });
const slice: Slice = {
  ...tissue,
  section: { codes: Int8Array.from({ length: tissue.nObs }, (_, i) => Math.floor(i / 200)), names: ["a", "b"] },
};
const label = { name: "domain", leaveOut: [] };
const pretrained = defaultRecipe({
  backbone: "sage",
  encoder: { layers: 1, hidden: 16, heads: 4, batchNorm: true, dropout: 0, attentionDropout: 0, skip: false },
  memory: { rowBlocks: 2 },
  optimizer: { learningRate: 0.02, weightDecay: 0 },
});
const section: FineTuneChoice = { heldOut: { kind: "section", names: ["b"] }, fraction: 1, seed: 0 };
const block: FineTuneChoice = { heldOut: { kind: "block", share: 0.2 }, fraction: 0.1, seed: 0 };

describe("the cells of a fine-tuning", () => {
  test("are those outside the held-out section, whose labels are hidden from the network", () => {
    const { labels, roles, testCells, drawn } = fineTuneCells(slice, label, section);
    expect([...testCells]).toEqual(Array.from({ length: 200 }, (_, i) => 200 + i));
    expect(drawn.every((i) => i < 200 && roles[i] === ROLE.train)).toBe(true);
    expect(labels.codes.every((code, i) => code >= 0 === i < 200)).toBe(true);
  });

  test("are a share of the labels outside the held-out blocks, every class among them", () => {
    const { roles, testCells, drawn, classes } = fineTuneCells(slice, label, block);
    expect(testCells.length).toBeGreaterThan(0.1 * slice.nObs);
    expect(testCells.length).toBeLessThan(0.3 * slice.nObs);
    expect(drawn).toHaveLength(Math.round(0.1 * (slice.nObs - testCells.length)));
    expect(drawn.every((i) => roles[i] === ROLE.train)).toBe(true);
    expect(classes).toHaveLength(3);
    expect(fineTuneCells(slice, label, { ...block, seed: 1 }).testCells).not.toEqual(testCells);
  });

  test("say what is missing", () => {
    expect(() => fineTuneCells(slice, { ...label, name: "layer" }, block)).toThrowError(/no label "layer"/);
    const all: FineTuneChoice = { ...section, heldOut: { kind: "section", names: ["a", "b"] } };
    expect(() => fineTuneCells(slice, label, all)).toThrowError(/No cell outside/);
    const other: FineTuneChoice = { ...section, heldOut: { kind: "section", names: ["z"] } };
    expect(() => fineTuneCells(slice, label, other)).toThrowError(/no section "z"/);
  });
});

describe("fine-tuning", () => {
  let backend: Backend;
  let input: Omit<FineTuneInput, "recipe" | "from">;
  const turns = { turn: <T>(work: () => Promise<T>) => work(), breathe: async () => {} };
  beforeAll(async () => {
    backend = await openCpu();
    const { graph } = buildGraph(positionsMicrons(slice), slice.section.codes, pretrained.graph, quiet);
    input = { slice, graph, backend, choice: section, reader: null };
  });

  test("learns the label from the other section and scores the held-out one, each cell once", async () => {
    const recipe = fineTuneRecipe(pretrained, { label, start: "scratch", epochs: 40 });
    const losses: number[] = [];
    const breathe = async ({ losses: soFar }: { losses: readonly number[] }) => void losses.push(soFar.length);
    const { trainer, trained, probabilities, scores, heldOut, nLabels } = await fineTune(
      { ...input, recipe, from: null },
      { ...turns, breathe },
      quiet,
    );
    expect(losses).toHaveLength(40);
    expect(trained.losses[39]).toBeLessThan(trained.losses[0] / 2);
    expect(probabilities).toHaveLength(3 * slice.nObs);
    expect([scores.nScored, nLabels, heldOut.indexOf(1)]).toEqual([200, 200, 200]);
    expect(scores.f1Macro).toBeGreaterThan(0.8);
    trainer.dispose();
  });

  test("joins a linear reader where it is asked to, which learns from cells without labels only after pretraining", async () => {
    const recipe = fineTuneRecipe(pretrained, { label, start: "scratch", epochs: 2 });
    const few = { ...input, recipe, choice: { ...section, fraction: 30 } };
    const alone = await fineTune({ ...few, from: null }, turns, quiet);
    const joined = await fineTune({ ...few, from: null, reader: labReader }, turns, quiet);
    const taught = await fineTune({ ...few, from: await alone.trainer.weights(), reader: labReader }, turns, quiet);
    const { f1Micro, f1Macro } = alone.scores;
    expect(joined.networkAlone).toEqual({ f1Micro, f1Macro });
    expect(alone.networkAlone).toBeNull();
    expect(joined.scores.f1Macro).toBeGreaterThan(f1Macro);
    expect([joined.reader?.selfTrained, taught.reader?.selfTrained, alone.reader]).toEqual([false, true, null]);
    for (const { trainer } of [alone, joined, taught]) trainer.dispose();
  });

  test("with a frozen encoder leaves what was pretrained as it was", async () => {
    const { graph } = input;
    const first = await createTrainer({ slice, graph, recipe: pretrained, backend }, quiet);
    const from = await first.weights();
    first.dispose();
    const recipe = fineTuneRecipe(pretrained, { label, start: "frozen", epochs: 2 });
    const { trainer } = await fineTune({ ...input, recipe, from }, turns, quiet);
    const encoder = (arrays: typeof from) => arrays.filter(({ name }) => name.startsWith("encoder."));
    expect(encoder(await trainer.weights())).toEqual(encoder(from));
    trainer.dispose();
  });

  test("that is stopped gives no network, and frees what it had", async () => {
    const recipe = fineTuneRecipe(pretrained, { label, start: "scratch", epochs: 40 });
    const before = backend.memory().bytes;
    const task = { ...quiet, cancelled: false };
    const breathe = async () => {
      task.cancelled = true;
    };
    await expect(fineTune({ ...input, recipe, from: null }, { ...turns, breathe }, task)).rejects.toMatchObject({
      code: "cancelled",
    });
    expect(backend.memory().bytes).toBe(before);
  });
});

test("the recipe is the pretraining's with what learns a label, checked", () => {
  const recipe = fineTuneRecipe(pretrained, { label, start: "scratch", config: { encoderRate: 0.3 }, epochs: 7 });
  expect(recipe).toMatchObject({ method: "supervised", backbone: "sage", epochs: 7, label });
  expect(recipe.config).toMatchObject({ headLayer: true, frozen: false, encoderRate: 1 });
  expect(recipe.memory).toBeUndefined();
  expect(fineTuneRecipe(pretrained, { label, start: "frozen" }).config).toMatchObject({ frozen: true });
  expect(() => fineTuneRecipe(pretrained, { label, start: "whole", epochs: 0 })).toThrowError(/epochs/);
});
