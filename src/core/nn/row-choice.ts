import type * as tf from "@tensorflow/tfjs-core";
import { gatherRows } from "../kernels/gather-rows";

/** Rows that alone are wanted of a matrix, each once. */
export interface RowChoice {
  readonly index: tf.Tensor1D; // their numbers, int32
  readonly inverse: tf.Tensor1D; // where each row of the matrix stands among them, -1 if it does not, int32
}

/** Those rows of x, or x itself where all are wanted. */
export function chooseRows(x: tf.Tensor2D, choice: RowChoice | null): tf.Tensor2D {
  return choice === null ? x : gatherRows(x, choice.index, choice.inverse);
}
