import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { LabError } from "../src/core/errors";
import { backbones } from "../src/core/nn/encoder-spec";
import { defaultRecipe, type RunRecipe, validateRecipe } from "../src/core/train/recipe";
import type { Arguments } from "./command";
import { graphOptions, graphRecipe, graphUsage } from "./commands/graph";
import { viewOptions, viewRecipe, viewUsage } from "./view-options";

/** Options that describe a run; what is not given comes from --recipe, or else from the defaults. */
export const recipeOptions = {
  recipe: { type: "string" },
  method: { type: "string" },
  backbone: { type: "string" },
  epochs: { type: "string" },
  seed: { type: "string" },
  layers: { type: "string" },
  hidden: { type: "string" },
  heads: { type: "string" },
  dropout: { type: "string" },
  "attention-dropout": { type: "string" },
  "mask-ratio": { type: "string" },
  lr: { type: "string" },
  "weight-decay": { type: "string" },
  "row-blocks": { type: "string" },
  scale: { type: "boolean" },
  center: { type: "boolean" },
  ...graphOptions,
  ...viewOptions,
} as const;

export const recipeUsage = `[--recipe FILE.json] [--method mae] [--backbone ${backbones.join("|")}] [--epochs N] [--seed N] [--layers N] [--hidden N] [--heads N] [--dropout P] [--attention-dropout P] [--mask-ratio P] [--lr X] [--weight-decay X] [--row-blocks N] [--scale] [--center] ${graphUsage} ${viewUsage}`;

/**
 * The recipe that the options ask for. Bounds are those of the recipe itself.
 * @throws LabError("range") naming the setting, what it may be and what came
 */
export function recipeOf(args: Arguments, cwd: string): RunRecipe {
  const base = args.has("recipe") ? readRecipe(args.text("recipe"), cwd) : defaultRecipe();
  const number = (flag: string, fallback: number): number => args.number(flag, {}, fallback);
  return validateRecipe({
    ...base,
    method: args.text("method", base.method),
    config: { ...base.config, maskRatio: number("mask-ratio", base.config.maskRatio) },
    backbone: args.text("backbone", base.backbone),
    encoder: {
      ...base.encoder,
      layers: number("layers", base.encoder.layers),
      hidden: number("hidden", base.encoder.hidden),
      heads: number("heads", base.encoder.heads),
      dropout: number("dropout", base.encoder.dropout),
      attentionDropout: number("attention-dropout", base.encoder.attentionDropout),
    },
    preprocess: {
      ...base.preprocess,
      scale: args.has("scale") || base.preprocess.scale,
      center: args.has("center") || (base.preprocess.center ?? false),
    },
    graph: graphRecipe(args, base.graph),
    view: viewRecipe(args, base.view),
    optimizer: {
      learningRate: number("lr", base.optimizer.learningRate),
      weightDecay: number("weight-decay", base.optimizer.weightDecay),
    },
    ...(args.has("row-blocks") ? { memory: { rowBlocks: number("row-blocks", 1) } } : {}),
    epochs: number("epochs", base.epochs),
    seed: number("seed", base.seed),
  });
}

/** A recipe from a file; a run.json will do as well, so that a run can be repeated from its record. */
function readRecipe(path: string, cwd: string): RunRecipe {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, path), "utf8");
  } catch {
    throw new LabError("missing", `${path}: there is no such file.`, "Give the path of a recipe or of a run.json.");
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw new LabError("format", `${path} is not JSON: ${(thrown as Error).message}.`, "Correct the file.");
  }
  const record = value as { recipe?: unknown } | null;
  return validateRecipe(record?.recipe ?? value);
}
