import { LabError } from "../errors";
import type { Csr } from "../graph/csr";
import type { CountMatrix, CountState } from "../slice/slice";
import type { PreprocessStatistics } from "./statistics";

/** How counts become what a network reads; part of a run's recipe, replayed and never written back. */
export interface NormalizeRecipe {
  /** Every cell is scaled to this many counts; "median" takes the median total of the cells that have any. */
  readonly targetSum: number | "median";
  readonly log1p: boolean;
  /** Divides each gene by its standard deviation. */
  readonly scale: boolean;
  /** Subtracts each gene's mean, after the division. Zeros become other numbers, which are never written down. */
  readonly center?: boolean;
  /**
   * Principal components that the network reads in place of the genes, each of variance 1; components.ts makes them. Genes
   * are centred for it in any case.
   */
  readonly components?: number;
}

/** Counts and what they are; the part of a slice that is normalised. */
export interface CountsOfCells {
  readonly X: CountMatrix;
  readonly nObs: number;
  readonly nVars: number;
  readonly countState: CountState;
}

const LARGEST_KNOWN = 15;

/** What the recipe comes to on one slice:  x_ij = s_j log(1 + f_i count_ij) - m_j. */
export interface Normalization {
  readonly sizeFactors: Float32Array; // f, (nObs,); 0 for a cell without counts
  /** Whether the logarithm is taken. */
  readonly log1p: boolean;
  readonly inverseDeviations: Float32Array | null; // s, (nVars,), 1 for a gene that does not vary; null without scaling
  readonly centers: Float32Array | null; // m, (nVars,); null without centring
  readonly geneMeans: Float32Array; // of x, (nVars,): zeros where it is centred
  readonly rowSquares: Float32Array; // Σ_j x_ij² of every cell, (nObs,)
  readonly emptyCells: number;
  /** What was taken from all cells; given back to `fitNormalization`, it brings other cells into the same scale. */
  readonly statistics: PreprocessStatistics;
  /** What was done differently from the recipe and why, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * The numbers that size factors, log(1 + x), unit variance and centring need; no value of x is stored.
 *
 * @param slice   X shape (nObs, nVars); values that are log1p already are taken as they are
 * @param known   of other cells, to be used instead of the slice's own; what it lacks is the slice's own
 * @throws LabError("range") if the target is not positive, no cell has a count, or a value has no logarithm
 * Source: scanpy.pp.normalize_total, log1p, scale. Differs: population variance.
 * Cost: O(nnz) time, one pass, two with centring, three with scaling.
 */
export function fitNormalization(
  slice: CountsOfCells,
  recipe: NormalizeRecipe,
  known?: PreprocessStatistics,
): Normalization {
  const { X, nObs, nVars, countState } = slice;
  const notes: string[] = [];
  const asCounts = countState !== "log1p";
  if (!asCounts) notes.push("The values are logarithms already: no size factors and no second logarithm were applied.");
  if (countState === "unknown") notes.push("The values may not be counts; they were treated as counts.");

  const totals = rowTotals(X, nObs);
  const emptyCells = totals.reduce((n, t) => n + (t > 0 ? 0 : 1), 0);
  if (emptyCells > 0) notes.push(`${emptyCells} cells have no counts; their rows stay zero.`);
  const targetSum = asCounts ? targetOf(totals, known?.targetSum ?? recipe.targetSum) : null;
  const sizeFactors = Float32Array.from(totals, (t) => (t > 0 ? (targetSum === null ? 1 : targetSum / t) : 0));
  const log1p = asCounts && recipe.log1p;

  const each = (visit: (cell: number, gene: number, value: number) => void): void => {
    // most counts of a cell are small and occur again and again: each logarithm is taken once
    const known = new Float64Array(LARGEST_KNOWN + 1);
    for (let i = 0; i < nObs; i++) {
      const factor = sizeFactors[i];
      known.fill(-1);
      for (let e = X.indptr[i]; e < X.indptr[i + 1]; e++) {
        const count = X.data[e];
        const v = count * factor;
        if (!log1p) visit(i, X.indices[e], v);
        else if (count > LARGEST_KNOWN || count % 1 !== 0 || count < 0) visit(i, X.indices[e], Math.log1p(v));
        else {
          if (known[count] < 0) known[count] = Math.log1p(v);
          visit(i, X.indices[e], known[count]);
        }
      }
    }
  };
  const own = new Float64Array(nVars);
  let squares = new Float64Array(nObs);
  each((i, j, v) => {
    own[j] += v;
    squares[i] += v * v;
  });
  for (let j = 0; j < nVars; j++) own[j] /= nObs;
  if (!squares.every(Number.isFinite))
    throw new LabError(
      "range",
      "Normalisation: a value is not a finite number after size factor and logarithm.",
      "Counts must not be negative. Turn log1p off if the values are no counts.",
    );
  const geneMeans = known?.geneMeans ?? own;
  const inverse = recipe.scale ? (known?.inverseDeviations ?? inverseDeviations(each, own, nObs)) : null;
  const mean = inverse ? geneMeans.map((m, j) => m * inverse[j]) : geneMeans;
  const centers = recipe.center ? Float32Array.from(mean) : null;
  if (inverse || centers) {
    const ofZeros = mean.reduce((sum, m) => sum + m * m, 0);
    squares = new Float64Array(nObs).fill(centers ? ofZeros : 0);
    each((i, j, v) => {
      const x = v * (inverse ? inverse[j] : 1);
      squares[i] += centers ? x * (x - 2 * mean[j]) : x * x;
    });
  }
  return {
    sizeFactors,
    log1p,
    inverseDeviations: inverse && Float32Array.from(inverse),
    centers,
    geneMeans: centers ? new Float32Array(nVars) : Float32Array.from(mean),
    rowSquares: Float32Array.from(squares),
    emptyCells,
    statistics: { targetSum, geneMeans, inverseDeviations: inverse },
    notes,
  };
}

/**
 * Normalised expression written out, for those who need the numbers themselves; networks multiply the counts instead.
 *
 * @returns  x, a new CSR that shares `indptr` with the source, before centring, which would leave no zeros
 * @throws   as fitNormalization
 * Cost: O(nnz) time, 8 bytes per entry.
 */
export function normalizeExpression(
  slice: CountsOfCells,
  recipe: NormalizeRecipe,
  known?: PreprocessStatistics,
): Normalization & { readonly x: Csr } {
  const normalization = fitNormalization(slice, recipe, known);
  const { sizeFactors, log1p, inverseDeviations } = normalization;
  const { X, nObs, nVars } = slice;
  const data = new Float32Array(X.data.length);
  for (let i = 0; i < nObs; i++) {
    for (let e = X.indptr[i]; e < X.indptr[i + 1]; e++) {
      const v = X.data[e] * sizeFactors[i];
      data[e] = (log1p ? Math.log1p(v) : v) * (inverseDeviations ? inverseDeviations[X.indices[e]] : 1);
    }
  }
  const indices = X.indices instanceof Uint32Array ? X.indices : Uint32Array.from(X.indices);
  return { ...normalization, x: { nRows: nObs, nCols: nVars, indptr: X.indptr, indices, data } };
}

/** Mean and population variance of every column of a CSR, zeros included. Cost: O(nnz). */
export function columnMoments({ nRows, nCols, indices, data }: Csr): { mean: Float32Array; variance: Float32Array } {
  const sum = new Float64Array(nCols);
  for (let e = 0; e < data.length; e++) sum[indices[e]] += data[e];
  const mean = sum.map((s) => s / nRows);
  // around the mean, not E[x²] − E[x]²: a gene that hardly varies must not come out negative
  const squares = new Float64Array(nCols);
  const stored = new Float64Array(nCols);
  for (let e = 0; e < data.length; e++) {
    const d = data[e] - mean[indices[e]];
    squares[indices[e]] += d * d;
    stored[indices[e]]++;
  }
  const variance = squares.map((s, j) => (s + (nRows - stored[j]) * mean[j] * mean[j]) / nRows);
  return { mean: Float32Array.from(mean), variance: Float32Array.from(variance) };
}

function rowTotals({ indptr, data }: CountMatrix, nObs: number): Float64Array {
  const totals = new Float64Array(nObs);
  for (let i = 0; i < nObs; i++) for (let e = indptr[i]; e < indptr[i + 1]; e++) totals[i] += data[e];
  return totals;
}

function targetOf(totals: Float64Array, targetSum: number | "median"): number {
  const target = targetSum === "median" ? median(totals.filter((t) => t > 0)) : targetSum;
  if (target > 0) return target;
  throw new LabError(
    "range",
    targetSum === "median"
      ? "Normalisation: no cell has a count, so there is no median total to scale to."
      : `Normalisation: targetSum must be above 0, got ${targetSum}.`,
    "Choose a slice with counts, and a positive number of counts per cell or the median.",
  );
}

function median(values: Float64Array): number {
  const sorted = values.sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** 1 / standard deviation of each gene, zeros included. */
function inverseDeviations(
  each: (visit: (cell: number, gene: number, value: number) => void) => void,
  mean: Float64Array,
  nObs: number,
): Float64Array {
  // around the mean, not E[x²] − E[x]², as in columnMoments
  const squares = new Float64Array(mean.length);
  const stored = new Float64Array(mean.length);
  each((_, j, v) => {
    squares[j] += (v - mean[j]) ** 2;
    stored[j]++;
  });
  return squares.map((sum, j) => {
    const variance = (sum + (nObs - stored[j]) * mean[j] * mean[j]) / nObs;
    return variance > 0 ? 1 / Math.sqrt(variance) : 1;
  });
}
