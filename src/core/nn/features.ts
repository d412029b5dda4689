import type * as tf from "@tensorflow/tfjs-core";
import { csrMatmul } from "../kernels/csr-matmul";
import { dense } from "../kernels/dense";
import type { DeviceCsr } from "../kernels/device-csr";
import { replaceRows } from "./rows";

/** Cells whose expression the encoder must not see. */
export interface HiddenRows {
  readonly hidden: tf.Tensor2D; // (nObs, 1), 1 = hidden, 0 = seen
  /** What stands in place of a hidden row, shape (1, nVars); null for zeros. */
  readonly fill: tf.Tensor2D | null;
}

/** What a layer reads: sparse expression (the first layer) or the activations of the layer before. */
export type Features =
  | { readonly kind: "expression"; readonly x: DeviceCsr; readonly rows: HiddenRows | null }
  | { readonly kind: "dense"; readonly x: tf.Tensor2D };

/** Channels of the features. */
export function featureWidth({ x }: Features): number {
  return "nCols" in x ? x.nCols : x.shape[1];
}

/**
 * Features times weight, shape (nObs, out), for weight (in, out).
 *
 * Rows are hidden after the product, not before: a row of zeros times W is a row of zeros, so the uploaded
 * expression serves every mask and no masked copy of it is ever made.
 */
export function project(features: Features, weight: tf.Tensor2D): tf.Tensor2D {
  if (features.kind === "dense") return dense(features.x, weight);
  const y = csrMatmul(features.x, weight);
  if (features.rows === null) return y;
  const { hidden, fill } = features.rows;
  return replaceRows(y, hidden, fill && dense(fill, weight));
}
