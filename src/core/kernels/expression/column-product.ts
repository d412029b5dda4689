import * as tf from "@tensorflow/tfjs-core";
import { assertShape } from "../../errors";
import { dense, transposedDense } from "../dense";
import { runKernel } from "../register";
import type { DeviceExpression } from "./device-expression";
import { NAMES } from "./kernels";
import { type RowList, shareOfCells, tensorsOf, transposeInputs } from "./rows";
import { viewKey } from "./view";

/**
 * x w and x v of a list of cells, of a weight and a single column, whose entries are made once for both: alone a product with one
 * column takes as long to make its entries as to multiply them. The same bits as `expressionMatmul` of each. Not
 * differentiable: it serves gradients written by hand, with `gradientsWithColumn`.
 *
 * @param x       (nObs, nVars)
 * @param w       (nVars, nChannels)
 * @param column  v, (nVars, 1)
 * @returns       (rows, nChannels) and (rows, 1); zeros for a hidden row and for padding
 * @throws LabError("shape") if w or v does not have nVars rows
 */
export function productsWithColumn(
  x: DeviceExpression,
  { w, column }: { readonly w: tf.Tensor2D; readonly column: tf.Tensor2D },
  rows: RowList,
): { product: tf.Tensor2D; column: tf.Tensor2D } {
  assertShape("productsWithColumn w", w.shape, [x.nVars, -1]);
  assertShape("productsWithColumn column", column.shape, [x.nVars, 1]);
  const { header, genes, counts } = x;
  const inputs = {
    header,
    genes,
    counts,
    rows: rows.index,
    base: baseOf(x, w),
    w,
    column,
    columnBase: baseOf(x, column),
  };
  const [product, second] = runKernel(NAMES.forward, inputs, attributesOf(x, rows)) as tf.Tensor2D[];
  return { product, column: second };
}

/** What the gradient needs of a list of rows; to be saved, for the list may belong to a scope that ends before. */
export const savedOf = tensorsOf;

/**
 * xᵀ dy and xᵀ dv, the gradients of `productsWithColumn` in its weight and its column, of the same bits as `expressionMatmul`'s.
 *
 * @param dy       (rows, nChannels)
 * @param dColumn  (rows, 1)
 * @param saved    tensors of the list, as `savedOf` gives them
 * @returns        (nVars, nChannels) and (nVars, 1)
 */
export function gradientsWithColumn(
  x: DeviceExpression,
  { dy, dColumn }: { readonly dy: tf.Tensor2D; readonly dColumn: tf.Tensor2D },
  rows: RowList,
  saved: readonly tf.Tensor[],
): { dw: tf.Tensor2D; dColumn: tf.Tensor2D } {
  const { header, genes, counts, centers } = x;
  const inputs = { header, genes, counts, ...transposeInputs(saved), dy, dColumn };
  const [dw, second] = runKernel(NAMES.gradient, inputs, attributesOf(x, rows)) as tf.Tensor2D[];
  if (!centers) return { dw, dColumn: second };
  const through = (own: tf.Tensor2D, sum: tf.Tensor2D): tf.Tensor2D => {
    const sums = runKernel(NAMES.rowSums, { rows: saved[0], dy: own })[0] as tf.Tensor2D;
    return tf.add(sum, transposedDense(centred(centers), sums));
  };
  return { dw: through(dy, dw), dColumn: through(dColumn, second) };
}

function attributesOf({ attributes }: DeviceExpression, rows: RowList) {
  return {
    ...attributes,
    ...viewKey(undefined),
    shareOfCells: shareOfCells(rows.ids),
    linked: rows.back?.link ? 1 : 0,
  };
}

/** What a product begins with, of a cell and of a hidden row: less the centre's product, and zero; (2, channels). */
function baseOf({ centers }: DeviceExpression, w: tf.Tensor2D): tf.Tensor2D {
  return centers ? dense(centred(centers), w) : tf.zeros([2, w.shape[1]]);
}

function centred(centers: tf.Tensor2D): tf.Tensor2D {
  return tf.concat2d([tf.neg(centers), tf.zerosLike(centers)], 0);
}
