import { assertShape } from "../errors";
import type { Codes } from "./contingency";
import { centredColumn, centredMembership, clustersAmong, meanOfDefined, type SpatialWeights } from "./spatial-weights";

/**
 * Geary's C of every column: ((n - 1) / 2W) Σ_ij w_ij (x_i - x_j)² / Σ_i (x_i - mean)². 0 where neighbours are equal, 1 on
 * average where space plays no part. Where every cell has as many neighbours and they are mutual, it is
 * (n - 1) / n (1 - Moran's I) and says nothing more.
 *
 * @param x  values, shape (nObs, d), row-major; nObs is that of the graph the weights were made of
 * @returns  shape (d,); NaN for a column that does not vary
 * Source: Geary 1954; squidpy.gr.spatial_autocorr(mode="geary"), esda.Geary.
 */
export function gearysC(weights: SpatialWeights, x: Float32Array, d: number): Float64Array {
  assertShape("Geary's C, values", [x.length % d], [0]);
  return Float64Array.from({ length: d }, (_, column) => ofCentred(weights, centredColumn(weights, x, d, column)));
}

/** The mean over the dimensions of an embedding. */
export function meanGearysC(weights: SpatialWeights, x: Float32Array, d: number): number {
  return meanOfDefined(gearysC(weights, x, d));
}

/** The mean over clusters of Geary's C of "is in this cluster". */
export function clusterGearysC(weights: SpatialWeights, codes: Codes): number {
  const of = (cluster: number) => ofCentred(weights, centredMembership(weights, codes, cluster));
  return meanOfDefined(clustersAmong(weights, codes).map(of));
}

function ofCentred({ n, indptr, indices, total }: SpatialWeights, z: Float64Array): number {
  let apart = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    squares += z[i] * z[i];
    const degree = indptr[i + 1] - indptr[i];
    if (degree === 0) continue;
    let sum = 0;
    for (let e = indptr[i]; e < indptr[i + 1]; e++) sum += (z[i] - z[indices[e]]) ** 2;
    apart += sum / degree;
  }
  return (((n - 1) / (2 * total)) * apart) / squares;
}
