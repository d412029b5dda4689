import * as tf from "@tensorflow/tfjs-core";
import { csrRows } from "../kernels/csr-rows";
import { dense } from "../kernels/dense";
import type { DeviceCsr } from "../kernels/device-csr";
import type { Dropout } from "../kernels/dropout/reference";
import { gatAggregate, gatAttention } from "../kernels/gat-attention";
import { gatherRows } from "../kernels/gather-rows";
import { type Features, project } from "./features";
import { chooseRows, type RowChoice } from "./row-choice";
import { addBias, reshaped } from "./rows";

export interface GatConvParams {
  readonly weight: tf.Tensor2D; // (in, heads * d)
  readonly attSource: tf.Tensor3D; // (1, heads, d), of the cell a message comes from
  readonly attTarget: tf.Tensor3D; // (1, heads, d), of the cell it goes to
  readonly bias: tf.Tensor1D | null; // (heads * d,)
}

/** Of GAT and GATv2: torch_geometric's default. */
export const NEGATIVE_SLOPE = 0.2;

/**
 * Graph attention, heads concatenated:  y_i = Σ_j α_ij W x_j + b,
 * α_ij = softmax_j LeakyReLU(a_src · W x_j + a_dst · W x_i)  per head.
 *
 * @param graph     (nRows, nCols), row i's neighbours with itself; its values are not read
 * @param features  shape (nCols, in), of which the first nRows are the rows' own
 * @param dropout   of α, after the softmax; null for none
 * @param wanted    rows of the result to compute; null for all
 * @returns         shape (nRows or as many as are wanted, heads * d)
 * Source: Veličković et al. 2018, arXiv:1710.10903, eq. 3-5; torch_geometric.nn.GATConv.
 */
export function gatConv(
  graph: DeviceCsr,
  features: Features,
  params: GatConvParams,
  dropout: Dropout | null = null,
  wanted: RowChoice | null = null,
): tf.Tensor2D {
  const h = project(features, params.weight);
  const { source, target } = attentionLogits(graph, h, params);
  const options = { negativeSlope: NEGATIVE_SLOPE, ...(dropout && { dropout }) };
  // which weights dropout takes is said by the number of the edge in the whole graph
  const rows = wanted && !dropout ? csrRows(graph, wanted) : null;
  const sums = rows
    ? gatAggregate(rows, h, source, chooseRows(target, wanted), options)
    : chooseRows(gatAggregate(graph, h, source, target, options), wanted);
  return addBias(sums, params.bias);
}

/** α of every edge and head, (nnz, heads) in CSR order, without dropout. Not differentiable. */
export function gatConvAttention(graph: DeviceCsr, features: Features, params: GatConvParams): tf.Tensor2D {
  const { source, target } = attentionLogits(graph, project(features, params.weight), params);
  return gatAttention(graph, source, target, { negativeSlope: NEGATIVE_SLOPE });
}

/**
 * a · h per head, as one product with a block-diagonal matrix: (nCols, heads * d) x (heads * d, 2 heads).
 * Cheaper than multiplying and summing per head, which would make two more tensors as large as h.
 */
function attentionLogits(
  graph: DeviceCsr,
  h: tf.Tensor2D,
  { attSource, attTarget }: GatConvParams,
): { source: tf.Tensor2D; target: tf.Tensor2D } {
  const [, heads, d] = attSource.shape;
  const blocks = blockMask(heads, d);
  const column = (att: tf.Tensor3D) => tf.mul<tf.Tensor2D>(tf.reshape(att, [heads * d, 1]), blocks);
  const both = dense(h, tf.concat2d([column(attSource), column(attTarget)], 1));
  // read as twice as many rows, one of each kind in turn: tfjs slices columns in a loop of its own, a view for every row
  const inTurn = reshaped(both, [2 * graph.nCols, heads]);
  const everyOther = (first: number, n: number): tf.Tensor2D => {
    const inverse = new Int32Array(2 * graph.nCols).fill(-1);
    const index = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      index[i] = 2 * i + first;
      inverse[index[i]] = i;
    }
    return gatherRows(inTurn, tf.tensor1d(index, "int32"), tf.tensor1d(inverse, "int32"));
  };
  return { source: everyOther(0, graph.nCols), target: everyOther(1, graph.nRows) };
}

/** 1 where row r belongs to head r / d, shape (heads * d, heads). */
function blockMask(heads: number, d: number): tf.Tensor2D {
  const mask = new Float32Array(heads * d * heads);
  for (let r = 0; r < heads * d; r++) mask[r * heads + Math.floor(r / d)] = 1;
  return tf.tensor2d(mask, [heads * d, heads]);
}
