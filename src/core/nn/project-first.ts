import type * as tf from "@tensorflow/tfjs-core";
import { type Features, project } from "./features";
import { firstRows } from "./rows";

/** The first n rows of features times weight: what a layer makes of the cells that it computes themselves. */
export function projectFirst(features: Features, weight: tf.Tensor2D, n: number): tf.Tensor2D {
  if (features.kind === "dense") return project({ kind: "dense", x: firstRows(features.x, n) }, weight);
  return firstRows(project(features, weight), n);
}
