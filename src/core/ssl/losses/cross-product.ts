import * as tf from "@tensorflow/tfjs-core";
import { assertShape } from "../../errors";
import { dense, transposedDense } from "../../kernels/dense";
import { tidy } from "../../nn/tensors";

/**
 * xᵀ y, every column of x with every column of y, with a gradient for which no transposed copy of x is made.
 *
 * @param x  (nRows, nLeft)
 * @param y  (nRows, nRight)
 * @returns  (nLeft, nRight); gradients y dCᵀ and x dC
 * @throws LabError("shape") if they differ in rows.
 */
export function crossProduct(x: tf.Tensor2D, y: tf.Tensor2D): tf.Tensor2D {
  assertShape("crossProduct y", y.shape, [x.shape[0], -1]);
  const op = tf.customGrad((a, b, save) => {
    (save as tf.GradSaveFunc)([a as tf.Tensor, b as tf.Tensor]);
    return {
      value: transposedDense(a as tf.Tensor2D, b as tf.Tensor2D),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        tidy(() => {
          const [x, y, dC] = [...saved, dy] as tf.Tensor2D[];
          return [dense(y, tf.transpose(dC)), dense(x, dC)];
        }),
    };
  });
  return op(x, y) as tf.Tensor2D;
}

/**
 * Σ_{i≠j} C_ij² of a square matrix, as all squares less those of the diagonal, which are zeroed first: on a matrix that
 * is nearly diagonal the difference of two large sums would have no digit left.
 */
export function offDiagonalSquares(c: tf.Tensor2D): tf.Scalar {
  const others = tf.sub(1, tf.eye(c.shape[0]));
  return tf.sum(tf.square(tf.mul(c, others)));
}

/** The diagonal of a square matrix, shape (n,). */
export function diagonal(c: tf.Tensor2D): tf.Tensor1D {
  return tf.sum(tf.mul(c, tf.eye(c.shape[0])), 0);
}
