import type { CountsOfCells } from "./normalize";

/**
 * What a normalisation takes from all cells it was fitted on. Applied to other cells, it brings them into the same scale: the
 * sections of a collection, or a slice that a trained network is asked about.
 */
export interface PreprocessStatistics {
  /** Counts that every cell is scaled to; null where the values were logarithms already. */
  readonly targetSum: number | null;
  /** Mean of each gene after size factor and logarithm, before it is scaled, (nVars,); null where nothing depends on it. */
  readonly geneMeans: Float64Array | null;
  /** One over each gene's standard deviation, 1 for a gene that does not vary, (nVars,); null without scaling. */
  readonly inverseDeviations: Float64Array | null;
  /** What a centred cell is multiplied by where components stand in place of genes, (nComponents, nVars). */
  readonly componentWeights?: Float32Array;
}

/** Number of cells by their total of counts. Whole counts have few different totals, however many cells there are. */
export type TotalsTally = Map<number, number>;

/** Adds the totals of some cells; cells without counts are left out, as the median leaves them out. */
export function tallyTotals({ X, nObs }: Pick<CountsOfCells, "X" | "nObs">, tally: TotalsTally): void {
  for (let i = 0; i < nObs; i++) {
    let total = 0;
    for (let e = X.indptr[i]; e < X.indptr[i + 1]; e++) total += X.data[e];
    if (total > 0) tally.set(total, (tally.get(total) ?? 0) + 1);
  }
}

/** Median total of the tallied cells, that of all of them in one list to the last bit; null of none. */
export function medianTotal(tally: TotalsTally): number | null {
  const totals = [...tally].sort(([a], [b]) => a - b);
  const n = totals.reduce((sum, [, cells]) => sum + cells, 0);
  if (n === 0) return null;
  const at = (rank: number): number => {
    let before = 0;
    for (const [total, cells] of totals) {
      before += cells;
      if (rank < before) return total;
    }
    return Number.NaN;
  };
  return n % 2 === 1 ? at((n - 1) / 2) : (at(n / 2 - 1) + at(n / 2)) / 2;
}

/**
 * Mean and variance of each gene over cells that come part by part, after size factor and logarithm.
 *
 * @param targetSum  counts that every cell is scaled to; null takes the values as they are
 * Source: Chan, Golub & LeVeque 1983, joining squares about the parts' own means, so that nothing cancels.
 * Cost: O(nnz) time, two passes over each part; O(nVars) memory.
 */
export function geneMoments(
  nVars: number,
  { targetSum, log1p }: { readonly targetSum: number | null; readonly log1p: boolean },
) {
  let n = 0;
  const mean = new Float64Array(nVars);
  const squares = new Float64Array(nVars); // Σ (v − mean)²
  return {
    add({ X, nObs }: Pick<CountsOfCells, "X" | "nObs">): void {
      const values = transformed(X, nObs, { targetSum, log1p });
      const own = new Float64Array(nVars);
      const ownSquares = new Float64Array(nVars);
      const stored = new Float64Array(nVars);
      for (let e = 0; e < values.length; e++) own[X.indices[e]] += values[e];
      for (let j = 0; j < nVars; j++) own[j] /= nObs;
      for (let e = 0; e < values.length; e++) {
        const j = X.indices[e];
        ownSquares[j] += (values[e] - own[j]) ** 2;
        stored[j]++;
      }
      const all = n + nObs;
      for (let j = 0; j < nVars; j++) {
        const between = own[j] - mean[j];
        squares[j] += ownSquares[j] + (nObs - stored[j]) * own[j] ** 2 + (between ** 2 * n * nObs) / all;
        mean[j] += (between * nObs) / all;
      }
      n = all;
    },
    result: (): { geneMeans: Float64Array; inverseDeviations: Float64Array } => ({
      geneMeans: mean.slice(),
      inverseDeviations: squares.map((sum) => (sum > 0 ? 1 / Math.sqrt(sum / n) : 1)),
    }),
  };
}

function transformed(
  { indptr, data }: CountsOfCells["X"],
  nObs: number,
  { targetSum, log1p }: { readonly targetSum: number | null; readonly log1p: boolean },
): Float64Array {
  const values = Float64Array.from(data);
  if (targetSum === null) return values;
  for (let i = 0; i < nObs; i++) {
    let total = 0;
    for (let e = indptr[i]; e < indptr[i + 1]; e++) total += data[e];
    // in single precision, as normalisation keeps its factors
    const factor = total > 0 ? Math.fround(targetSum / total) : 0;
    for (let e = indptr[i]; e < indptr[i + 1]; e++)
      values[e] = log1p ? Math.log1p(values[e] * factor) : values[e] * factor;
  }
  return values;
}
