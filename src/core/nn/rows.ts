// Sums over matrices whose gradient needs no operand. tfjs's own keep all of theirs until the backward pass, to know their
// shapes; here they are as large as the activations.
import * as tf from "@tensorflow/tfjs-core";
import { assertShape } from "../errors";
import { takeRows } from "../kernels/gather-rows";
import { layerTail } from "../kernels/layer-tail";

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

/** The numbers of x in rows of another width. */
export function reshaped(x: tf.Tensor2D, shape: [number, number]): tf.Tensor2D {
  const own = x.shape;
  const op = tf.customGrad((x) => ({
    value: tf.reshape(x as tf.Tensor, shape),
    gradFunc: (dy: tf.Tensor) => [tf.reshape(dy, own)],
  }));
  return op(x) as tf.Tensor2D;
}

/** [a, b] side by side, (n, 2 width). Their gradients are every other row of one twice as long: tfjs cuts columns row by row. */
export function sideBySide(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  assertShape("sideBySide b", b.shape, a.shape);
  const [n, width] = a.shape;
  const op = tf.customGrad((a, b) => ({
    value: tf.concat2d([a as tf.Tensor2D, b as tf.Tensor2D], 1),
    gradFunc: (dy: tf.Tensor) => {
      const inTurn = tf.reshape<tf.Rank.R2>(dy, [2 * n, width]);
      const everyOther = (first: number) =>
        takeRows(
          inTurn,
          tf.tensor1d(
            new Int32Array(n).map((_, i) => 2 * i + first),
            "int32",
          ),
        );
      return [everyOther(0), everyOther(1)];
    },
  }));
  return op(a, b) as tf.Tensor2D;
}
