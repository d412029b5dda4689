import type { ViewRecipe } from "../graph/view";
import { methodCatalog } from "../ssl/catalog";
import type { MethodConfig } from "../ssl/method-info";
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
 * The network of the SpatialSSL paper: graph attention with four hidden layers of 64 and one head, without norm, dropout or
 * skips, on neighbours within 40 µm; 20 % of the cells hidden with all their genes, as zeros; Adam at 0.002 until ten epochs
 * bring nothing new on validation cells, 100 at most; the full graph, or 2-hop ego-nets in batches of 64. For fine-tuning
 * another attention layer and a classifier, all weights learning.
 *
 * Source: Richter et al. 2023, sections 3 and 4; what the paper leaves open (heads, patience, epochs, batches, whole cells as
 * zeros) as its code has it, theislab/spatial_atlas_ssl@84b32d8.
 * Differs: ELU between layers where the code has ReLU, and a linear decoder where it has one more attention layer; raw counts
 * are brought to a common total and logged first, where the paper's data were so already.
 */
function spatialSsl(view: AnnotationView): AnnotationRecipes {
  const both: Partial<RunRecipe> = {
    backbone: "gat",
    encoder: { layers: 4, hidden: 64, heads: 1, batchNorm: false, dropout: 0, attentionDropout: 0, skip: false },
    preprocess: { targetSum: "median", log1p: true, scale: false, center: false },
    graph: { kind: "radius", radiusMicrons: 40 },
    view: view === "sub" ? { kind: "ego", hops: 2, batchSize: 64 } : { kind: "full" },
    optimizer: { learningRate: 2e-3, weightDecay: 0 },
    epochs: 100,
    patience: 10,
  };
  const masked = { ...methodCatalog.mae.defaults, maskRatio: 0.2, maskFill: "zero" };
  const classified = { ...methodCatalog.supervised.defaults, headLayer: true };
  return {
    pretrain: defaultRecipe({ ...both, method: "mae", config: masked }),
    train: defaultRecipe({ ...both, method: "supervised", config: classified }),
    pretrainsOnTest: false,
  };
}

/**
 * The lab's own values (docs/annotation.md): a perceptron on each cell's own genes, wide and normed, to which its neighbours'
 * are added through a gate; pretraining hides single genes, half of each cell's, since a cell type shows in the cell itself;
 * fine-tuning drops genes too and counts classes by the root of their weight. No cells are kept aside to stop by: of few labels
 * none can be spared.
 */
function lab(view: AnnotationView): AnnotationRecipes {
  const both: Partial<RunRecipe> = {
    backbone: "sage",
    preprocess: { targetSum: "median", log1p: true, scale: true, center: true },
    graph: { kind: "knn", k: 6, symmetrize: "none" },
  };
  const subGraphs = (batchSize: number): ViewRecipe => {
    return view === "sub" ? { kind: "ego", hops: 1, batchSize } : { kind: "full" };
  };
  const encoder = (dropout: number) => {
    return { layers: 1, hidden: 256, heads: 4, batchNorm: true, dropout, attentionDropout: 0, skip: false, ownPath: 2 };
  };
  const masked: MethodConfig = { ...methodCatalog.mae.defaults, mask: "none", entryRatio: 0.5, entryFill: "mean" };
  const classified: MethodConfig = {
    ...methodCatalog.supervised.defaults,
    ...{ classWeights: "root", geneDropout: 0.3, encoderRate: 0.3 },
  };
  // on the full graph an epoch is one step, over all cells at once
  const full = view === "full";
  return {
    pretrain: defaultRecipe({
      ...{
        ...both,
        method: "mae",
        encoder: encoder(0.1),
        config: masked,
        view: subGraphs(256),
        epochs: full ? 300 : 30,
      },
      optimizer: { learningRate: full ? 3e-3 : 1e-3, weightDecay: 1e-2, schedule: "cosine" },
    }),
    train: defaultRecipe({
      ...{ ...both, method: "supervised", encoder: encoder(0.3), config: classified, view: subGraphs(128) },
      epochs: full ? 200 : 30,
      optimizer: { learningRate: 1e-3, weightDecay: 1e-2, schedule: "cosine" },
    }),
    pretrainsOnTest: true,
  };
}
