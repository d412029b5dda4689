import { readFileSync } from "node:fs";
import type { SupervisedConfig } from "../../src/core/ssl/supervised-config";
import { fineTuneRecipe } from "../../src/core/train/fine-tune-recipe";
import { readModel } from "../../src/core/train/model-file";
import { modelInput } from "../../src/core/train/model-input";
import type { RunRecipe } from "../../src/core/train/recipe";
import type { Arguments, Command } from "../command";
import { openFile, openOptions, openUsage } from "../open-file";
import { folderForRun, folderWithModel } from "../run-folder";
import { namesCollection } from "../section-folder";
import { trainingOptions, trainingUsage, trainRun } from "../train-run";
import { refuseSectionOptions, sectionOptions, sectionUsage, trainSections } from "../train-sections";
import { viewOptions, viewRecipe, viewUsage } from "../view-options";

export const finetune: Command = {
  usage: `finetune FILE…|DIR --model DIR --label NAME --out DIR|--dry-run [--unlabelled NAME,NAME] [--from-scratch | --frozen] [--linear] [--class-weights none|root|balanced] [--gene-dropout P] [--encoder-rate X] [--lr X] [--weight-decay X] [--dropout P] [--epochs N] [--patience N] [--seed N] ${viewUsage} ${trainingUsage} ${sectionUsage} ${openUsage}`,
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
    const recipe = recipeOf(args, model.recipe);
    const run = args.has("dry-run") ? null : folderForRun(args.text("out"), cwd, { force: args.has("force") });
    const { positionals: words } = args;
    if (namesCollection(words, cwd))
      return trainSections({ words, recipe, run, model, transfers: !fromScratch }, args, context);
    refuseSectionOptions(args);
    const { slice, statistics, notes } = modelInput(model, await openFile(args.positionals[0], args, context));
    const start = fromScratch
      ? {}
      : {
          pretraining: model.recipe,
          begin: (trainer: { transfer(a: typeof model.arrays): void }) => trainer.transfer(model.arrays),
        };
    const job = { slice, recipe, run, notes, validation: "auto", ...(statistics && { statistics }), ...start } as const;
    return trainRun(job, args, context);
  },
};

/** The model's network on the model's graph, with what fine-tuning adds. */
function recipeOf(args: Arguments, base: RunRecipe): RunRecipe {
  const number = (flag: string, fallback: number): number => args.number(flag, {}, fallback);
  return fineTuneRecipe(base, {
    label: { name: args.text("label"), leaveOut: args.names("unlabelled") },
    start: args.has("from-scratch") ? "scratch" : args.has("frozen") ? "frozen" : "whole",
    config: {
      // checked with the recipe
      classWeights: args.text("class-weights", "none") as SupervisedConfig["classWeights"],
      geneDropout: number("gene-dropout", 0),
      encoderRate: number("encoder-rate", 1),
      headLayer: !args.has("linear"),
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
