import { assertShape } from "../../errors";
import type { SpatialGraph } from "../../graph/spatial-graph";
import { type CountsOfCells, type NormalizeRecipe, normalizeExpression } from "../../preprocess/normalize";
import type { PreprocessStatistics } from "../../preprocess/statistics";

/** Rows of features that are written out only for the cells asked for. */
export interface FeatureRows {
  readonly size: number;
  /** shape (cells.length, size), row-major */
  of(cells: ArrayLike<number>): Float32Array;
}

/** Standardised expression, and what standardised it. */
export interface ExpressionRows extends FeatureRows {
  readonly statistics: PreprocessStatistics;
}

/** Counts scaled to the median total, log(1 + x), each gene with mean 0 and deviation 1. */
export const standardised: NormalizeRecipe = { targetSum: "median", log1p: true, scale: true, center: true };

/**
 * A cell's own standardised expression, and with a graph the mean over its neighbours beside it (without the cell itself;
 * zeros, the mean of all cells, for a cell without any).
 *
 * @param graph  whose neighbours are averaged; null for own genes alone
 * @param known  total, means and deviations of other cells, in place of these cells' own
 * @throws LabError("shape") if the graph is of other cells
 */
export function expressionRows(
  slice: CountsOfCells,
  graph: SpatialGraph | null,
  known?: PreprocessStatistics,
): ExpressionRows {
  if (graph) assertShape("Neighbours' mean", [graph.nNodes], [slice.nObs]);
  const { x, centers, statistics } = normalizeExpression(slice, standardised, known);
  const { nVars } = slice;
  const size = graph ? 2 * nVars : nVars;
  const add = (out: Float32Array, at: number, cell: number, share: number): void => {
    for (let e = x.indptr[cell]; e < x.indptr[cell + 1]; e++) out[at + x.indices[e]] += share * x.data[e];
    for (let j = 0; j < nVars; j++) out[at + j] -= share * (centers as Float32Array)[j];
  };
  return {
    size,
    statistics,
    of(cells) {
      const out = new Float32Array(cells.length * size);
      for (let r = 0; r < cells.length; r++) {
        const cell = cells[r];
        add(out, r * size, cell, 1);
        if (!graph) continue;
        const [from, to] = [graph.indptr[cell], graph.indptr[cell + 1]];
        for (let e = from; e < to; e++) add(out, r * size + nVars, graph.indices[e], 1 / (to - from));
      }
      return out;
    },
  };
}
