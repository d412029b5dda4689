import { LabError } from "../errors";
import { boolean, integer, number, object, oneOf, refuse } from "../fields";
import type { GraphRecipe } from "../graph/spatial-graph";
import type { ViewRecipe } from "../graph/view";
import { attends, type Backbone, backbones, type EncoderOptions } from "../nn/encoder-spec";
import type { NormalizeRecipe } from "../preprocess/normalize";
import type { LabelRecipe } from "../slice/cell-labels";
import { methodCatalog, methodIds, type SslMethodId } from "../ssl/catalog";
import { type MethodConfig, validateConfig } from "../ssl/method-info";
import { type Schedule, schedules } from "./schedule";

/** The one description of a run; the page, the command line and run.json speak it. Plain JSON. */
export interface RunRecipe {
  readonly version: 1;
  readonly method: SslMethodId;
  /** Settings of the method itself; ssl/catalog.ts lists them. */
  readonly config: MethodConfig;
  /** The label to learn, for methods that learn one. */
  readonly label?: LabelRecipe;
  readonly backbone: Backbone;
  readonly encoder: EncoderOptions;
  readonly preprocess: NormalizeRecipe;
  readonly graph: GraphRecipe;
  readonly view: ViewRecipe;
  readonly optimizer: {
    readonly learningRate: number;
    readonly weightDecay: number;
    /** How the rate goes over the recipe's epochs; constant unless told. */
    readonly schedule?: Schedule;
  };
  /** How a step over the full graph saves memory; without it, not at all. Batches of sub-graphs need no such thing. */
  readonly memory?: MemoryRecipe;
  /** Epochs that the loss on validation cells may go without a new low before the run ends; where there are such cells. */
  readonly patience?: number;
  /** Passes over all cells; with the full graph one step each, otherwise one step for each batch of target cells. */
  readonly epochs: number;
  readonly seed: number;
}

export interface MemoryRecipe {
  /** Ranges of cells that each layer is trained in, one after the other, with their insides computed again; 1 for none. */
  readonly rowBlocks: number;
}

/** A recipe that gives useful domains without a setting touched; measured in docs/training.md. */
export function defaultRecipe(overrides: Partial<RunRecipe> = {}): RunRecipe {
  const { method = "mae" } = overrides;
  return {
    version: 1,
    method,
    config: methodCatalog[method].defaults,
    backbone: "gat",
    encoder: { layers: 2, hidden: 64, heads: 4, batchNorm: true, dropout: 0.1, attentionDropout: 0, skip: false },
    preprocess: { targetSum: "median", log1p: true, scale: false, center: false },
    graph: { kind: "knn", k: 6, symmetrize: "union" },
    view: { kind: "full" },
    optimizer: { learningRate: 5e-3, weightDecay: 1e-5 },
    epochs: 100,
    seed: 0,
    ...overrides,
  };
}

/**
 * Checks a recipe that came from a file, a URL or a form.
 *
 * @returns the recipe, holding nothing but known keys
 * @throws LabError("range") naming the key, what it may be and what came
 */
export function validateRecipe(value: unknown): RunRecipe {
  const r = object(
    "recipe",
    value,
    ["version", "method", "config", "label", "backbone", "encoder", "preprocess", "graph"].concat([
      "view",
      "optimizer",
      "memory",
      "patience",
      "epochs",
      "seed",
    ]),
  );
  oneOf("version", r.version, [1]);
  const method = oneOf("method", r.method, methodIds);
  const encoder = object("encoder", r.encoder, [
    "layers",
    "hidden",
    "heads",
    "batchNorm",
    "dropout",
    "attentionDropout",
    "skip",
    "ownPath",
  ]);
  const preprocess = object("preprocess", r.preprocess, ["targetSum", "log1p", "scale", "center", "components"]);
  const optimizer = object("optimizer", r.optimizer, ["learningRate", "weightDecay", "schedule"]);
  const recipe: RunRecipe = {
    version: 1,
    method,
    config: validateConfig("config", methodCatalog[method], r.config),
    ...(r.label === undefined ? {} : { label: validateLabel(r.label) }),
    backbone: oneOf("backbone", r.backbone, backbones),
    encoder: {
      layers: integer("encoder.layers", encoder.layers, { min: 1, max: 8 }),
      hidden: integer("encoder.hidden", encoder.hidden, { min: 1, max: 1024 }),
      heads: integer("encoder.heads", encoder.heads, { min: 1, max: 16 }),
      batchNorm: boolean("encoder.batchNorm", encoder.batchNorm),
      dropout: number("encoder.dropout", encoder.dropout, { min: 0, max: 0.9 }),
      // recipes written before there was such a key
      attentionDropout: number("encoder.attentionDropout", encoder.attentionDropout ?? 0, { min: 0, max: 0.9 }),
      skip: boolean("encoder.skip", encoder.skip),
      // most recipes have no such path
      ...(encoder.ownPath ? { ownPath: integer("encoder.ownPath", encoder.ownPath, { min: 0, max: 4 }) } : {}),
    },
    preprocess: {
      targetSum:
        preprocess.targetSum === "median"
          ? "median"
          : number("preprocess.targetSum", preprocess.targetSum, { min: 1, max: 1e9 }, ' or "median"'),
      log1p: boolean("preprocess.log1p", preprocess.log1p),
      scale: boolean("preprocess.scale", preprocess.scale),
      // recipes from before it was a choice lack it
      center: boolean("preprocess.center", preprocess.center ?? false),
      ...(preprocess.components === undefined
        ? {}
        : { components: integer("preprocess.components", preprocess.components, { min: 1, max: 512 }) }),
    },
    graph: validateGraph(r.graph),
    // recipes from before there were sub-graphs have none
    view: r.view === undefined ? { kind: "full" } : validateView(r.view),
    optimizer: {
      learningRate: number("optimizer.learningRate", optimizer.learningRate, { min: 1e-7, max: 1 }),
      weightDecay: number("optimizer.weightDecay", optimizer.weightDecay, { min: 0, max: 1 }),
      ...(optimizer.schedule === undefined
        ? {}
        : { schedule: oneOf("optimizer.schedule", optimizer.schedule, schedules) }),
    },
    ...(r.memory === undefined ? {} : { memory: validateMemory(r.memory) }),
    ...(r.patience === undefined ? {} : { patience: integer("patience", r.patience, { min: 1, max: 1_000_000 }) }),
    epochs: integer("epochs", r.epochs, { min: 1, max: 1_000_000 }),
    seed: integer("seed", r.seed, { min: 0, max: 2 ** 32 - 1 }),
  };
  const { hidden, heads } = recipe.encoder;
  if (attends(recipe.backbone) && hidden % heads !== 0) {
    throw new LabError(
      "range",
      `encoder.hidden must be a multiple of encoder.heads for attention, got ${hidden} and ${heads}.`,
      `Each head takes an equal share of the width: choose ${Math.ceil(hidden / heads) * heads}, or fewer heads.`,
    );
  }
  return recipe;
}

