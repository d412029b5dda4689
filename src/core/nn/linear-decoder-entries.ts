import * as tf from "@tensorflow/tfjs-core";
import { assertShape } from "../errors";
import { dense, transposedDense } from "../kernels/dense";
import { type DeviceExpression, type ExpressionView, hiddenResiduals } from "../kernels/expression";
import { takeRows } from "../kernels/gather-rows";
import { columnSums } from "../kernels/layer-tail";
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

/** Entries that are decoded at once, 2 MB whatever the number of genes: what follows reads them from the cache. */
const ENTRIES_AT_ONCE = 2 ** 19;

/**
 * Squared error of a linear decoder against the entries that a view hid, summed:  Σ_(i,j) hidden (d_i W_j + b_j - x_ij)².
 *
 * Which entries of a row are hidden is drawn for each row, so no product of small matrices sums them all; cells are decoded
 * some rows at a time, and no more than 2^19 entries are ever written out. The gradients are summed on the way forward, where
 * the residual is at hand, and only they are kept: (nRows, hidden) and (hidden, nVars).
 *
 * @param codes  d, (nRows, hidden)
 * @returns      (2,): the sum, differentiable in codes, weight and bias, and how many entries it is of, which is constant
 * Cost: 2 nRows nVars hidden multiplications, three times that with gradients.
 */
export function hiddenEntryErrors(
  targets: EntryTargets,
  codes: tf.Tensor2D,
  { weight, bias }: LinearDecoder,
): tf.Tensor1D {
  assertShape("hiddenEntryErrors codes", codes.shape, [targets.cells.length, weight.shape[0]]);
  const op = tf.customGrad((d, w, b, save) => {
    const decoder = { weight: w as tf.Tensor2D, bias: b as tf.Tensor1D };
    const back = tf.transpose(decoder.weight);
    const parts: tf.Tensor2D[] = [];
    let total: tf.Tensor[] = [tf.zeros([2]), tf.zerosLike(w as tf.Tensor), tf.zeros([1, targets.x.nVars])];
    for (const { residual, sums, own } of residuals(targets, d as tf.Tensor2D, decoder)) {
      parts.push(dense(residual, back));
      const before = total;
      total = tidy(() => {
        const more = [tf.sum(sums, 0), transposedDense(own, residual), columnSums(residual)];
        return before.map((sum, k) => tf.add(sum, more[k]));
      });
      tf.dispose([...before, residual, sums, own]);
    }
    const [value, dWeight, dBias] = total;
    (save as tf.GradSaveFunc)([tf.concat2d(parts, 0), dWeight, tf.reshape(dBias, [-1])]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        tidy(() => {
          const twice = tf.mul(tf.slice(dy, 0, 1), 2);
          return saved.map((gradient) => tf.mul(gradient, twice));
        }),
    };
  });
  return op(codes, weight, bias) as tf.Tensor1D;
}

/** The mean of each row's squared errors over its hidden entries, (nRows,); 0 for a row without. Not differentiable. */
export function hiddenEntryMeans(targets: EntryTargets, codes: tf.Tensor2D, decoder: LinearDecoder): tf.Tensor1D {
  const parts: tf.Tensor1D[] = [];
  for (const { residual, sums, own } of residuals(targets, codes, decoder)) {
    parts.push(
      tf.tidy(() => {
        const [squares, counts] = tf.split(sums, 2, 1);
        return tf.reshape<tf.Rank.R1>(tf.div(squares, tf.maximum(counts, 1)), [-1]);
      }),
    );
    tf.dispose([residual, sums, own]);
  }
  return tf.concat1d(parts);
}

interface Residuals {
  readonly residual: tf.Tensor2D; // x̂ - x where it is hidden, else 0; (rows of the block, nVars)
  readonly sums: tf.Tensor2D; // its squares and how many are hidden, by row; (rows of the block, 2)
  readonly own: tf.Tensor2D; // the block's codes
}

/** Rows of codes some at a time; whoever takes a block frees it. */
function* residuals(
  { x, cells, view }: EntryTargets,
  codes: tf.Tensor2D,
  { weight, bias }: LinearDecoder,
): Generator<Residuals> {
  const rowsAtOnce = Math.max(1, Math.floor(ENTRIES_AT_ONCE / x.nVars));
  for (let first = 0; first < cells.length; first += rowsAtOnce) {
    const some = cells.slice(first, first + rowsAtOnce);
    yield tidy(() => {
      // tfjs's slice copies the whole operand on wasm
      const own = takeRows(
        codes,
        tf.tensor1d(
          some.map((_, r) => first + r),
          "int32",
        ),
      );
      return { ...hiddenResiduals(x, { cells: some, view }, dense(own, weight), bias), own };
    });
  }
}
