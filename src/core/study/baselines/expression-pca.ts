import { centredMap } from "../../preprocess/centred-map";
import { type CountsOfCells, normalizeExpression } from "../../preprocess/normalize";
import { type TruncatedPca, truncatedPca } from "../../preprocess/truncated-pca";
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
  return truncatedPca(centredMap(x, geneMeans), { nComponents, seed }, task);
}
