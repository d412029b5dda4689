import { LabError } from "../../errors";
import { transpose } from "../../graph/csr";
import { knnGraph } from "../../graph/knn";
import type { SpatialGraph } from "../../graph/spatial-graph";
import { normalizeExpression } from "../../preprocess/normalize";
import { type LinearMap, type TruncatedPca, truncatedPca } from "../../preprocess/truncated-pca";
import { positionsMicrons, type Slice } from "../../slice/slice";
import { quiet, type Task, throwIfCancelled } from "../../task";

export interface BanksyOptions {
  /** Share of the neighbourhood: .2 finds cell types, .8 domains. */
  readonly lambda?: number;
  /** Neighbours of the mean; the gradient takes twice as many. */
  readonly k?: number;
  readonly nComponents?: number;
  readonly seed?: number;
}

/** Edges of each cell with weights that sum to 1, and the direction to each neighbour. */
interface WeightedEdges {
  readonly graph: SpatialGraph;
  readonly weights: Float64Array;
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

const mostBytes = 2 ** 30;

/**
 * BANKSY: a cell's own expression beside its neighbourhood's mean and the size of its gradient.
 *   w_ij ∝ exp(-(r_ij / median_j r_ij)²), Σ_j w_ij = 1
 *   M_i = Σ_j w_ij x_j over k neighbours;   G_i = |Σ_j w_ij e^{iφ_ij} (x_j - Σ_l w_il x_l)| over 2 k
 *   PCA of [√(1 - λ) Z(x), √(2λ/3) Z(M), √(λ/3) Z(G)],  Z = each column with mean 0 and deviation 1, φ the azimuth
 *
 * @returns  scores, shape (nObs, nComponents)
 * @throws LabError("range") unless 0 <= lambda <= 1 and k >= 1 suits the sections, LabError("memory") above 1 GiB
 * Source: Singhal et al. 2024, Nature Genetics, with m = 1 and μ = 1.5; Banksy_py with decay "scaled_gaussian". Differs:
 *   counts are scaled to the median total and log1p is taken, as for all baselines here; neighbours stay in a section.
 * Cost: O(nnz k) for the features, then products with 3 nObs nVars numbers, 4 bytes each.
 */
export function banksy(
  slice: Slice,
  { lambda = 0.2, k = 15, nComponents = 20, seed = 0 }: BanksyOptions = {},
  task: Task = quiet,
): TruncatedPca {
  if (!(lambda >= 0 && lambda <= 1)) throw new LabError("range", `BANKSY: expected lambda from 0 to 1, got ${lambda}.`);
  return truncatedPca(banksyMatrix(slice, { lambda, k }, task), { nComponents, seed }, task);
}

/** The matrix that BANKSY's components are of: columns own, mean, gradient of gene 0, then of gene 1, and so on. */
export function banksyMatrix(
  slice: Slice,
  { lambda, k }: { readonly lambda: number; readonly k: number },
  task: Task = quiet,
): LinearMap & { readonly columns: readonly Float32Array[] } {
  const { nObs, nVars } = slice;
  if (12 * nObs * nVars > mostBytes)
    throw new LabError(
      "memory",
      `BANKSY: ${nObs} cells and ${nVars} genes come to ${(12e-9 * nObs * nVars).toFixed(1)} GB of features.`,
      "Keep fewer genes, such as the 2,000 most variable.",
    );
  const positions = positionsMicrons(slice);
  const near = weightedEdges(positions, knnGraph(positions, { k, sectionCodes: slice.section.codes }, task));
  const wide = weightedEdges(positions, knnGraph(positions, { k: 2 * k, sectionCodes: slice.section.codes }, task));
  const { x } = normalizeExpression(slice, { targetSum: "median", log1p: true, scale: false });
  const genes = transpose(x);
  const factors = [1 - lambda, (2 / 3) * lambda, lambda / 3].map(Math.sqrt);
  const columns: Float32Array[] = [];
  const own = new Float64Array(nObs);
  for (let g = 0; g < nVars; g++) {
    throwIfCancelled(task, "BANKSY");
    task.progress(g, nVars, "averaging neighbourhoods");
    own.fill(0);
    for (let e = genes.indptr[g]; e < genes.indptr[g + 1]; e++) own[genes.indices[e]] = genes.data[e];
    [own, weightedMean(own, near), gradient(own, wide)].forEach((column, part) => {
      columns.push(standardised(column, factors[part]));
    });
  }
  return {
    nRows: nObs,
    nCols: columns.length,
    columns,
    times(v, out) {
      out.fill(0);
      columns.forEach((column, c) => {
        const scale = v[c];
        for (let i = 0; i < nObs; i++) out[i] += scale * column[i];
      });
    },
    transposedTimes(u, out) {
      columns.forEach((column, c) => {
        let sum = 0;
        for (let i = 0; i < nObs; i++) sum += column[i] * u[i];
        out[c] = sum;
      });
    },
  };
}

function weightedEdges(positions: Float32Array, graph: SpatialGraph): WeightedEdges {
  const { nNodes, indptr, indices, distances } = graph;
  const [weights, cos, sin] = [0, 1, 2].map(() => new Float64Array(indices.length));
  for (let i = 0; i < nNodes; i++) {
    const [from, to] = [indptr[i], indptr[i + 1]];
    // cells on one place leave no scale: all then weigh the same
    const scale = median(distances.subarray(from, to)) || Number.POSITIVE_INFINITY;
    let sum = 0;
    for (let e = from; e < to; e++) {
      weights[e] = Math.exp(-((distances[e] / scale) ** 2));
      sum += weights[e];
      const angle = Math.atan2(
        positions[2 * indices[e] + 1] - positions[2 * i + 1],
        positions[2 * indices[e]] - positions[2 * i],
      );
      cos[e] = Math.cos(angle);
      sin[e] = Math.sin(angle);
    }
    for (let e = from; e < to; e++) weights[e] /= sum;
  }
  return { graph, weights, cos, sin };
}

/** The mean of both middle ones where their number is even. */
function median(values: Float32Array): number {
  const sorted = values.slice().sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function weightedMean(x: Float64Array, { graph: { indptr, indices }, weights }: WeightedEdges): Float64Array {
  return x.map((_, i) => {
    let sum = 0;
    for (let e = indptr[i]; e < indptr[i + 1]; e++) sum += weights[e] * x[indices[e]];
    return sum;
  });
}

function gradient(x: Float64Array, edges: WeightedEdges): Float64Array {
  const { graph, weights, cos, sin } = edges;
  const { indptr, indices } = graph;
  return weightedMean(x, edges).map((mean, i) => {
    let real = 0;
    let imaginary = 0;
    for (let e = indptr[i]; e < indptr[i + 1]; e++) {
      const part = weights[e] * (x[indices[e]] - mean);
      real += part * cos[e];
      imaginary += part * sin[e];
    }
    return Math.hypot(real, imaginary);
  });
}

/** Mean 0 and population deviation `factor`; a column that does not vary becomes zeros. */
function standardised(column: Float64Array, factor: number): Float32Array {
  const mean = column.reduce((sum, v) => sum + v, 0) / column.length;
  const deviation = Math.sqrt(column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / column.length);
  const scale = deviation > 1e-12 ? factor / deviation : 0;
  return Float32Array.from(column, (v) => (v - mean) * scale);
}
