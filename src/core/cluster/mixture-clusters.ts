import { assertShape } from "../errors";
import { pca, project } from "../preprocess/pca";
import { quiet, type Task } from "../task";
import { type Covariance, gaussianMixture, type Mixture } from "./gaussian-mixture";
import { kMeans } from "./k-means";
import { orderBySize } from "./order-by-size";

export interface MixtureClustersOptions {
  readonly n: number;
  readonly d: number;
  readonly k: number;
  readonly covariance?: Covariance;
  /** Principal components of the embedding that the mixture is fitted on; fewer where it has fewer. */
  readonly nComponents?: number;
  /** Starts from k-means with seeds of their own; the likeliest result is kept. */
  readonly starts?: number;
  readonly seed?: number;
}

export interface MixtureClusters {
  readonly codes: Int32Array; // (n,), 0 = the largest
  /** Fewer than k where a component ends up as no point's likeliest. */
  readonly nClusters: number;
  readonly logLikelihood: number;
}

/**
 * Clusters of an embedding by a Gaussian mixture on its principal components, as users of mclust cluster STAGATE's and
 * GraphST's: 20 components, one covariance for all clusters (EEE).
 *
 * @param x  embedding, shape (n, d), row-major, d <= 1,024
 * @throws LabError("shape" | "range") as `pca`, `kMeans` and `gaussianMixture`
 * Source: Fraley & Raftery 2002. Differs: starts from k-means, where mclust starts from a hierarchy of the points; all
 *   components are divided by one number, so that the regularisation does not depend on the embedding's scale.
 */
export function mixtureClusters(
  x: Float32Array,
  { n, d, k, covariance = "tied", nComponents = 20, starts = 3, seed = 0 }: MixtureClustersOptions,
  task: Task = quiet,
): MixtureClusters {
  assertShape("Mixture points", [x.length], [n * d]);
  const fit = pca(x, { n, d, nComponents: Math.min(nComponents, d) });
  // a component without variance only adds rounding to every covariance
  const kept = Math.max(1, fit.variance.filter((v) => v > 1e-10 * fit.variance[0]).length);
  const variance = fit.variance.reduce((sum, v) => sum + v, 0) / kept;
  const scale = variance > 0 ? 1 / Math.sqrt(variance) : 1;
  const scores = project({ ...fit, nComponents: kept }, x, n).map((v) => v * scale);
  let best: Mixture | undefined;
  for (let s = 0; s < Math.max(1, starts); s++) {
    const { codes } = kMeans(scores, { n, d: kept, k, seed: seed * 1009 + s, starts: 1 }, task);
    const found = gaussianMixture(scores, codes, { n, d: kept, covariance }, task);
    if (!best || found.logLikelihood > best.logLikelihood) best = found;
  }
  const { codes, logLikelihood } = best as Mixture;
  return { ...orderBySize(codes), logLikelihood };
}