function validateLabel(value: unknown): LabelRecipe {
  const { name, leaveOut } = object("label", value, ["name", "leaveOut"]);
  const text = (key: string, given: unknown): string =>
    typeof given === "string" && given !== "" ? given : refuse(key, "the name of a column or of a category", given);
  if (leaveOut !== undefined && !Array.isArray(leaveOut)) refuse("label.leaveOut", "a list of categories", leaveOut);
  return {
    name: text("label.name", name),
    leaveOut: ((leaveOut ?? []) as unknown[]).map((category, k) => text(`label.leaveOut[${k}]`, category)),
  };
}

function validateMemory(value: unknown): MemoryRecipe {
  const { rowBlocks } = object("memory", value, ["rowBlocks"]);
  return { rowBlocks: integer("memory.rowBlocks", rowBlocks, { min: 1, max: 1024 }) };
}

export function validateGraph(value: unknown): GraphRecipe {
  const kind = oneOf("graph.kind", (value as { kind?: unknown } | null)?.kind, ["knn", "radius", "delaunay"]);
  switch (kind) {
    case "knn": {
      const { k, symmetrize } = object("graph", value, ["kind", "k", "symmetrize"]);
      return {
        kind,
        k: integer("graph.k", k, { min: 1, max: 1000 }),
        symmetrize: oneOf("graph.symmetrize", symmetrize, ["union", "intersection", "doubled", "none"]),
      };
    }
    case "radius": {
      const { radiusMicrons } = object("graph", value, ["kind", "radiusMicrons"]);
      return { kind, radiusMicrons: number("graph.radiusMicrons", radiusMicrons, { min: 1e-3, max: 1e6 }, " µm") };
    }
    case "delaunay": {
      const { maxEdgeMicrons: longest } = object("graph", value, ["kind", "maxEdgeMicrons"]);
      if (longest === null) return { kind, maxEdgeMicrons: null };
      return { kind, maxEdgeMicrons: number("graph.maxEdgeMicrons", longest, { min: 1e-3, max: 1e6 }, " µm or null") };
    }
  }
}

function validateView(value: unknown): ViewRecipe {
  const kind = oneOf("view.kind", (value as { kind?: unknown } | null)?.kind, ["full", "ego", "sample"]);
  const size = (batchSize: unknown) => integer("view.batchSize", batchSize, { min: 1, max: 1_000_000 });
  switch (kind) {
    case "full":
      object("view", value, ["kind"]);
      return { kind };
    case "ego": {
      const { hops, batchSize } = object("view", value, ["kind", "hops", "batchSize"]);
      return { kind, hops: integer("view.hops", hops, { min: 1, max: 8 }), batchSize: size(batchSize) };
    }
    case "sample": {
      const { fanOuts, batchSize } = object("view", value, ["kind", "fanOuts", "batchSize"]);
      if (!Array.isArray(fanOuts) || fanOuts.length === 0 || fanOuts.length > 8)
        return refuse("view.fanOuts", "a list of one to eight numbers, one a layer", fanOuts);
      const sizes = fanOuts.map((n, h) => integer(`view.fanOuts[${h}]`, n, { min: 1, max: 10_000 }));
      return { kind, fanOuts: sizes, batchSize: size(batchSize) };
    }
  }
}
