import { hash32 } from "../../random";
import type { DeviceExpression } from "../expression";
import { type ExpressionView, rowKey, viewKey } from "../expression/view";

/** What a view's gene dropout hides of some cells, written out; both (nRows, nVars). */
export interface HiddenEntries {
  /** The preprocessed and centred value of a hidden entry, counts of zero among them; 0 for one that is shown. */
  readonly values: Float32Array;
  /** 1 for a hidden entry, 0 for one that is shown. */
  readonly hidden: Float32Array;
  /** How many are hidden. */
  readonly count: number;
}

/**
 * The definition that tests hold the kernels to: made on the host, dense, one hash for each cell and gene.
 *
 * @param cells  of the slice, each row one; below 0 for padding, of which everything is shown
 */
export function hiddenEntries(
  { raw, preprocessing, nVars }: DeviceExpression,
  cells: ArrayLike<number>,
  view: ExpressionView,
): HiddenEntries {
  const { dropKey, dropThreshold, dropPerGene } = viewKey(view);
  const { sizeFactors, inverseDeviations, centers, log1p } = preprocessing;
  const { indptr, indices, data } = raw.X;
  const values = new Float32Array(cells.length * nVars);
  const hidden = new Float32Array(cells.length * nVars);
  let count = 0;
  for (let r = 0; r < cells.length; r++) {
    const cell = cells[r];
    if (cell < 0) continue;
    const key = rowKey(dropPerGene ? -1 : cell, dropKey);
    const first = r * nVars;
    for (let j = 0; j < nVars; j++) {
      if (hash32(j ^ key) >= dropThreshold) continue;
      hidden[first + j] = 1;
      if (centers) values[first + j] = -centers[j];
      count++;
    }
    for (let e = indptr[cell]; e < indptr[cell + 1]; e++) {
      const j = indices[e];
      if (hidden[first + j] === 0) continue;
      const scaled = data[e] * sizeFactors[cell];
      values[first + j] += (log1p ? Math.log1p(scaled) : scaled) * (inverseDeviations ? inverseDeviations[j] : 1);
    }
  }
  return { values, hidden, count };
}
