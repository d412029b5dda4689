import * as tf from "@tensorflow/tfjs-core";
import { csrMatmul } from "../kernels/csr-matmul";
import { dense } from "../kernels/dense";
import type { DeviceCsr } from "../kernels/device-csr";

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
 * Cost: two sparse products of x with hidden + 1 columns, forward and backward together four.
 */
export function squaredErrors(
  x: DeviceCsr,
  rowSquares: tf.Tensor2D,
  codes: tf.Tensor2D,
  { weight, bias }: LinearDecoder,
): tf.Tensor2D {
  const weightT = tf.transpose(weight);
  const b = tf.reshape<tf.Rank.R2>(bias, [-1, 1]);
  const weightB = tf.reshape<tf.Rank.R2>(dense(weight, b), [1, -1]);
  // d (W Wᵀ) + 2 (W b)ᵀ - 2 x Wᵀ, all that is multiplied by d, so that the rows are summed once
  const crossed = tf.mul(tf.sub(weightB, csrMatmul(x, weightT)), 2);
  const perRow = tf.sum(tf.mul(codes, tf.add(dense(codes, dense(weight, weightT)), crossed)), 1, true);
  const constant = tf.add(rowSquares, tf.sum(tf.square(bias)));
  return tf.add(tf.sub(perRow, tf.mul(csrMatmul(x, b), 2)), constant);
}
