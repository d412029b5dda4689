import { quiet, type Task } from "../task";
import { consensusClusters } from "./consensus";
import { mixtureClusters } from "./mixture-clusters";

export interface MixtureConsensusOptions {
  readonly n: number;
  readonly d: number;
  readonly k: number;
  /** Numbers of principal components that a mixture each is fitted on; those above d count once, as d. */
  readonly components?: readonly number[];
  /** Starts of each mixture, of which the likeliest is kept. */
  readonly starts?: number;
  readonly seed?: number;
}

/**
 * What Gaussian mixtures on 10, 15, 20 and 30 principal components of an embedding agree on.
 *
 * Why several: a mixture is found from a random start, and which one is the likeliest changes with the number of
 * components; the clusters of a single one moved by .2 of ARI between seeds on the same embedding (docs/search.md). What most
 * of them find moves less.
 *
 * @param x  embedding, shape (n, d), row-major, d <= 512
 * @throws as mixtureClusters
 * Source: mixtures as `mixtureClusters`, joined as `consensusClusters`. Cost: that of the mixtures.
 */
export function mixtureConsensus(
  x: Float32Array,
  { n, d, k, components = [10, 15, 20, 30], starts = 5, seed = 0 }: MixtureConsensusOptions,
  task: Task = quiet,
): { readonly codes: Int32Array; readonly nClusters: number } {
  const sizes = [...new Set(components.map((size) => Math.min(size, d)))];
  // how far each mixture is would run from start to end four times
  const silent: Task = {
    progress() {},
    get cancelled() {
      return task.cancelled;
    },
  };
  const partitions = sizes.map((nComponents, i) => {
    task.progress(i, sizes.length, "fitting Gaussian mixtures");
    return mixtureClusters(x, { n, d, k, nComponents, starts, seed }, silent).codes;
  });
  return consensusClusters(partitions, { k }, task);
}
