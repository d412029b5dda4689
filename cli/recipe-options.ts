import { oneOf } from "../src/core/fields";
import { backbones } from "../src/core/nn/encoder-spec";
import { methodCatalog, methodIds, type SslMethodId, selfSupervisedIds } from "../src/core/ssl/catalog";
import type { MethodInfo } from "../src/core/ssl/method-info";
import { type PresetId, presetIds, presetRecipe, pretrainRecipe } from "../src/core/train/presets";
import { defaultRecipe, type RunRecipe, validateRecipe } from "../src/core/train/recipe";
import { schedules } from "../src/core/train/schedule";
import type { Arguments } from "./command";
import { graphOptions, graphRecipe, graphUsage } from "./commands/graph";
import { methodConfig, methodOptions, methodUsage } from "./method-options";
import { readRecipeFile } from "./read-recipe";
import { readPipelineRecipe, stagesOf } from "./stage-recipe";
import { viewOptions, viewRecipe, viewUsage } from "./view-options";

/** Options that describe a run; what is not given comes from --recipe, or else from the defaults. */
export const recipeOptions = {
  recipe: { type: "string" },
  preset: { type: "string" },
  method: { type: "string" },
  label: { type: "string" },
  unlabelled: { type: "string" },
  backbone: { type: "string" },
  epochs: { type: "string" },
  patience: { type: "string" },
  seed: { type: "string" },
  layers: { type: "string" },
  hidden: { type: "string" },
  heads: { type: "string" },
  dropout: { type: "string" },
  "attention-dropout": { type: "string" },
  "own-path": { type: "string" },
  lr: { type: "string" },
  "weight-decay": { type: "string" },
  schedule: { type: "string" },
  "row-blocks": { type: "string" },
  components: { type: "string" },
  scale: { type: "boolean" },
  center: { type: "boolean" },
  ...methodOptions,
  ...graphOptions,
  ...viewOptions,
} as const;

export const recipeUsage = `[--recipe FILE.json | --preset ${presetIds.join("|")}] ${methodUsage} [--label NAME [--unlabelled NAME,NAME]] [--backbone ${backbones.join("|")}] [--epochs N] [--patience N] [--seed N] [--layers N] [--hidden N] [--heads N] [--dropout P] [--attention-dropout P] [--own-path N] [--lr X] [--weight-decay X] [--schedule ${schedules.join("|")}] [--row-blocks N] [--components N] [--scale] [--center] ${graphUsage} ${viewUsage}`;

/**
 * The recipe that the options ask for. Bounds are those of the recipe itself.
 * @param preset  where neither --preset nor --recipe is given, for the first stage of an annotation; null for the defaults
 * @throws LabError("range") naming the setting, what it may be and what came
 */
export function recipeOf(args: Arguments, cwd: string, preset: PresetId | null = null): RunRecipe {
  const base = baseRecipe(args, cwd, preset);
  const number = (flag: string, fallback: number): number => args.number(flag, {}, fallback);
  const config = methodConfig(args, base.method, base.config);
  return validateRecipe({
    ...base,
    config,
    ...labelOf(args, { ...base, config }),
    backbone: args.text("backbone", base.backbone),
    encoder: {
      ...base.encoder,
      layers: number("layers", base.encoder.layers),
      hidden: number("hidden", base.encoder.hidden),
      heads: number("heads", base.encoder.heads),
      dropout: number("dropout", base.encoder.dropout),
      attentionDropout: number("attention-dropout", base.encoder.attentionDropout),
      ownPath: number("own-path", base.encoder.ownPath ?? 0),
    },
    preprocess: {
      ...base.preprocess,
      scale: args.has("scale") || base.preprocess.scale,
      center: args.has("center") || (base.preprocess.center ?? false),
      ...(args.has("components") ? { components: number("components", 0) } : {}),
    },
    graph: graphRecipe(args, base.graph),
    view: viewRecipe(args, base.view),
    optimizer: {
      learningRate: number("lr", base.optimizer.learningRate),
      weightDecay: number("weight-decay", base.optimizer.weightDecay),
      ...scheduleOf(args, base.optimizer),
    },
    ...(args.has("row-blocks") ? { memory: { rowBlocks: number("row-blocks", 1) } } : {}),
    ...(args.has("patience") ? { patience: number("patience", 0) } : {}),
    epochs: number("epochs", base.epochs),
    seed: number("seed", base.seed),
  });
}

/** The label to learn or to mask by; where neither is asked for none may be given, for it would be taken for learned. */
function labelOf(args: Arguments, { method, label, config }: RunRecipe): Pick<RunRecipe, "label"> {
  const { needsLabel, usesLabel }: MethodInfo = methodCatalog[method];
  const learns = methodIds.filter((id) => !selfSupervisedIds.includes(id));
  for (const flag of ["label", "unlabelled"])
    if (args.has(flag) && !needsLabel && !usesLabel?.(config))
      throw args.wrong(`--${flag} belongs to --method ${learns.join(", ")}, and to --mask types`);
  if (!args.has("label") && !label) {
    if (args.has("unlabelled")) throw args.wrong("--unlabelled belongs to --label");
    return {};
  }
  const leaveOut = args.has("unlabelled") ? args.names("unlabelled") : (label?.leaveOut ?? []);
  return { label: { name: args.text("label", label?.name), leaveOut } };
}

/** A recipe names a schedule only where one was chosen. */
function scheduleOf(args: Arguments, { schedule }: RunRecipe["optimizer"]): Pick<RunRecipe["optimizer"], "schedule"> {
  return args.has("schedule") || schedule ? { schedule: args.choice("schedule", schedules, schedule) } : {};
}

/** What the single settings are changes of; another method than that of --recipe starts from its own defaults. */
function baseRecipe(args: Arguments, cwd: string, usual: PresetId | null): RunRecipe {
  if (args.has("preset") || (usual && !args.has("recipe"))) {
    if (args.has("recipe")) throw args.wrong("--preset and --recipe are two starting points; give one of them");
    const preset = args.choice("preset", presetIds, usual ?? undefined);
    const method = methodOf(args, defaultRecipe().method);
    if (!usual) return presetRecipe(preset, method);
    return pretrainRecipe(preset, method, args.text("view", "") === "full" ? "full" : "sub");
  }
  const pipeline = usual && args.has("recipe") ? readPipelineRecipe(args.text("recipe"), cwd) : null;
  const own = args.has("recipe") && !pipeline ? readRecipe(args.text("recipe"), cwd) : defaultRecipe();
  const base = pipeline ? stagesOf(pipeline, args.has("view") ? args.text("view") : null).pretrain : own;
  const method = methodOf(args, base.method);
  return method === base.method ? base : { ...base, method, config: methodCatalog[method].defaults };
}

function methodOf(args: Arguments, fallback: SslMethodId): SslMethodId {
  return oneOf("method", args.text("method", fallback), methodIds);
}

/** A recipe from a file; a run.json will do as well, so that a run can be repeated from its record. */
function readRecipe(path: string, cwd: string): RunRecipe {
  const value = readRecipeFile(path, cwd);
  const record = value as { recipe?: unknown } | null;
  return validateRecipe(record?.recipe ?? value);
}
