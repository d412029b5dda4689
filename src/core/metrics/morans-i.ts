import { assertShape } from "../errors";
import type { Codes } from "./contingency";
import { centredColumn, centredMembership, clustersAmong, meanOfDefined, type SpatialWeights } from "./spatial-weights";

/**
 * Moran's I of every column: (n / W) Σ_ij w_ij z_i z_j / Σ_i z_i², z = x - mean, W = Σ w_ij. Near 1 where neighbours are
 * alike, -1 / (n - 1) on average where space plays no part.
 *
 * @param x  values, shape (nObs, d), row-major; nObs is that of the graph the weights were made of
 * @returns  shape (d,); NaN for a column that does not vary
 * Source: Moran 1950; squidpy.gr.spatial_autocorr(mode="moran"), esda.Moran.
 */
export function moransI(weights: SpatialWeights, x: Float32Array, d: number): Float64Array {
  assertShape("Moran's I, values", [x.length % d], [0]);
  return Float64Array.from({ length: d }, (_, column) => ofCentred(weights, centredColumn(weights, x, d, column)));
}

/** The mean over the dimensions of an embedding. */
export function meanMoransI(weights: SpatialWeights, x: Float32Array, d: number): number {
  return meanOfDefined(moransI(weights, x, d));
}

/** The mean over clusters of Moran's I of "is in this cluster"; the numbers of clusters are names, not values. */
export function clusterMoransI(weights: SpatialWeights, codes: Codes): number {
  const of = (cluster: number) => ofCentred(weights, centredMembership(weights, codes, cluster));
  return meanOfDefined(clustersAmong(weights, codes).map(of));
}

function ofCentred({ n, indptr, indices, total }: SpatialWeights, z: Float64Array): number {
  let cross = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    squares += z[i] * z[i];
    const degree = indptr[i + 1] - indptr[i];
    if (degree === 0) continue;
    let sum = 0;
    for (let e = indptr[i]; e < indptr[i + 1]; e++) sum += z[indices[e]];
    cross += (z[i] * sum) / degree;
  }
  return ((n / total) * cross) / squares;
}
