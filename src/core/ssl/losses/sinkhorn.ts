import * as tf from "@tensorflow/tfjs-core";
import { dense } from "../../kernels/dense";
import { tidy } from "../../nn/tensors";

/** Codes q_ik = cells_i e_ik prototypes_k, where e_ik = exp((scores_ik - tops_i) / ε). */
export interface Scalings {
  readonly cells: tf.Tensor2D; // (nObs, 1)
  readonly prototypes: tf.Tensor2D; // (1, nPrototypes)
  readonly tops: tf.Tensor2D; // the largest score of each cell, (nObs, 1)
}

export interface SinkhornOptions {
  /** ε: the smaller, the harder the assignment; 0.05 in the paper. */
  readonly epsilon: number;
  /** 3 in the paper. */
  readonly iterations: number;
}

/** A prototype that is no cell's, to the last digit of a float, is not divided by nothing. */
const LEAST = 1e-30;

/**
 * Sinkhorn-Knopp: codes q = diag(cells) exp(scores / ε) diag(prototypes) whose rows sum to 1 and whose columns, after
 * many iterations, to nObs / nPrototypes, so that no prototype takes all. Prototypes first, cells last, as in the paper.
 *
 * Only the scalings are kept; exp(scores / ε) is made once and an iteration is two products with a vector.
 *
 * Differs: the largest score of each cell is taken off before the exponential, and stands in its scaling instead: the
 * codes are the same, and cannot overflow.
 *
 * @param scores  similarity of cells and prototypes, (nObs, nPrototypes)
 * @returns       the scalings; no gradient
 * Source: Caron et al. 2020, arXiv:2006.09882, eq. 3-5; Cuturi 2013, arXiv:1306.0895.
 */
export function sinkhorn(scores: tf.Tensor2D, { epsilon, iterations }: SinkhornOptions): Scalings {
  return tidy(() => {
    const [nObs, nPrototypes] = scores.shape;
    const tops = tf.max<tf.Tensor2D>(scores, 1, true);
    const e = exponentials(scores, tops, epsilon);
    let cells = tf.exp<tf.Tensor2D>(tf.div(tf.sub(tops, tf.max(tops)), epsilon));
    let prototypes = tf.ones<tf.Rank.R2>([1, nPrototypes]);
    for (let round = 0; round < iterations; round++) {
      const columns = dense(tf.reshape(cells, [1, nObs]), e);
      prototypes = tf.div(nObs / nPrototypes, tf.maximum(columns, LEAST));
      cells = tf.reciprocal(dense(e, tf.reshape(prototypes, [nPrototypes, 1])));
    }
    return { cells, prototypes, tops };
  });
}

/** The codes of the first rows of the scores that the scalings are of, (nRows, nPrototypes). */
export function codes(scores: tf.Tensor2D, scalings: Scalings, { epsilon }: SinkhornOptions): tf.Tensor2D {
  return tidy(() => {
    const rows = (column: tf.Tensor2D) => tf.slice2d(column, [0, 0], [scores.shape[0], 1]);
    const e = exponentials(scores, rows(scalings.tops), epsilon);
    return tf.mul<tf.Tensor2D>(tf.mul(e, rows(scalings.cells)), scalings.prototypes);
  });
}

function exponentials(scores: tf.Tensor2D, tops: tf.Tensor2D, epsilon: number): tf.Tensor2D {
  return tf.exp(tf.div(tf.sub(scores, tops), epsilon));
}
