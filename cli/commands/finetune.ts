import { readFileSync } from "node:fs";
import type { LabelRecipe } from "../../src/core/slice/cell-labels";
import { type SupervisedConfig, supervisedInfo } from "../../src/core/ssl/supervised-config";
import { labReader } from "../../src/core/study/annotation/linear-reader";
import { labelColumn } from "../../src/core/study/annotation/prepare-annotation";
import { presetReaders } from "../../src/core/study/annotation/stage-recipes";
import { type AnnotationPreset, annotationPresets } from "../../src/core/train/annotation-presets";
import { fineTuneRecipe } from "../../src/core/train/fine-tune-recipe";
import { readModel } from "../../src/core/train/model-file";
import { modelInput } from "../../src/core/train/model-input";
import type { RunRecipe } from "../../src/core/train/recipe";
import type { AnnotationWish } from "../annotate-run";
import type { Arguments, Command } from "../command";
import { openFile, openOptions, openUsage } from "../open-file";
import { folderForRun, folderWithModel } from "../run-folder";
import { namesCollection } from "../section-folder";
import { type PipelineRecipe, readPipelineRecipe, stagesOf } from "../stage-recipe";
import { trainingOptions, trainingUsage, trainRun } from "../train-run";
import { refuseSectionOptions, sectionOptions, sectionUsage, trainSections } from "../train-sections";
import { notCategories } from "../unlabelled";
import { viewOptions, viewRecipe, viewUsage } from "../view-options";

/** Joins nothing, or a reader of labels alone, or one that also learns from all cells without a label. */
const readers = ["none", "labels", "all"] as const;

export const finetune: Command = {
  usage: `finetune FILE…|DIR --model DIR --label NAME --out DIR|--dry-run [--unlabelled NAME,NAME] [--preset ${annotationPresets.join("|")} | --recipe FILE.json|FILE.yaml] [--reader ${readers.join("|")}] [--fraction X] [--from-scratch | --frozen] [--linear] [--class-weights none|root|balanced] [--gene-dropout P] [--encoder-rate X] [--lr X] [--weight-decay X] [--dropout P] [--epochs N] [--patience N] [--seed N] ${viewUsage} ${trainingUsage} ${sectionUsage} ${openUsage}`,
  summary:
    "Learns a label with the encoder of a pretrained network, another graph layer and a classifier; for predict.",
  options: {
    ...openOptions,
    ...trainingOptions,
    ...sectionOptions,
    ...viewOptions,
    model: { type: "string" },
    label: { type: "string" },
    unlabelled: { type: "string" },
    preset: { type: "string" },
    recipe: { type: "string" },
    reader: { type: "string" },
    fraction: { type: "string" },
    "from-scratch": { type: "boolean" },
    frozen: { type: "boolean" },
    linear: { type: "boolean" },
    "class-weights": { type: "string" },
    "gene-dropout": { type: "string" },
    "encoder-rate": { type: "string" },
    lr: { type: "string" },
    "weight-decay": { type: "string" },
    dropout: { type: "string" },
    epochs: { type: "string" },
    patience: { type: "string" },
    seed: { type: "string" },
  },
  positionals: ["FILE…"],
  async run(args, context) {
    const { cwd } = context;
    const fromScratch = args.has("from-scratch");
    if (fromScratch && args.has("frozen"))
      throw args.wrong("--frozen keeps the encoder of the model, --from-scratch does not take it; give one of them");
    const folder = folderWithModel(args.text("model"), cwd);
    const model = readModel(new Uint8Array(readFileSync(folder.path("model"))), folder.name);
    const stage = stageOf(args, cwd);
    for (const note of stage?.notes ?? []) context.say(`note: ${note}`);
    const recipe = recipeOf(args, model.recipe, stage);
    const reader = readerOf(args, stage?.configuration.preset ?? null);
    const annotation = { fraction: args.number("fraction", {}, 1), reader };
    // preset lab stops by no validation cells, nor does a patience of 0: of few labels none can be spared
    const validation = stage && recipe.patience === undefined ? "none" : "auto";
    const run = args.has("dry-run") ? null : folderForRun(args.text("out"), cwd, { force: args.has("force") });
    const { positionals: words } = args;
    if (namesCollection(words, cwd)) {
      if (args.has("fraction")) throw args.wrong("--fraction belongs to a single file");
      return trainSections({ words, recipe, run, model, transfers: !fromScratch, validation, reader }, args, context);
    }
    refuseSectionOptions(args);
    const { slice, statistics, notes } = modelInput(model, await openFile(args.positionals[0], args, context));
    const { name, leaveOut } = recipe.label as LabelRecipe;
    for (const note of notCategories(name, leaveOut, labelColumn(slice, name).categories)) context.say(`note: ${note}`);
    const start = fromScratch
      ? {}
      : {
          pretraining: model.recipe,
          begin: (trainer: { transfer(a: typeof model.arrays): void }) => trainer.transfer(model.arrays),
        };
    const job = {
      slice,
      recipe,
      run,
      notes,
      validation,
      annotation,
      ...(statistics && { statistics }),
      ...start,
    } as const;
    return trainRun(job, args, context);
  },
};

