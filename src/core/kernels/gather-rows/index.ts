import * as tf from "@tensorflow/tfjs-core";
import { assertShape } from "../../errors";
import { registerReference, runKernel } from "../register";
import { addRowsReference, gatherRowsReference } from "./reference";
import { registerGatherRowsWasm } from "./wasm";
import { registerGatherRowsWebGpu } from "./webgpu";

const NAME = "LabGatherRows";
const ADD = "LabAddRows";

registerReference(NAME, ({ x, index }) => [
  {
    shape: [index.shape[0], x.shape[1]],
    values: gatherRowsReference(x.values, index.values, x.shape[1]),
  },
]);
registerReference(ADD, ({ sums, x, index }) => {
  addRowsReference(sums.values as Float32Array, x.values, index.values, x.shape[1]);
  return [];
});
registerGatherRowsWasm(NAME, ADD);
registerGatherRowsWebGpu(NAME, ADD);

/**
 * Rows of x in the order of `index`; -1 gives a zero row.
 *
 * Differs from tf.gather: no row is taken twice, so the gradient is the same gather by `inverse`: no scattered
 * sums, a fixed order, and it exists on every backend (tfjs-backend-wasm has no UnsortedSegmentSum).
 *
 * @param x        (nRows, nChannels), float32
 * @param index    (nOut,), int32, each in [-1, nRows), none but -1 repeated
 * @param inverse  (nRows,), int32: where each row of x went in `index`, -1 if nowhere
 * @returns        (nOut, nChannels)
 * @throws LabError("shape") if `inverse` does not have as many entries as x has rows.
 */
export function gatherRows(x: tf.Tensor2D, index: tf.Tensor1D, inverse: tf.Tensor1D): tf.Tensor2D {
  assertShape("gatherRows inverse", inverse.shape, [x.shape[0]]);
  const apply = (v: tf.Tensor, rows: tf.Tensor1D) => runKernel(NAME, { x: v, index: rows })[0];
  const op = tf.customGrad((v, save) => {
    const value = apply(v as tf.Tensor, index);
    (save as tf.GradSaveFunc)([inverse]); // for it may belong to a scope that ends before
    return { value, gradFunc: (dy: tf.Tensor, [inverse]: tf.Tensor[]) => [apply(dy, inverse as tf.Tensor1D)] };
  });
  return op(x) as tf.Tensor2D;
}

/** The same rows without a gradient, and so without an inverse. */
export function takeRows(x: tf.Tensor2D, index: tf.Tensor1D): tf.Tensor2D {
  return runKernel(NAME, { x, index })[0] as tf.Tensor2D;
}

/**
 * Sums of rows, filled by and by: the one tensor of the lab that changes. A sum over parts of a large matrix would
 * otherwise need the matrix twice for every part. Not differentiable.
 */
export interface RowSums {
  /** Not to be cloned, reshaped or kept for a gradient before the last `add`. */
  readonly sums: tf.Tensor2D;
  /** sums[index[r], :] += x[r, :]; no index twice, -1 is left out. */
  add(x: tf.Tensor2D, index: tf.Tensor1D): void;
}

export function rowSums(nRows: number, nChannels: number): RowSums {
  const sums = tf.zeros<tf.Rank.R2>([nRows, nChannels]);
  return {
    sums,
    add(x, index) {
      assertShape("rowSums x", x.shape, [index.shape[0], nChannels]);
      runKernel(ADD, { sums, x, index });
    },
  };
}
