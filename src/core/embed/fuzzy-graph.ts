import type { Csr } from "../graph/csr";
import type { NearestNeighbours } from "./knn";

/**
 * Weighted graph of similar cells: how surely two cells are neighbours, 0 to 1, each cell judging by its own density.
 * Leiden on it finds clusters in an embedding.
 *
 * @param knn  nearest neighbours, nearest first, the cell itself not among them
 * @returns    symmetric CSR (n, n) without diagonal, columns ascending
 * Source: McInnes, Healy & Melville 2018, algorithms 2 and 3; umap-learn's fuzzy_simplicial_set with
 *   n_neighbors = k + 1 (it counts the cell itself), as scanpy.pp.neighbors calls it.
 */
export function fuzzyGraph(knn: NearestNeighbours): Csr {
  const { n, k, indices, distances } = knn;
  const weights = new Float32Array(n * k);
  const { rho, sigma } = localScales(knn);
  for (let i = 0; i < n; i++)
    for (let e = i * k; e < (i + 1) * k; e++) {
      const beyond = distances[e] - rho[i];
      weights[e] = beyond <= 0 || sigma[i] === 0 ? 1 : Math.exp(-beyond / sigma[i]);
    }
  return fuzzyUnion(n, k, indices, weights);
}

/**
 * The scale of each cell: rho, the distance of its nearest distinct neighbour, and sigma, with which the weights of its
 * k neighbours sum to log2(k + 1).
 */
export function localScales({ n, k, distances }: NearestNeighbours): { rho: Float64Array; sigma: Float64Array } {
  const rho = new Float64Array(n);
  const sigma = new Float64Array(n);
  const target = Math.log2(k + 1);
  let meanAll = 0;
  for (const v of distances) meanAll += v / (n * (k + 1)); // the zero distance of each cell to itself counts
  for (let i = 0; i < n; i++) {
    const row = distances.subarray(i * k, (i + 1) * k);
    rho[i] = row.find((v) => v > 0) ?? 0;
    let low = 0;
    let high = Number.POSITIVE_INFINITY;
    let middle = 1;
    for (let step = 0; step < 64; step++) {
      let sum = 0;
      for (let e = 0; e < k; e++) {
        const beyond = row[e] - rho[i];
        sum += beyond > 0 ? Math.exp(-beyond / middle) : 1;
      }
      if (Math.abs(sum - target) < 1e-5) break;
      if (sum > target) high = middle;
      else low = middle;
      middle = high === Number.POSITIVE_INFINITY ? middle * 2 : (low + high) / 2;
    }
    let mean = 0;
    for (const v of row) mean += v / (k + 1);
    // never narrower than a thousandth of the usual distance, lest duplicates cut a cell off
    sigma[i] = Math.max(middle, 1e-3 * (rho[i] > 0 ? mean : meanAll));
  }
  return { rho, sigma };
}

/**
 * Graph of similar cells with all weights 1: two cells are joined if either is among the nearest of the other.
 * For communities in a smooth embedding, as a network that averages over neighbours gives, it is the better ground:
 * there the fuzzy weights follow the fine texture that smoothing leaves (docs/clustering.md has the numbers).
 *
 * @returns  symmetric CSR (n, n) without diagonal, columns ascending
 */
export function unionGraph({ n, k, indices }: Pick<NearestNeighbours, "n" | "k" | "indices">): Csr {
  return fuzzyUnion(n, k, indices, new Float32Array(n * k).fill(1));
}

/** a + b - ab of the two directions; a missing direction is 0. */
function fuzzyUnion(n: number, k: number, indices: Int32Array, weights: Float32Array): Csr {
  // both directions of every edge, grouped by row, so that a row is merged with one scratch array
  const start = new Uint32Array(n + 1);
  for (let e = 0; e < n * k; e++) start[indices[e] + 1]++;
  for (let i = 0; i < n; i++) start[i + 1] += start[i];
  const incoming = new Uint32Array(n * k);
  const next = start.slice(0, n);
  for (let e = 0; e < n * k; e++) incoming[next[indices[e]]++] = e;

  const weightOf = new Float64Array(n);
  const indptr = new Uint32Array(n + 1);
  const outIndices = new Uint32Array(2 * n * k);
  const outData = new Float32Array(2 * n * k);
  let size = 0;
  for (let i = 0; i < n; i++) {
    const first = size;
    for (let e = i * k; e < (i + 1) * k; e++) {
      if (weights[e] === 0) continue; // so far away that nothing is left in single precision
      outIndices[size++] = indices[e];
      weightOf[indices[e]] = weights[e];
    }
    for (let t = start[i]; t < start[i + 1]; t++) {
      const e = incoming[t];
      if (weights[e] === 0) continue;
      const j = Math.floor(e / k);
      const own = weightOf[j];
      if (own === 0) outIndices[size++] = j;
      weightOf[j] = own === 0 ? weights[e] : own + weights[e] - own * weights[e];
    }
    const row = outIndices.subarray(first, size).sort();
    for (let e = 0; e < row.length; e++) {
      outData[first + e] = weightOf[row[e]];
      weightOf[row[e]] = 0;
    }
    indptr[i + 1] = size;
  }
  return { nRows: n, nCols: n, indptr, indices: outIndices.slice(0, size), data: outData.slice(0, size) };
}
