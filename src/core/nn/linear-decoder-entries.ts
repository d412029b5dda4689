import * as tf from "@tensorflow/tfjs-core";
import { assertShape } from "../errors";
import { dense, transposedDense } from "../kernels/dense";
import { type DeviceExpression, type ExpressionView, hiddenEntries } from "../kernels/expression";
import type { LinearDecoder } from "./linear-decoder-mse";
import { tidy } from "./tensors";

/** Entries of cells that are compared with what is rebuilt of them. */
export interface EntryTargets {
  readonly x: DeviceExpression;
  /** The cell of each row of codes. */
  readonly cells: Int32Array; // (nRows,)
  /** The view whose gene dropout hid them. */
  readonly view: ExpressionView;
}

/** Entries that are written out at once: 4 MB, whatever the number of genes. */
const ENTRIES_AT_ONCE = 2 ** 20;

/**
 * Squared error of a linear decoder against the entries that a view hid, summed:  Σ_(i,j) hidden (d_i W_j + b_j - x_ij)².
 *
 * Which entries of a row are hidden is drawn for each row, so no product of small matrices sums them all; cells are decoded
 * some rows at a time, and no more than 2^20 entries are ever written out. The gradients are summed on the way forward, where
 * the residual is at hand, and only they are kept: (nRows, hidden) and (hidden, nVars).
 *
 * @param codes  d, (nRows, hidden)
 * @returns      the sum, differentiable in codes, weight and bias, and how many entries it is of
 * Cost: 2 nRows nVars hidden multiplications, three times that with gradients.
 */
export function hiddenEntryErrors(
  targets: EntryTargets,
  codes: tf.Tensor2D,
  { weight, bias }: LinearDecoder,
): { readonly sum: tf.Scalar; readonly count: number } {
  assertShape("hiddenEntryErrors codes", codes.shape, [targets.cells.length, weight.shape[0]]);
  let count = 0;
  const op = tf.customGrad((d, w, b, save) => {
    const decoder = { weight: w as tf.Tensor2D, bias: b as tf.Tensor1D };
    const parts: tf.Tensor2D[] = [];
    let total: tf.Tensor[] = [tf.scalar(0), tf.zerosLike(w as tf.Tensor), tf.zerosLike(b as tf.Tensor)];
    for (const block of residuals(targets, d as tf.Tensor2D, decoder)) {
      count += block.count;
      const before = total;
      const { residual, own, hidden } = block;
      parts.push(dense(tf.mul<tf.Tensor2D>(residual, 2), tf.transpose(decoder.weight)));
      total = tidy(() => {
        const twice = tf.mul<tf.Tensor2D>(residual, 2);
        const more = [tf.sum(tf.square(residual)), transposedDense(own, twice), tf.sum(twice, 0)];
        return before.map((sum, k) => tf.add(sum, more[k]));
      });
      tf.dispose([...before, residual, own, hidden]);
    }
    const [sum, dWeight, dBias] = total;
    (save as tf.GradSaveFunc)([tf.concat2d(parts, 0), dWeight, dBias]);
    return {
      value: sum,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => saved.map((gradient) => tf.mul(gradient, dy)),
    };
  });
  const sum = op(codes, weight, bias) as tf.Scalar;
  return { sum, count };
}

/** The mean of each row's squared errors over its hidden entries, (nRows,); 0 for a row without. Not differentiable. */
export function hiddenEntryMeans(targets: EntryTargets, codes: tf.Tensor2D, decoder: LinearDecoder): tf.Tensor1D {
  const parts: tf.Tensor1D[] = [];
  for (const { residual, own, hidden } of residuals(targets, codes, decoder)) {
    parts.push(tf.tidy(() => tf.div(tf.sum(tf.square(residual), 1), tf.maximum(tf.sum(hidden, 1), 1))));
    tf.dispose([residual, own, hidden]);
  }
  return tf.concat1d(parts);
}

interface Residuals {
  readonly residual: tf.Tensor2D; // x̂ - x where it is hidden, else 0; (rows of the block, nVars)
  readonly hidden: tf.Tensor2D; // 1 where it is hidden, else 0
  readonly own: tf.Tensor2D; // the block's codes
  readonly count: number;
}

/** Rows of codes some at a time; whoever takes a block frees it. */
function* residuals(
  { x, cells, view }: EntryTargets,
  codes: tf.Tensor2D,
  { weight, bias }: LinearDecoder,
): Generator<Residuals> {
  const rowsAtOnce = Math.max(1, Math.floor(ENTRIES_AT_ONCE / x.nVars));
  for (let first = 0; first < cells.length; first += rowsAtOnce) {
    const n = Math.min(rowsAtOnce, cells.length - first);
    const written = hiddenEntries(x, cells.subarray(first, first + n), view);
    const block = tidy(() => {
      const hidden = tf.tensor2d(written.hidden, [n, x.nVars]);
      const own = tf.slice2d(codes, [first, 0], [n, codes.shape[1]]);
      const rebuilt = tf.add(dense(own, weight), bias);
      const residual = tf.mul<tf.Tensor2D>(tf.sub(rebuilt, tf.tensor2d(written.values, [n, x.nVars])), hidden);
      return { residual, hidden, own };
    });
    yield { ...block, count: written.count };
  }
}
