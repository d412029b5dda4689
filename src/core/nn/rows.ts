// Sums over matrices whose gradient needs no operand. tfjs's own keep all of theirs until the backward pass, to know their
// shapes; here they are as large as the activations.
import * as tf from "@tensorflow/tfjs-core";
import { columnSums, layerTail } from "../kernels/layer-tail";
import { tidy } from "./tensors";

/** a + b of one shape. */
export function add(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  const op = tf.customGrad((a, b) => ({
    value: tf.add(a as tf.Tensor, b as tf.Tensor),
    // two tensors of one storage: tfjs frees the one when it adds to it, and the other may still be needed
    gradFunc: (dy: tf.Tensor) => [dy, tf.reshape(dy, dy.shape)],
  }));
  return op(a, b) as tf.Tensor2D;
}

/** The first n rows of x; x itself if there are no more. */
export function firstRows(x: tf.Tensor2D, n: number): tf.Tensor2D {
  const [nRows, nChannels] = x.shape;
  if (n === nRows) return x;
  const op = tf.customGrad((x) => ({
    value: tf.slice2d(x as tf.Tensor2D, [0, 0], [n, nChannels]),
    gradFunc: (dy: tf.Tensor) => [
      tf.pad2d(dy as tf.Tensor2D, [
        [0, nRows - n],
        [0, 0],
      ]),
    ],
  }));
  return op(x) as tf.Tensor2D;
}

/** x + bias on every row, or x itself without one. Gradient of the bias: column sums. */
export function addBias(x: tf.Tensor2D, bias: tf.Tensor1D | null): tf.Tensor2D {
  return bias === null ? x : layerTail(x, { bias });
}

/**
 * x with the rows marked 1 replaced by one row, or by zeros.
 *
 * @param marked  shape (nRows, 1), 1 or 0; constant
 * @param row     shape (1, channels)
 */
export function replaceRows(x: tf.Tensor2D, marked: tf.Tensor2D, row: tf.Tensor2D | null): tf.Tensor2D {
  const kept = tf.sub<tf.Tensor2D>(1, marked);
  if (row === null) {
    const op = tf.customGrad((x, save) => {
      (save as tf.GradSaveFunc)([kept]);
      const gradFunc = (dy: tf.Tensor, [kept]: tf.Tensor[]) => tf.mul(dy, kept);
      return { value: tf.mul(x as tf.Tensor, kept), gradFunc };
    });
    return op(x) as tf.Tensor2D;
  }
  const op = tf.customGrad((x, row, save) => {
    (save as tf.GradSaveFunc)([kept, marked]);
    return {
      value: tf.add(tf.mul(x as tf.Tensor, kept), tf.mul(marked, row as tf.Tensor)),
      gradFunc: (dy: tf.Tensor, [kept, marked]: tf.Tensor[]) =>
        tidy(() => [tf.mul(dy, kept), columnSums(tf.mul(dy, marked))]),
    };
  });
  return op(x, row) as tf.Tensor2D;
}
