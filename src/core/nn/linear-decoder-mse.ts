import * as tf from "@tensorflow/tfjs-core";
import { dense, transposedDense } from "../kernels/dense";
import {
  type DeviceExpression,
  gradientsWithColumn,
  productsWithColumn,
  type RowList,
  savedOf,
} from "../kernels/expression";
import { columnSums } from "../kernels/layer-tail";
import { residualRows } from "../kernels/residual-rows";
import { tidy } from "./tensors";

export interface LinearDecoder {
  readonly weight: tf.Tensor2D; // W, (hidden, nVars)
  readonly bias: tf.Tensor1D; // b, (nVars,)
}

/** The expression a linear decoder rebuilds from codes, shape (nCells, nVars); for a few cells, never for all. */
export function decode(codes: tf.Tensor2D, { weight, bias }: LinearDecoder): tf.Tensor2D {
  return tf.add(dense(codes, weight), bias);
}

/** Cells that are compared with what is rebuilt of them. */
export interface Targets {
  readonly x: DeviceExpression; // (nObs, nVars)
  readonly rows: RowList; // the cell of each row; padding is compared with nothing
  readonly rowSquares: tf.Tensor2D; // x·x of each row, (nRows, 1)
}

/**
 * Squared error of a linear decoder against expression, summed over genes, for every row of a list of cells:
 *
 *   |d W + b - x|² = d (W Wᵀ) dᵀ + 2 d·(W b) + b·b - 2 d·(x Wᵀ) - 2 x·b + x·x
 *
 * Every term is at most (nRows, hidden) or (hidden, nVars): no dense (nRows, nVars) is ever made, centred or not.
 * The terms are as large as x·x, so float32 keeps an error of about 1e-7 x·x: it shows only once the decoder
 * explains more than 99.99 % of a cell's squares, which no tissue allows.
 *
 * @param codes  d, shape (nRows, hidden)
 * @returns      shape (nRows, 1), zero for padding; differentiable in codes, weight and bias
 * Cost: products of the listed cells' x with hidden + 1 columns, once forward and once backward; two (nRows, hidden)
 * are kept.
 */
export function squaredErrors(targets: Targets, codes: tf.Tensor2D, { weight, bias }: LinearDecoder): tf.Tensor2D {
  const { x, rows, rowSquares } = targets;
  // by hand, because every step of the automatic gradient would keep its (nObs, hidden) operands
  const op = tf.customGrad((d, w, b, save) => {
    const [codes, weight, bias] = [d, w, b] as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D];
    const transposed = tf.transpose(weight);
    const column = tf.reshape<tf.Rank.R2>(bias, [-1, 1]);
    // -x Wᵀ and x·b
    const { product, column: xBias } = productsWithColumn(x, { w: tf.neg(transposed), column }, rows);
    const quadratic = dense(codes, transposedDense(transposed, transposed, { symmetric: true }));
    const weightBias = tf.reshape<tf.Rank.R2>(dense(weight, column), [1, -1]);
    // the residual is (d W + b - x) Wᵀ
    const { residual, products: perRow } = residualRows(codes, quadratic, product, weightBias);
    const constant = tf.add(rowSquares, tf.sum(tf.square(bias)));
    (save as tf.GradSaveFunc)([codes, weight, bias, residual, ...savedOf(rows)]);
    return {
      value: tf.add(tf.sub(perRow, tf.mul(xBias, 2)), constant),
      // tfjs frees what a gradient of one's own makes on the way only after the whole backward pass
      gradFunc: (dy: tf.Tensor, [codes, weight, bias, residual, ...list]: tf.Tensor[]) =>
        tidy(() => gradients(targets, dy as tf.Tensor2D, [codes, weight, bias, residual] as tf.Tensor2D[], list)),
    };
  });
  const errors = op(codes, weight, bias) as tf.Tensor2D;
  if (rows.ids.every((cell) => cell >= 0)) return errors;
  return tf.mul(
    errors,
    tf.tensor2d(
      Float32Array.from(rows.ids, (cell) => (cell >= 0 ? 1 : 0)),
      rowSquares.shape,
    ),
  );
}

/** Of codes, weight and bias. */
function gradients(
  { x, rows }: Targets,
  dy: tf.Tensor2D,
  [codes, weight, bias, residual]: tf.Tensor2D[],
  list: readonly tf.Tensor[],
): tf.Tensor[] {
  const twice = tf.mul<tf.Tensor2D>(dy, 2);
  const weighted = tf.mul<tf.Tensor2D>(codes, twice); // D, d of every row times 2 dy
  const sums = columnSums(weighted);
  const row = tf.reshape<tf.Rank.R2>(bias, [1, -1]);
  // Σ D_iᵀ (d_i W + b) and Σ 2 dy_i (d_i W + b), less Σ D_iᵀ x_i and Σ 2 dy_i x_i
  const dWeight = tf.add(
    dense(transposedDense(codes, weighted, { symmetric: true }), weight),
    dense(tf.transpose(sums), row),
  );
  const dBias = tf.add(dense(sums, weight), tf.mul(tf.sum(twice), row));
  const ofX = gradientsWithColumn(x, { dy: weighted, dColumn: twice }, rows, list);
  return [
    tf.mul(residual, twice),
    tf.sub(dWeight, tf.transpose(ofX.dw)),
    tf.sub(tf.reshape(dBias, [-1]), tf.reshape(ofX.dColumn, [-1])),
  ];
}
