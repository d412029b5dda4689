import type { ViewRecipe } from "../graph/view";
import { spatialsslRecipe } from "./presets";
import { defaultRecipe, type RunRecipe } from "./recipe";

export const annotationPresets = ["spatialssl", "lab"] as const;
export type AnnotationPreset = (typeof annotationPresets)[number];

/** Full graph, or ego-nets around target cells. */
export type AnnotationView = "full" | "sub";

/** Both stages of an annotation: learning without labels, then with them. */
export interface AnnotationRecipes {
  readonly pretrain: RunRecipe;
  /** Its label is left to whoever runs it. */
  readonly train: RunRecipe;
  /**
   * Whether pretraining also learns from the expression of the sections that are tested on, whose labels nobody sees. It is
   * allowed where the tissue to annotate is at hand anyway, and it is not what a network for later tissue can do.
   */
  readonly pretrainsOnTest: boolean;
}

/** The recipes of a preset; seed 0. */
export function annotationRecipes(preset: AnnotationPreset, view: AnnotationView): AnnotationRecipes {
  switch (preset) {
    case "spatialssl":
      return spatialSsl(view);
    case "lab":
      return lab(view);
    default:
      return preset satisfies never;
  }
}

/**
 * The network of the SpatialSSL paper (presets.ts) on the full graph or on 2-hop ego-nets in batches of 64; for fine-tuning
 * another attention layer and a classifier, all weights learning.
 */
function spatialSsl(view: AnnotationView): AnnotationRecipes {
  const subGraphs: ViewRecipe = { kind: "ego", hops: 2, batchSize: 64 };
  const of = { view: view === "sub" ? subGraphs : ({ kind: "full" } as const) };
  const config = { classWeights: "none", headLayer: true, frozen: false };
  return {
    pretrain: { ...spatialsslRecipe("mae"), ...of },
    train: { ...spatialsslRecipe("supervised"), ...of, config },
    pretrainsOnTest: false,
  };
}

/** The lab's own values: a cell's own path beside its neighbours', batch norm, early stopping. */
function lab(view: AnnotationView): AnnotationRecipes {
  const both: Partial<RunRecipe> = {
    backbone: "sage",
    encoder: { layers: 2, hidden: 64, heads: 4, batchNorm: true, dropout: 0.3, attentionDropout: 0, skip: true },
    preprocess: { targetSum: "median", log1p: true, scale: true, center: true },
    graph: { kind: "knn", k: 6, symmetrize: "none" },
    optimizer: { learningRate: 0.003, weightDecay: 1e-4 },
    ...(view === "sub"
      ? { view: { kind: "ego", hops: 2, batchSize: 256 }, epochs: 30, patience: 5 }
      : { view: { kind: "full" }, epochs: 150, patience: 20 }),
  };
  return {
    pretrain: defaultRecipe({ ...both, method: "mae", config: { maskRatio: 0.5, maskFill: "token" } }),
    train: defaultRecipe({
      ...both,
      method: "supervised",
      config: { classWeights: "none", headLayer: false, frozen: false },
    }),
    pretrainsOnTest: true,
  };
}
