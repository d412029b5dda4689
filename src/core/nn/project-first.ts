import type * as tf from "@tensorflow/tfjs-core";
import { uploadRows } from "../kernels/expression";
import { type Features, project } from "./features";
import { chooseRows, type RowChoice } from "./row-choice";
import { firstRows } from "./rows";

/** The first n rows of features times weight, or those wanted of them: what a layer makes of its cells themselves. */
export function projectFirst(
  features: Features,
  weight: tf.Tensor2D,
  n: number,
  wanted: RowChoice | null = null,
): tf.Tensor2D {
  const choose = (x: tf.Tensor2D) => chooseRows(firstRows(x, n), wanted);
  if (features.kind !== "expression") return project({ ...features, x: choose(features.x) }, weight);
  const { x, rows } = features;
  const first = rows.ids.length === n ? rows : uploadRows(x, rows.ids.slice(0, n));
  return chooseRows(project({ ...features, rows: first }, weight), wanted);
}
