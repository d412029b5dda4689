import * as tf from "@tensorflow/tfjs-core";
import { csrMatmul } from "../kernels/csr-matmul";
import { type CsrFactor, csrColumns } from "../kernels/csr-rows";
import type { DeviceCsr } from "../kernels/device-csr";
import { uploadRows } from "../kernels/expression";
import { type ExpressionFeatures, type Features, project } from "./features";
import { reshaped, sideBySide } from "./rows";

/** Where fewer cells are hidden, to leave them out saves less than it takes to find the others' columns. */
const WORTH_LEAVING_OUT = 0.25;

/**
 * The cells that are seen, where hidden ones stand for rows of zeros: neither their product with a weight, nor its part of the
 * sums over neighbours, nor its gradient is then made.
 */
interface SeenCells {
  readonly features: ExpressionFeatures;
  /** The columns of the matrix that belong to them. */
  readonly matrix: CsrFactor;
}

/** null where hidden rows are filled, are few, or the backend takes no columns out of a matrix. */
function seenCells(matrix: DeviceCsr, features: Features, { own = false } = {}): SeenCells | null {
  if (features.kind !== "expression" || features.fill) return null;
  const { ids } = features.rows;
  const inverse = new Int32Array(ids.length).fill(-1);
  const index = new Int32Array(ids.length);
  let count = 0;
  for (let row = 0; row < ids.length; row++) {
    if (ids[row] < 0) continue;
    inverse[row] = count;
    index[count++] = row;
  }
  if (count === 0 || count > (1 - WORTH_LEAVING_OUT) * ids.length) return null;
  const seen = index.subarray(0, count);
  const choice = { index: tf.tensor1d(seen, "int32"), inverse: tf.tensor1d(inverse, "int32") };
  const columns = csrColumns(matrix, choice, { own });
  if (!columns) return null;
  const rows = uploadRows(
    features.x,
    seen.map((row) => ids[row]),
  );
  return { features: { ...features, rows }, matrix: columns };
}

/**
 * A X W with the rows of seen cells alone; null where that saves nothing.
 *
 * @param weight  W, (nVars, out)
 * @returns       shape (rows of A, out)
 */
export function sumOfSeen(matrix: DeviceCsr, features: Features, weight: tf.Tensor2D): tf.Tensor2D | null {
  const seen = seenCells(matrix, features);
  return seen && csrMatmul(seen.matrix, project(seen.features, weight));
}

/**
 * A X W_l + X W_r, of X in the second term the rows that A has, in one walk over the counts and one sum:  [X W_l, X W_r] read
 * as twice as many rows, of which row i adds up its neighbours' first and its own second.
 *
 * @returns  shape (rows of A, out); null where hidden rows are not zeros, or few
 */
export function sumOfSeenAndOwn(
  matrix: DeviceCsr,
  features: Features,
  neighbourWeight: tf.Tensor2D,
  ownWeight: tf.Tensor2D,
): tf.Tensor2D | null {
  const seen = seenCells(matrix, features, { own: true });
  if (!seen) return null;
  const both = project(seen.features, sideBySide(neighbourWeight, ownWeight));
  return csrMatmul(seen.matrix, reshaped(both, [seen.matrix.nCols, neighbourWeight.shape[1]]));
}
