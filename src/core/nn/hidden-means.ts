import * as tf from "@tensorflow/tfjs-core";
import { dense, transposedDense } from "../kernels/dense";
import { type DeviceExpression, type ExpressionView, hiddenEntries } from "../kernels/expression";
import { tidy } from "./tensors";

/** Entries that are written out at once: 4 MB, whatever the number of genes. */
const ENTRIES_AT_ONCE = 2 ** 20;

/**
 * What the product with a weight lacks where a view hides entries and they shall read as their gene's mean, not as a gene that
 * was not found:  y_r = Σ_j hidden_rj μ_j w_j.
 *
 * With half of the genes hidden as zeros a cell looks as if half of it were gone, which no cell does that the network is asked
 * about later; read as means, the sums of the first layer keep their expectation.
 *
 * Dense, so it is made of some rows at a time; the draws are made again for the gradient, and nothing is kept but w.
 *
 * @param cells  of each row; below 0 for none, whose row is zero
 * @param means  μ, (nVars,), of x before it is centred
 * @param w      (nVars, out)
 * @returns      (cells.length, out), differentiable in w
 */
export function hiddenMeans(
  x: DeviceExpression,
  { cells, view, means }: { readonly cells: Int32Array; readonly view: ExpressionView; readonly means: tf.Tensor },
  w: tf.Tensor2D,
): tf.Tensor2D {
  const column = tf.reshape<tf.Rank.R2>(means, [-1, 1]);
  const rowsAtOnce = Math.max(1, Math.floor(ENTRIES_AT_ONCE / x.nVars));
  const starts = Array.from({ length: Math.ceil(cells.length / rowsAtOnce) }, (_, k) => k * rowsAtOnce);
  const hiddenFrom = (first: number): tf.Tensor2D => {
    const some = cells.subarray(first, first + rowsAtOnce);
    return tf.tensor2d(hiddenEntries(x, some, view).hidden, [some.length, x.nVars]);
  };
  const op = tf.customGrad((w) => ({
    value: tidy(() => {
      const scaled = tf.mul<tf.Tensor2D>(w as tf.Tensor2D, column);
      return tf.concat2d(
        starts.map((first) => tidy(() => dense(hiddenFrom(first), scaled))),
        0,
      );
    }),
    gradFunc: (dy: tf.Tensor) =>
      tidy(() => {
        const sums = starts.map((first) =>
          tidy(() => {
            const hidden = hiddenFrom(first);
            const own = tf.slice2d(dy as tf.Tensor2D, [first, 0], [hidden.shape[0], dy.shape[1] as number]);
            return transposedDense(hidden, own);
          }),
        );
        return [tf.mul(sums.length === 1 ? sums[0] : tf.addN(sums), column)];
      }),
  }));
  return op(w) as tf.Tensor2D;
}
