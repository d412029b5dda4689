import type * as tf from "@tensorflow/tfjs-core";
import { dense } from "../kernels/dense";
import { type DeviceExpression, type ExpressionView, expressionMatmul, type RowList } from "../kernels/expression";

/** Expression of some cells, as the first layer reads it. */
export interface ExpressionFeatures {
  readonly kind: "expression";
  readonly x: DeviceExpression;
  /** The cell of each row; HIDDEN for one whose expression the encoder must not see, PADDING for none. */
  readonly rows: RowList;
  /** What stands in place of a hidden row, shape (1, nVars); null for zeros. */
  readonly fill: tf.Tensor2D | null;
  /** An augmentation; expression as it is without one. */
  readonly view?: ExpressionView;
  /** What genes that the view drops read as, of each gene before it is centred; as not found without. */
  readonly droppedAs?: tf.Tensor;
}

/** What a layer reads: expression (the first layer) or the activations of the layer before. */
export type Features = ExpressionFeatures | { readonly kind: "dense"; readonly x: tf.Tensor2D };

/** Channels of the features. */
export function featureWidth({ x }: Features): number {
  return "nVars" in x ? x.nVars : x.shape[1];
}

/** Features times weight, shape (nRows, out), for weight (in, out). Hidden rows and padding cost nothing. */
export function project(features: Features, weight: tf.Tensor2D): tf.Tensor2D {
  if (features.kind === "dense") return dense(features.x, weight);
  return expressionMatmul(features.x, weight, features);
}
