import * as tf from "@tensorflow/tfjs-core";
import { assertShape, LabError } from "../../errors";
import { dense } from "../dense";
import { type HostArray, registerReference, runKernel } from "../register";
import type { DeviceExpression, ExpressionAttributes } from "./device-expression";
import {
  expressionGradientReference,
  expressionMatmulReference,
  type PackedExpression,
  rowSumsReference,
} from "./reference";
import type { RowList } from "./rows";
import { type ExpressionView, type ViewKey, viewKey } from "./view";
import { registerExpressionWasm } from "./wasm";
import { registerExpressionWebGpu } from "./webgpu";

export { type DeviceExpression, type Preprocessing, type RawExpression, uploadExpression } from "./device-expression";
export { HIDDEN, PADDING, placesOf, type RowList, uploadRows } from "./rows";
export type { ExpressionView } from "./view";

const NAMES = {
  forward: "LabExpressionMatmul", // y (nRows, C) from (header, genes, counts, rows, base, w)
  gradient: "LabExpressionGradient", // dw (nVars, C) from (header, genes, counts, rows, dy), on WebGPU back… and link
  rowSums: "LabExpressionRowSums", // (2, C) from (rows, dy)
};

type Attributes = ExpressionAttributes & ViewKey;
const packed = ({ header, genes, counts }: Record<string, HostArray>) =>
  ({ header: header.values, genes: genes.values, counts: counts.values }) as PackedExpression;
registerReference(NAMES.forward, (inputs, attributes) => {
  const { rows, base, w } = inputs;
  const a = attributes as Attributes;
  const values = expressionMatmulReference(packed(inputs), a, rows.values, w.values, base.values, w.shape[1]);
  return [{ shape: [rows.shape[0], w.shape[1]], values }];
});
registerReference(NAMES.gradient, (inputs, attributes) => {
  const { rows, dy } = inputs;
  const values = expressionGradientReference(
    packed(inputs),
    attributes as Attributes,
    rows.values,
    dy.values,
    dy.shape[1],
  );
  return [{ shape: [attributes.nVars, dy.shape[1]], values }];
});
registerReference(NAMES.rowSums, ({ rows, dy }) => [
  { shape: [2, dy.shape[1]], values: rowSumsReference(rows.values, dy.values, dy.shape[1]) },
]);
registerExpressionWasm(NAMES);
registerExpressionWebGpu(NAMES);

export interface ExpressionProduct {
  /** Which cells, in which order; hidden rows and padding cost nothing. */
  readonly rows: RowList;
  readonly view?: ExpressionView;
  /** What stands in place of a hidden cell, (1, nVars), in the scale of x as it is after centring; null for zeros. */
  readonly fill?: tf.Tensor2D | null;
}

/**
 * Expression of a list of cells times a weight:  y_r = x_i w  for i = rows[r],  fill w  for a hidden row,  0  for padding,
 * with x_ij = s_j log(1 + f_i count_ij) - m_j made from the counts where it is used and never stored.
 * The centre m is taken out of the product, (x - m) w = x w - m w, so that x stays sparse.
 *
 * @param x  counts and preprocessing, (nObs, nVars), constant
 * @param w  (nVars, nChannels)
 * @returns  (rows.ids.length, nChannels); differentiable in w and fill, dw = Σ_r x_iᵀ dy_r with the view's own x
 * @throws LabError("shape") if w does not have nVars rows; LabError("range") for a setting of the view out of bounds
 * Cost: O(entries of the listed cells * nChannels). Rows are summed by ascending gene, dw by ascending row of the list: the
 * same bits each time, on any number of threads.
 */
export function expressionMatmul(
  x: DeviceExpression,
  w: tf.Tensor2D,
  { rows, view, fill = null }: ExpressionProduct,
): tf.Tensor2D {
  assertShape("expressionMatmul w", w.shape, [x.nVars, -1]);
  if (fill) assertShape("expressionMatmul fill", fill.shape, [1, x.nVars]);
  if (view?.countNoise && x.attributes.countBytes === 4)
    throw new LabError("range", "Count noise needs whole counts, and the values of this slice are not.");
  const attributes = { ...x.attributes, ...viewKey(view) };
  const { header, genes, counts, centers } = x;
  const expression = { header, genes, counts, rows: rows.index };
  const { link, indptr: backIndptr, cells: backCells, counts: backCounts } = rows.back ?? {};
  const back = rows.back ? { backIndptr, backCells, backCounts, link: link ?? rows.index } : {};
  const product = (w: tf.Tensor, base: tf.Tensor) =>
    runKernel(NAMES.forward, { ...expression, base, w }, attributes)[0];
  const gradient = (dy: tf.Tensor) =>
    runKernel(NAMES.gradient, { ...expression, ...back, dy } as Record<string, tf.Tensor>, {
      ...attributes,
      linked: link ? 1 : 0,
    })[0];

  if (fill === null && centers === null) {
    const op = tf.customGrad((v) => ({
      value: tf.tidy(() => product(v as tf.Tensor, tf.zeros([2, w.shape[1]]))),
      gradFunc: (dy: tf.Tensor) => [gradient(dy)],
    }));
    return op(w) as tf.Tensor2D;
  }
  const none = tf.zeros<tf.Rank.R2>([1, x.nVars]);
  const base = dense(tf.concat2d([centers ? tf.neg(centers) : none, fill ?? none], 0), w);
  const op = tf.customGrad((w, base) => ({
    value: product(w as tf.Tensor, base as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => [gradient(dy), runKernel(NAMES.rowSums, { rows: rows.index, dy })[0]],
  }));
  return op(w, base) as tf.Tensor2D;
}
