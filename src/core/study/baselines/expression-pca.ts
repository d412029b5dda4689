import { type CountsOfCells, normalizeExpression } from "../../preprocess/normalize";
import { type LinearMap, type TruncatedPca, truncatedPca } from "../../preprocess/truncated-pca";
import { quiet, type Task } from "../../task";

export interface ExpressionPcaOptions {
  readonly nComponents?: number;
  /** `standardised` divides each gene by its deviation, so that rare genes count as much as common ones. */
  readonly input?: "standardised" | "log1p";
  readonly seed?: number;
}

/**
 * Principal components of expression: counts scaled to the median total, log(1 + x), centred, standardised unless told.
 * What a cell's own genes say, without any neighbour.
 *
 * @returns  scores, shape (nObs, nComponents); fewer where there are fewer genes
 * Source: scanpy.pp.normalize_total, log1p, scale, pca. The sparse counts are never written out densely.
 */
export function expressionPca(
  slice: CountsOfCells,
  { nComponents = 30, input = "standardised", seed = 0 }: ExpressionPcaOptions = {},
  task: Task = quiet,
): TruncatedPca {
  const recipe = { targetSum: "median", log1p: true, scale: input === "standardised" } as const;
  const { x, geneMeans } = normalizeExpression(slice, recipe);
  const { nObs, nVars } = slice;
  const { indptr, indices, data } = x;
  const centred: LinearMap = {
    nRows: nObs,
    nCols: nVars,
    times(v, out) {
      let ofMean = 0;
      for (let j = 0; j < nVars; j++) ofMean += geneMeans[j] * v[j];
      for (let i = 0; i < nObs; i++) {
        let sum = 0;
        for (let e = indptr[i]; e < indptr[i + 1]; e++) sum += data[e] * v[indices[e]];
        out[i] = sum - ofMean;
      }
    },
    transposedTimes(u, out) {
      out.fill(0);
      let total = 0;
      for (let i = 0; i < nObs; i++) {
        total += u[i];
        for (let e = indptr[i]; e < indptr[i + 1]; e++) out[indices[e]] += data[e] * u[i];
      }
      for (let j = 0; j < nVars; j++) out[j] -= total * geneMeans[j];
    },
  };
  return truncatedPca(centred, { nComponents, seed }, task);
}
