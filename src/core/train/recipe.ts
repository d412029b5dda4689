import { LabError } from "../errors";
import type { GraphRecipe } from "../graph/spatial-graph";
import type { ViewRecipe } from "../graph/view";
import { attends, type Backbone, backbones, type EncoderOptions } from "../nn/encoder-spec";
import type { NormalizeRecipe } from "../preprocess/normalize";
import { type MaeConfig, maeDefaults } from "../ssl/mae-config";

/** The one description of a run; the page, the command line and run.json speak it. Plain JSON. */
export interface RunRecipe {
  readonly version: 1;
  readonly method: "mae";
  readonly config: MaeConfig;
  readonly backbone: Backbone;
  readonly encoder: EncoderOptions;
  readonly preprocess: NormalizeRecipe;
  readonly graph: GraphRecipe;
  readonly view: ViewRecipe;
  readonly optimizer: { readonly learningRate: number; readonly weightDecay: number };
  /** How a step over the full graph saves memory; without it, not at all. Batches of sub-graphs need no such thing. */
  readonly memory?: MemoryRecipe;
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
  return {
    version: 1,
    method: "mae",
    config: maeDefaults,
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
    ["version", "method", "config", "backbone", "encoder", "preprocess", "graph"].concat([
      "view",
      "optimizer",
      "memory",
      "epochs",
      "seed",
    ]),
  );
  oneOf("version", r.version, [1]);
  const config = object("config", r.config, ["maskRatio", "maskFill"]);
  const encoder = object("encoder", r.encoder, [
    "layers",
    "hidden",
    "heads",
    "batchNorm",
    "dropout",
    "attentionDropout",
    "skip",
  ]);
  const preprocess = object("preprocess", r.preprocess, ["targetSum", "log1p", "scale", "center"]);
  const optimizer = object("optimizer", r.optimizer, ["learningRate", "weightDecay"]);
  const recipe: RunRecipe = {
    version: 1,
    method: oneOf("method", r.method, ["mae"]),
    config: {
      maskRatio: number("config.maskRatio", config.maskRatio, { min: 0.01, max: 0.99 }),
      maskFill: oneOf("config.maskFill", config.maskFill, ["zero", "token"]),
    },
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
    },
    graph: validateGraph(r.graph),
    // recipes from before there were sub-graphs have none
    view: r.view === undefined ? { kind: "full" } : validateView(r.view),
    optimizer: {
      learningRate: number("optimizer.learningRate", optimizer.learningRate, { min: 1e-7, max: 1 }),
      weightDecay: number("optimizer.weightDecay", optimizer.weightDecay, { min: 0, max: 1 }),
    },
    ...(r.memory === undefined ? {} : { memory: validateMemory(r.memory) }),
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

function validateMemory(value: unknown): MemoryRecipe {
  const { rowBlocks } = object("memory", value, ["rowBlocks"]);
  return { rowBlocks: integer("memory.rowBlocks", rowBlocks, { min: 1, max: 1024 }) };
}

function validateGraph(value: unknown): GraphRecipe {
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

interface Bounds {
  readonly min: number;
  readonly max: number;
}

function refuse(key: string, expected: string, got: unknown): never {
  throw new LabError("range", `${key} must be ${expected}, got ${JSON.stringify(got) ?? "nothing"}.`);
}

function object(key: string, value: unknown, keys: readonly string[]): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) refuse(key, "an object", value);
  const unknown = Object.keys(value).find((k) => !keys.includes(k));
  if (unknown !== undefined) refuse(key, `an object of ${keys.join(", ")}`, unknown);
  return value as Record<string, unknown>;
}

function number(key: string, value: unknown, { min, max }: Bounds, more = ""): number {
  if (typeof value === "number" && value >= min && value <= max) return value;
  return refuse(key, `a number from ${min} to ${max}${more}`, value);
}

function integer(key: string, value: unknown, bounds: Bounds): number {
  if (Number.isInteger(value)) return number(key, value, bounds);
  return refuse(key, `a whole number from ${bounds.min} to ${bounds.max}`, value);
}

function boolean(key: string, value: unknown): boolean {
  return typeof value === "boolean" ? value : refuse(key, "true or false", value);
}

function oneOf<T extends string | number>(key: string, value: unknown, allowed: readonly T[]): T {
  return allowed.includes(value as T) ? (value as T) : refuse(key, `one of ${allowed.join(", ")}`, value);
}
