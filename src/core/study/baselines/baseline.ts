import type { SpatialGraph } from "../../graph/spatial-graph";
import type { Slice } from "../../slice/slice";
import { quiet, type Task } from "../../task";
import { type BanksyOptions, banksy } from "./banksy";
import { type ExpressionPcaOptions, expressionPca } from "./expression-pca";
import { type NeighbourMeans, neighbourMean } from "./neighbour-mean";

/** An embedding that nothing was learned for; what a network must beat to have earned its training. */
export type BaselineRecipe =
  | ({ readonly kind: "pca" } & ExpressionPcaOptions)
  | ({ readonly kind: "neighbour-mean"; readonly means?: NeighbourMeans } & ExpressionPcaOptions)
  | ({ readonly kind: "banksy" } & BanksyOptions);

/** Shown beside the results of every study, by name. */
export const baselines: Readonly<Record<string, BaselineRecipe>> = {
  pca: { kind: "pca" },
  "mean-once": { kind: "neighbour-mean", means: "once" },
  "mean-twice": { kind: "neighbour-mean", means: "twice" },
  "pca-and-means": { kind: "neighbour-mean", means: "all" },
  "banksy-0.2": { kind: "banksy", lambda: 0.2 },
  "banksy-0.8": { kind: "banksy", lambda: 0.8 },
};

/**
 * The embedding of a baseline, shape (nObs, size). The same slice, graph and recipe give the same bits.
 *
 * @param graph  whose neighbours are averaged; PCA ignores it and BANKSY makes its own
 * @param pca    gives the components of expression; a caller that embeds several may keep them
 */
export function embedBaseline(
  slice: Slice,
  graph: SpatialGraph,
  recipe: BaselineRecipe,
  task: Task = quiet,
  pca: typeof expressionPca = expressionPca,
): { readonly embedding: Float32Array; readonly size: number } {
  switch (recipe.kind) {
    case "pca": {
      const { scores, nComponents } = pca(slice, recipe, task);
      return { embedding: scores, size: nComponents };
    }
    case "neighbour-mean": {
      const { scores, nComponents } = pca(slice, recipe, task);
      return neighbourMean(scores, { n: slice.nObs, d: nComponents }, graph, recipe.means);
    }
    case "banksy": {
      const { scores, nComponents } = banksy(slice, recipe, task);
      return { embedding: scores, size: nComponents };
    }
    default:
      return recipe satisfies never;
  }
}
