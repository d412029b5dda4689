import type { GraphRecipe } from "../graph/spatial-graph";
import type { ViewRecipe } from "../graph/view";
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
 * The network of the SpatialSSL paper: graph attention with 4 hidden layers of 64, neighbours within 40 µm, all genes of
 * 20 % of the cells masked by zeros, Adam at 0.002 without weight decay, 2-hop ego-nets or the full graph; for fine-tuning
 * another attention layer and a classifier, all weights learning. One head, no norm, no dropout, no residual, as
 * the defaults of PyTorch Geometric's GATConv in its code.
 *
 * Source: Richter et al. 2023, section 3 and appendix A.1; theislab/spatial_atlas_ssl for what the paper leaves open
 *   (batches of 64, patience 10, 100 epochs).
 * Differs: the decoder is linear, and the loss of a batch is taken over its target cells. Counts are scaled to the median
 *   total and log1p is taken, since the data of the paper came so. ELU stands for ReLU.
 */
function spatialSsl(view: AnnotationView): AnnotationRecipes {
  const graph: GraphRecipe = { kind: "radius", radiusMicrons: 40 };
  const subGraphs: ViewRecipe = { kind: "ego", hops: 2, batchSize: 64 };
  const both: Partial<RunRecipe> = {
    backbone: "gat",
    encoder: { layers: 4, hidden: 64, heads: 1, batchNorm: false, dropout: 0, attentionDropout: 0, skip: false },
    graph,
    view: view === "sub" ? subGraphs : { kind: "full" },
    optimizer: { learningRate: 0.002, weightDecay: 0 },
    epochs: 100,
    patience: 10,
  };
  return {
    pretrain: defaultRecipe({ ...both, method: "mae", config: { maskRatio: 0.2, maskFill: "zero" } }),
    train: defaultRecipe({
      ...both,
      method: "supervised",
      config: { classWeights: "none", headLayer: true, frozen: false },
    }),
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