/** How --preset or --recipe says that the network is to learn; null where it goes on as it was pretrained. */
function stageOf(args: Arguments, cwd: string): Omit<PipelineRecipe, "seed"> | null {
  if (args.has("preset") && args.has("recipe"))
    throw args.wrong("--preset and --recipe are two starting points; give one of them");
  if (args.has("preset")) {
    const preset = args.choice("preset", annotationPresets);
    return { configuration: { preset, changes: {} }, view: null, notes: [] };
  }
  if (!args.has("recipe")) return null;
  const read = readPipelineRecipe(args.text("recipe"), cwd);
  if (read) return read;
  throw args.wrong("--recipe: expected the keys of the SpatialSSL pipeline; the recipe of a run lies in its model");
}

/** As the preset has it: from scratch nothing is learned from cells without a label. */
function readerOf(args: Arguments, preset: AnnotationPreset | null): AnnotationWish["reader"] {
  const usual = preset && presetReaders[preset] ? (args.has("from-scratch") ? "labels" : "all") : "none";
  const kind = args.choice("reader", readers, usual);
  return kind === "none" ? null : { settings: labReader, all: kind === "all" };
}

/** The model's network on the model's graph, with what fine-tuning adds; how it learns is the preset's, or else the model's. */
function recipeOf(args: Arguments, model: RunRecipe, stage: Omit<PipelineRecipe, "seed"> | null): RunRecipe {
  const number = (flag: string, fallback: number): number => args.number(flag, {}, fallback);
  const base = stage ? trainedAs(stage, args.text("view", model.view.kind), model) : model;
  const config = stage ? (base.config as SupervisedConfig) : { ...supervisedInfo.defaults, headLayer: true };
  return fineTuneRecipe(base, {
    label: {
      name: args.text("label", stage?.label),
      leaveOut: args.has("unlabelled") ? args.names("unlabelled") : (stage?.unlabelled ?? []),
    },
    start: args.has("from-scratch") ? "scratch" : args.has("frozen") ? "frozen" : "whole",
    config: {
      // checked with the recipe
      classWeights: args.text("class-weights", config.classWeights) as SupervisedConfig["classWeights"],
      geneDropout: number("gene-dropout", config.geneDropout),
      encoderRate: number("encoder-rate", config.encoderRate),
      headLayer: config.headLayer && !args.has("linear"),
    },
    encoder: { ...base.encoder, dropout: number("dropout", base.encoder.dropout) },
    view: viewRecipe(args, base.view),
    optimizer: {
      ...base.optimizer,
      learningRate: number("lr", base.optimizer.learningRate),
      weightDecay: number("weight-decay", base.optimizer.weightDecay),
    },
    epochs: number("epochs", base.epochs),
    seed: number("seed", base.seed),
    ...(args.has("patience") ? { patience: number("patience", 0) } : {}),
  });
}

/** The second stage, of the network that there is: its layers, its graph and what it reads stay. */
function trainedAs(stage: Omit<PipelineRecipe, "seed">, view: string, model: RunRecipe): RunRecipe {
  const { backbone, encoder, graph, preprocess, seed } = model;
  const { train } = stagesOf({ ...stage, seed }, view);
  const hops = train.view.kind === "ego" && model.view.kind === "ego" ? { hops: model.view.hops } : {};
  return {
    ...{ ...train, backbone, graph, preprocess, seed, view: { ...train.view, ...hops } },
    encoder: { ...encoder, dropout: train.encoder.dropout, attentionDropout: train.encoder.attentionDropout },
  };
}
