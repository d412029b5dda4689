import * as tf from "@tensorflow/tfjs-core";
import { csrMatmul } from "../kernels/csr-matmul";
import { dense, transposedDense } from "../kernels/dense";
import type { DeviceCsr } from "../kernels/device-csr";
import { columnSums } from "../kernels/layer-tail";
import { tidy } from "./tensors";

export interface LinearDecoder {
  readonly weight: tf.Tensor2D; // W, (hidden, nVars)
  readonly bias: tf.Tensor1D; // b, (nVars,)
}

/** The expression a linear decoder rebuilds from codes, shape (nCells, nVars); for a few cells, never for all. */
export function decode(codes: tf.Tensor2D, { weight, bias }: LinearDecoder): tf.Tensor2D {
  return tf.add(dense(codes, weight), bias);
}

/**
 * Squared error of a linear decoder against sparse expression, summed over genes, for every cell:
 *
 *   |d W + b - x|² = d (W Wᵀ) dᵀ + 2 d·(W b) + b·b - 2 d·(x Wᵀ) - 2 x·b + x·x
 *
 * Every term is at most (nObs, hidden) or (hidden, nVars): no dense (nObs, nVars) is ever made.
 * The terms are as large as x·x, so float32 keeps an error of about 1e-7 x·x: it shows only once the decoder
 * explains more than 99.99 % of a cell's squares, which no tissue allows.
 *
 * @param x           expression, shape (nObs, nVars)
 * @param rowSquares  x·x of every row, shape (nObs, 1)
 * @param codes       d, shape (nObs, hidden)
 * @returns           shape (nObs, 1); differentiable in codes, weight and bias
 * Cost: sparse products of x with hidden + 1 columns, once forward and once backward; two (nObs, hidden) are kept.
 */
export function squaredErrors(
  x: DeviceCsr,
  rowSquares: tf.Tensor2D,
  codes: tf.Tensor2D,
  { weight, bias }: LinearDecoder,
): tf.Tensor2D {
  const xWeight = csrMatmul(x, tf.transpose(weight)); // x Wᵀ
  const xBias = csrMatmul(x, tf.reshape<tf.Rank.R2>(bias, [-1, 1])); // x·b
  // by hand, because every step of the automatic gradient would keep its (nObs, hidden) operands
  const op = tf.customGrad((d, w, b, xw, xb, save) => {
    const [codes, weight, bias, xWeight] = [d, w, b, xw] as tf.Tensor2D[];
    const quadratic = dense(codes, dense(weight, tf.transpose(weight)));
    const weightBias = tf.reshape<tf.Rank.R2>(dense(weight, tf.reshape(bias, [-1, 1])), [1, -1]);
    const linear = tf.sub(weightBias, xWeight);
    const residual = tf.add(quadratic, linear); // (d W + b - x) Wᵀ
    const perRow = tf.sum(tf.mul(codes, tf.add(residual, linear)), 1, true);
    const constant = tf.add(rowSquares, tf.sum(tf.square(bias)));
    (save as tf.GradSaveFunc)([codes, weight, bias, residual]);
    return {
      value: tf.add(tf.sub(perRow, tf.mul(xb as tf.Tensor, 2)), constant),
      // tfjs frees what a gradient of one's own makes on the way only after the whole backward pass
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tidy(() => gradients(dy as tf.Tensor2D, saved as tf.Tensor2D[])),
    };
  });
  return op(codes, weight, bias, xWeight, xBias) as tf.Tensor2D;
}

/** Of codes, weight, bias, x Wᵀ and x·b; what x adds to the gradient of W and b comes through the last two. */
function gradients(dy: tf.Tensor2D, [codes, weight, bias, residual]: tf.Tensor2D[]): tf.Tensor[] {
  const twice = tf.mul<tf.Tensor2D>(dy, 2);
  const weighted = tf.mul<tf.Tensor2D>(codes, twice); // D, d of every row times 2 dy
  const sums = columnSums(weighted);
  const row = tf.reshape<tf.Rank.R2>(bias, [1, -1]);
  // Σ D_iᵀ (d_i W + b) and Σ 2 dy_i (d_i W + b)
  const dWeight = tf.add(dense(transposedDense(codes, weighted), weight), tf.mul(tf.transpose(sums), row));
  const dBias = tf.add(dense(sums, weight), tf.mul(tf.sum(twice), row));
  return [tf.mul(residual, twice), dWeight, tf.reshape(dBias, [-1]), tf.neg(weighted), tf.neg(twice)];
}
