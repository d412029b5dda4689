import * as tf from "@tensorflow/tfjs-core";
import { assertShape, LabError } from "../../errors";
import { dense } from "../dense";
import { type HostArray, registerReference, runKernel } from "../register";
import type { DeviceExpression, ExpressionAttributes } from "./device-expression";
import { NAMES } from "./kernels";
import {
  expressionGradientReference,
  expressionMatmulReference,
  hiddenResidualsReference,
  type PackedExpression,
  rowSumsReference,
} from "./reference";
import { type RowList, shareOfCells, tensorsOf, transposeInputs } from "./rows";
import { type ExpressionView, type ViewKey, viewKey } from "./view";
import { registerExpressionWasm } from "./wasm";
import { registerExpressionWebGpu } from "./webgpu";
import { registerResidualsWebGpu } from "./webgpu-residuals";

export { gradientsWithColumn, productsWithColumn, savedOf } from "./column-product";
export { type DeviceExpression, type Preprocessing, type RawExpression, uploadExpression } from "./device-expression";
export { HIDDEN, PADDING, placesOf, type RowList, uploadRows } from "./rows";
export type { ExpressionView } from "./view";

type Attributes = ExpressionAttributes & ViewKey;
const packed = ({ header, genes, counts }: Record<string, HostArray>) =>
  ({ header: header.values, genes: genes.values, counts: counts.values }) as PackedExpression;
registerReference(NAMES.forward, (inputs, attributes) => {
  const { rows, base, w, column, columnBase, means } = inputs;
  const [x, a] = [packed(inputs), attributes as Attributes];
  return [{ base, w }, ...(column ? [{ base: columnBase, w: column }] : [])].map(({ base, w }) => {
    const nChannels = w.shape[1];
    const values = expressionMatmulReference(x, a, rows.values, w.values, base.values, nChannels, means?.values);
    return { shape: [rows.shape[0], nChannels], values };
  });
});
registerReference(NAMES.gradient, (inputs, attributes) => {
  const { rows, dy, dColumn, means } = inputs;
  const [x, a] = [packed(inputs), attributes as Attributes];
  return [dy, ...(dColumn ? [dColumn] : [])].map(({ shape: [, nChannels], values: dy }) => ({
    shape: [attributes.nVars, nChannels],
    values: expressionGradientReference(x, a, rows.values, dy, nChannels, means?.values),
  }));
});
registerReference(NAMES.rowSums, ({ rows, dy }) => [
  { shape: [2, dy.shape[1]], values: rowSumsReference(rows.values, dy.values, dy.shape[1]) },
]);
registerReference(NAMES.residuals, (inputs, attributes) => {
  const { rows, offset, y } = inputs;
  const a = attributes as Attributes;
  const { residual, sums } = hiddenResidualsReference(packed(inputs), a, rows.values, y.values, offset.values);
  return [
    { shape: y.shape, values: residual },
    { shape: [rows.shape[0], 2], values: sums },
  ];
});
registerExpressionWasm(NAMES);
registerExpressionWebGpu(NAMES);
registerResidualsWebGpu(NAMES.residuals);

export interface ExpressionProduct {
  /** Which cells, in which order; hidden rows and padding cost nothing. */
  readonly rows: RowList;
  readonly view?: ExpressionView;
  /** What stands in place of a hidden cell, (1, nVars), in the scale of x as it is after centring; null for zeros. */
  readonly fill?: tf.Tensor2D | null;
  /** What a gene that the view drops reads as, nVars values before centring; constant. As not found without. */
  readonly droppedAs?: tf.Tensor | null;
}

/**
 * Expression of a list of cells times a weight:  y_r = x_i w  for i = rows[r],  fill w  for a hidden row,  0  for padding,
 * with x_ij = s_j log(1 + f_i count_ij) - m_j made from the counts where it is used and never stored.
 * The centre m is taken out of the product, (x - m) w = x w - m w, so that x stays sparse.
 *
 * @param x  counts and preprocessing, (nObs, nVars), constant
 * @param w  (nVars, nChannels)
 * @returns  (rows.ids.length, nChannels); differentiable in w and fill, dw = Σ_r x_iᵀ dy_r with the view's own x
 * @throws LabError("shape") if w does not have nVars rows; LabError("range") for a setting of the view out of bounds, or noise beside
 *                            `droppedAs`
 * Cost: O(entries of the listed cells * nChannels), and of the entries that read as something where they are dropped. Rows are
 * summed by ascending gene, dropped ones first, dw by ascending row of the list: the same bits each time, on any number of threads.
 */
