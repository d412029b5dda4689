import * as tf from "@tensorflow/tfjs-core";
import { dense } from "../kernels/dense";
import { expressionMatmul } from "../kernels/expression";
import type { LinearDecoder, Targets } from "./linear-decoder-mse";

/** Squares below this count as this much: a cell without a count has no direction. */
const LEAST_SQUARES = 1e-12;

/**
 * Cosine of what a linear decoder rebuilds with expression, for every row of a list of cells:
 *
 *   cos(d W + b, x) = (d·(x Wᵀ) + x·b) / (|d W + b| |x|),  |d W + b|² = d (W Wᵀ) dᵀ + 2 d·(W b) + b·b
 *
 * As in the squared error (linear-decoder-mse.ts), no dense (nRows, nVars) is ever made, centred or not.
 *
 * @param codes  d, shape (nRows, hidden)
 * @returns      shape (nRows, 1); differentiable in codes, weight and bias
 * Cost: products of the listed cells' x with hidden + 1 columns, forward and backward.
 */
export function decodedCosines(
  { x, rows, rowSquares }: Targets,
  codes: tf.Tensor2D,
  decoder: LinearDecoder,
): tf.Tensor2D {
  const { weight, bias } = decoder;
  const row = tf.reshape<tf.Rank.R2>(bias, [1, -1]);
  const column = tf.reshape<tf.Rank.R2>(bias, [-1, 1]);
  const xWeight = expressionMatmul(x, tf.transpose(weight), { rows });
  const xBias = expressionMatmul(x, column, { rows });
  const product = tf.add(tf.sum(tf.mul(codes, xWeight), 1, true), xBias);
  const quadratic = dense(codes, dense(weight, tf.transpose(weight)));
  const linear = tf.mul(2, dense(row, tf.transpose(weight)));
  const squares = tf.add(tf.sum(tf.mul(codes, tf.add(quadratic, linear)), 1, true), tf.sum(tf.square(bias)));
  const lengths = tf.sqrt(tf.mul(tf.maximum(squares, LEAST_SQUARES), tf.maximum(rowSquares, LEAST_SQUARES)));
  return tf.div(product, lengths);
}
