import { methodCatalog, type SslMethodId } from "../ssl/catalog";
import { defaultRecipe, type RunRecipe } from "./recipe";

export const presetIds = ["study", "lab", "spatialssl"] as const;
export type PresetId = (typeof presetIds)[number];

/** The recipe of a method by a preset: all of it but seed and backbone, which are the person's. */
export function presetRecipe(preset: PresetId, method: SslMethodId): RunRecipe {
  switch (preset) {
    case "study":
      return studyRecipe(method);
    case "lab":
      return labRecipe(method);
    case "spatialssl":
      return spatialsslRecipe(method);
    default:
      return preset satisfies never;
  }
}

/**
 * The values of the published study of eight methods on three backbones: hidden 256, projection 64, batch norm, dropout
 * 0.1, 4 heads, batches of 256 cells with 8 neighbours sampled a layer, AdamW 1e-4 / 1e-5, gene dropout 10 %, noise 0.005,
 * temperature 0.2; counts brought to 10,000, log1p, standardised.
 *
 * Differs: the loss of a batch is taken over its target cells, and the number of epochs is this lab's, since the study's
 * differs from slice to slice.
 */
export function studyRecipe(method: SslMethodId): RunRecipe {
  return defaultRecipe({
    method,
    config: methodCatalog[method].study,
    encoder: { layers: 2, hidden: 256, heads: 4, batchNorm: true, dropout: 0.1, attentionDropout: 0, skip: false },
    preprocess: { targetSum: 10_000, log1p: true, scale: true, center: true },
    view: { kind: "sample", fanOuts: [8, 8], batchSize: 256 },
    optimizer: { learningRate: 1e-4, weightDecay: 1e-5 },
  });
}

/** The lab's own values, one set for every slice. */
export function labRecipe(method: SslMethodId): RunRecipe {
  return defaultRecipe({ method });
}

/**
 * The network and the pretraining of SpatialSSL: graph attention with four hidden layers of 64 and one head, without norm,
 * dropout or skips, on neighbours within 40 µm; 20 % of the cells hidden with all their genes, as zeros; Adam at 0.002 until
 * ten epochs bring nothing new on validation cells, 100 at most. The full graph; `--view ego --hops 2 --batch-size 64` is its
 * sub-graph variant. Fine-tuning adds another attention layer and a classifier.
 *
 * Source: Richter et al. 2023, sections 3 and 4; what the paper leaves open (heads, patience, epochs, batches, whole cells as
 * zeros) as its code has it, theislab/spatial_atlas_ssl@84b32d8.
 * Differs: ELU between layers where the code has ReLU, and a linear decoder where it has one more attention layer; raw counts
 * are brought to a common total and logged first, where the paper's data were so already.
 */
export function spatialsslRecipe(method: SslMethodId): RunRecipe {
  const { defaults } = methodCatalog[method];
  return defaultRecipe({
    method,
    config: method === "mae" ? { ...defaults, maskRatio: 0.2, maskFill: "zero" } : defaults,
    backbone: "gat",
    encoder: { layers: 4, hidden: 64, heads: 1, batchNorm: false, dropout: 0, attentionDropout: 0, skip: false },
    preprocess: { targetSum: "median", log1p: true, scale: false, center: false },
    graph: { kind: "radius", radiusMicrons: 40 },
    optimizer: { learningRate: 2e-3, weightDecay: 0 },
    patience: 10,
  });
}
