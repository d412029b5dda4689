import * as tf from "@tensorflow/tfjs-core";
import { dense, transposedDense } from "../kernels/dense";
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

/** The same written out once, a row for each, where it is read several times; constant, as expression is. */
export interface WrittenFeatures {
  readonly kind: "written";
  readonly x: tf.Tensor2D; // (nRows, nVars)
}

/** What a layer reads: expression (the first layer) or the activations of the layer before. */
export type Features = ExpressionFeatures | WrittenFeatures | { readonly kind: "dense"; readonly x: tf.Tensor2D };

/** Channels of the features. */
export function featureWidth({ x }: Features): number {
  return "nVars" in x ? x.nVars : x.shape[1];
}

/** Features times weight, shape (nRows, out), for weight (in, out). Hidden rows and padding cost nothing. */
export function project(features: Features, weight: tf.Tensor2D): tf.Tensor2D {
  switch (features.kind) {
    case "dense":
      return dense(features.x, weight);
    case "written":
      return constantTimes(features.x, weight);
    case "expression":
      return expressionMatmul(features.x, weight, features);
  }
}

/** x w with a gradient in w alone. */
function constantTimes(x: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor2D {
  const op = tf.customGrad((w, save) => {
    (save as tf.GradSaveFunc)([x]);
    return {
      value: dense(x, w as tf.Tensor2D),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => [transposedDense(saved[0] as tf.Tensor2D, dy as tf.Tensor2D)],
    };
  });
  return op(weight) as tf.Tensor2D;
}
