import { methodCatalog, type SslMethodId } from "../ssl/catalog";
import { type AnnotationView, annotationRecipes } from "./annotation-presets";
import { batchesPerEpoch } from "./batch-source";
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
 * The first stage of an annotation by a preset. `lab` is here the annotation study's own network (annotation-presets.ts), not
 * that of the clustering study; other methods than its own get the network with their own settings.
 */
export function pretrainRecipe(preset: PresetId, method: SslMethodId, view: AnnotationView): RunRecipe {
  if (preset !== "lab") return presetRecipe(preset, method);
  const { pretrain } = annotationRecipes("lab", view);
  return method === pretrain.method ? pretrain : { ...pretrain, method, config: methodCatalog[method].defaults };
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

/** Over the full graph, or over the batches of some 5,000 cells. */
const LAB_STEPS = 150;

/**
 * The lab's own values, one set for every slice and method: 150 steps over the full graph, or in batches for methods that compare
 * views, on 50 whitened principal components of standardised genes; GraphSAGE where no backbone is chosen. docs/search.md has what
 * each was tried against. Clusters are the consensus of mixtures, refined (study/clustering/cluster-way.ts), of several such networks in a study (`networksOf`).
 */
export function labRecipe(method: SslMethodId): RunRecipe {
  const recipe = defaultRecipe({
    method,
    backbone: "sage",
    preprocess: { targetSum: "median", log1p: true, scale: true, center: true, components: 50 },
    epochs: LAB_STEPS,
  });
  return comparesViews.includes(method)
    ? { ...recipe, view: { kind: "ego", hops: 2, batchSize: 1024 }, epochs: 30 }
    : recipe;
}

/**
 * Networks that each run of a clustering study trains, from seeds of their own, to cluster by what they agree on. One network
 * of preset lab gave clusters that moved by .2 of ARI between seeds (docs/search.md); the published study has one.
 */
export function networksOf(preset: PresetId): number {
  return preset === "lab" ? 3 : 1;
}

/**
 * Epochs of a run of a study by its preset. Those of preset lab in batches are at least so many that a small slice is trained on
 * for as many steps as over its full graph.
 */
export function epochsOnSlice(preset: PresetId, { view, epochs }: RunRecipe, nObs: number): number {
  const least = preset === "lab" ? Math.ceil(LAB_STEPS / batchesPerEpoch(view, nObs)) : 0;
  return Math.max(epochs, least);
}

/**
 * Methods that compare two views of a cell. Of a batch, the second layer and the heads make the targets alone, which on
 * components is most of a step: 30 epochs of five batches are 150 steps in six tenths of the time. Losses that hold every cell
 * against all others (SimCLR, MoCo, GRACE) take thirteen times as long over the full graph.
 */
const comparesViews: readonly SslMethodId[] = [
  ...(["simclr", "moco", "byol", "simsiam", "swav", "barlow-twins", "vicreg"] as const),
  ...(["grace", "bgrl"] as const),
];

/**
 * The network and the pretraining of SpatialSSL on the full graph (annotation-presets.ts); `--view ego --hops 2 --batch-size 64`
 * is its sub-graph variant. Other methods than masked expression get the network with their own settings.
 */
export function spatialsslRecipe(method: SslMethodId): RunRecipe {
  const { pretrain, train } = annotationRecipes("spatialssl", "full");
  if (method === train.method) return train;
  return method === pretrain.method ? pretrain : { ...pretrain, method, config: methodCatalog[method].defaults };
}
