import * as tf from "@tensorflow/tfjs-core";
import { assertShape } from "../../errors";
import { tidy } from "../../nn/tensors";
import { codes, type SinkhornOptions, sinkhorn } from "./sinkhorn";

export interface SwavOptions extends SinkhornOptions {
  /** τ of the prediction; 0.1 in the paper. */
  readonly temperature: number;
  /** Scores of earlier cells, one matrix for each view, that take part in the assignment alone; constant. */
  readonly queue?: readonly [tf.Tensor2D, tf.Tensor2D];
}

/**
 * Swapped prediction: the code of one view is foretold from the other,
 *
 *   -½ mean over the cells of  Σ_k q1_k log softmax(s2 / τ)_k + Σ_k q2_k log softmax(s1 / τ)_k
 *
 * where q = Sinkhorn(s) is constant. Sinkhorn assumes that all prototypes are used equally: a batch with fewer cells
 * than prototypes wants a queue.
 *
 * @param s1, s2  scores ẑ·prototype of the two views, (nObs, nPrototypes), both of length 1
 * @returns       scalar; gradient in both, not through the codes
 * Source: Caron et al. 2020, arXiv:2006.09882, eqs. 1-2; equals lightly's SwaVLoss.
 */
export function swav(s1: tf.Tensor2D, s2: tf.Tensor2D, options: SwavOptions): tf.Scalar {
  assertShape("swav s2", s2.shape, s1.shape);
  const first = foretell(s2, s1, options.queue?.[0], options);
  const second = foretell(s1, s2, options.queue?.[1], options);
  return tf.div(tf.add(first, second), 2);
}

/**
 * Mean over the cells of -Σ_k q_k log softmax(s / τ)_k with q the codes of the other view; gradient
 * (softmax(s / τ) - q) / (τ nObs). What is kept for it besides the scores is one row or column each: the codes and the
 * softmax are made again.
 */
function foretell(
  s: tf.Tensor2D,
  other: tf.Tensor2D,
  earlier: tf.Tensor2D | undefined,
  options: SwavOptions,
): tf.Scalar {
  const scale = 1 / (options.temperature * s.shape[0]);
  const op = tf.customGrad((v, save) => {
    const s = v as tf.Tensor2D;
    // in here nothing is recorded, so that no gradient passes through the codes
    const { cells, prototypes, tops } = sinkhorn(earlier ? tf.concat([other, earlier], 0) : other, options);
    const lse = tf.logSumExp(tf.div(s, options.temperature), 1, true);
    const agreement = tf.sum(tf.mul(codes(other, { cells, prototypes, tops }, options), s));
    (save as tf.GradSaveFunc)([s, other, lse, cells, prototypes, tops]);
    return {
      value: tf.sub(tf.mean(lse), tf.mul(agreement, scale)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        tidy(() => {
          const [s, other, lse, cells, prototypes, tops] = saved as tf.Tensor2D[];
          const softmax = tf.exp(tf.sub(tf.div(s, options.temperature), lse));
          return tf.mul(tf.sub(softmax, codes(other, { cells, prototypes, tops }, options)), tf.mul(dy, scale));
        }),
    };
  });
  return op(s) as tf.Scalar;
}