export function expressionMatmul(
  x: DeviceExpression,
  w: tf.Tensor2D,
  { rows, view, fill = null, droppedAs = null }: ExpressionProduct,
): tf.Tensor2D {
  assertShape("expressionMatmul w", w.shape, [x.nVars, -1]);
  if (fill) assertShape("expressionMatmul fill", fill.shape, [1, x.nVars]);
  if (view?.countNoise && x.attributes.countBytes === 4)
    throw new LabError("range", "Count noise needs whole counts, and the values of this slice are not.");
  const key = viewKey(view);
  const droppedMeans = droppedAs && key.dropThreshold > 0 ? [droppedAs] : [];
  if (droppedMeans.length > 0 && key.noiseDeviation > 0)
    throw new LabError("range", "Dropped genes that read as something take no noise: leave one of both out.");
  if (droppedAs) assertShape("expressionMatmul droppedAs", [droppedAs.size], [x.nVars]);
  const attributes = { ...x.attributes, ...key, shareOfCells: shareOfCells(rows.ids), linked: rows.back?.link ? 1 : 0 };
  const { header, genes, counts, centers } = x;
  const expression = { header, genes, counts, ...(droppedMeans.length > 0 && { means: droppedMeans[0] }) };
  // saved for the gradient, for a list may belong to a scope that ends before
  const lists = tensorsOf(rows);
  const product = (w: tf.Tensor, base: tf.Tensor, save: tf.GradSaveFunc) => {
    const y = runKernel(NAMES.forward, { ...expression, rows: rows.index, base, w }, attributes)[0];
    save(lists); // not before: what a kernel that fails had saved would stay
    return y;
  };
  const gradient = (dy: tf.Tensor, lists: tf.Tensor[]) =>
    runKernel(NAMES.gradient, { ...expression, ...transposeInputs(lists), dy }, attributes)[0];

  if (fill === null && centers === null) {
    const nothing = tf.zeros([2, w.shape[1]]);
    const op = tf.customGrad((w, save) => ({
      value: product(w as tf.Tensor, nothing, save as tf.GradSaveFunc),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => [gradient(dy, saved)],
    }));
    return op(w) as tf.Tensor2D;
  }
  const none = tf.zeros<tf.Rank.R2>([1, x.nVars]);
  const base = dense(tf.concat2d([centers ? tf.neg(centers) : none, fill ?? none], 0), w);
  const op = tf.customGrad((w, base, save) => ({
    value: product(w as tf.Tensor, base as tf.Tensor, save as tf.GradSaveFunc),
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => [
      gradient(dy, saved),
      runKernel(NAMES.rowSums, { rows: saved[0], dy })[0],
    ],
  }));
  return op(w, base) as tf.Tensor2D;
}

/**
 * How far what is rebuilt of some cells lies from the entries that a view hides, zeros among them; where the view shows an entry,
 * nothing is compared:  residual_rj = y_rj + b_j - x_ij  if (i, j) is hidden, else 0, for i = cells[r].
 *
 * Which entries are hidden is drawn by the hash that the product with the same view drops them by, so what is compared is
 * exactly what was not seen. Noise of the view takes no part: the entry itself is compared.
 *
 * @param cells  of each row; below 0 for padding, whose row is zeros
 * @param y      what is rebuilt, less its bias, (cells.length, nVars)
 * @param bias   b, (nVars,)
 * @returns      residual, like y, and sums (cells.length, 2): each row's Σ residual² and how many entries are hidden of it.
 *               Not differentiable.
 * @throws LabError("shape") if the sizes do not agree
 * Cost: one hash for each of cells.length * nVars entries.
 */
export function hiddenResiduals(
  x: DeviceExpression,
  { cells, view }: { readonly cells: Int32Array; readonly view: ExpressionView },
  y: tf.Tensor2D,
  bias: tf.Tensor1D,
): { readonly residual: tf.Tensor2D; readonly sums: tf.Tensor2D } {
  assertShape("hiddenResiduals y", y.shape, [cells.length, x.nVars]);
  assertShape("hiddenResiduals bias", bias.shape, [x.nVars]);
  const { header, genes, counts, centers, attributes } = x;
  const offset = centers ? tf.add(bias, tf.reshape(centers, [x.nVars])) : bias;
  const rows = tf.tensor1d(cells, "int32");
  const { seed, geneDropout } = view;
  const key = viewKey({ seed, ...(geneDropout && { geneDropout }) });
  const [residual, sums] = runKernel(
    NAMES.residuals,
    { header, genes, counts, rows, offset, y },
    { ...attributes, ...key },
  );
  tf.dispose(centers ? [rows, offset] : rows);
  return { residual: residual as tf.Tensor2D, sums: sums as tf.Tensor2D };
}
