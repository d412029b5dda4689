import type * as tf from "@tensorflow/tfjs-core";
import { uploadRows } from "../kernels/expression";
import { type Features, project } from "./features";
import { firstRows } from "./rows";

/** The first n rows of features times weight: what a layer makes of the cells that it computes themselves. */
export function projectFirst(features: Features, weight: tf.Tensor2D, n: number): tf.Tensor2D {
  if (features.kind === "dense") return project({ kind: "dense", x: firstRows(features.x, n) }, weight);
  const { x, rows } = features;
  return project(rows.ids.length === n ? features : { ...features, rows: uploadRows(x, rows.ids.slice(0, n)) }, weight);
}
