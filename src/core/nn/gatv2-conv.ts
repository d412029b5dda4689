import * as tf from "@tensorflow/tfjs-core";
import type { DeviceCsr } from "../kernels/device-csr";
import type { Dropout } from "../kernels/dropout/reference";
import { gatv2Aggregate, gatv2Attention } from "../kernels/gatv2-attention";
import { type Features, project } from "./features";
import { NEGATIVE_SLOPE } from "./gat-conv";
import { projectFirst } from "./project-first";
import { addBias } from "./rows";

export interface Gatv2ConvParams {
  readonly sourceWeight: tf.Tensor2D; // W_l, (in, heads * d), of the cell a message comes from
  readonly sourceBias: tf.Tensor1D | null; // b_l, (heads * d,)
  readonly targetWeight: tf.Tensor2D; // W_r, of the cell it goes to
  readonly targetBias: tf.Tensor1D | null; // b_r
  readonly attention: tf.Tensor3D; // a, (1, heads, d)
  readonly bias: tf.Tensor1D | null; // b, (heads * d,)
}

/**
 * Dynamic graph attention, heads concatenated:  y_i = Σ_j α_ij (W_l x_j + b_l) + b,
 * α_ij = softmax_j a · LeakyReLU(W_l x_j + b_l + W_r x_i + b_r)  per head. Unlike in a GAT, which neighbour weighs most
 * may differ from cell to cell.
 *
 * @param graph     (nRows, nCols), row i's neighbours with itself; its values are not read
 * @param features  shape (nCols, in), of which the first nRows are the rows' own
 * @param dropout   of α, after the softmax; null for none
 * @returns         shape (nRows, heads * d)
 * Source: Brody, Alon & Yahav 2022, arXiv:2105.14491, eq. 7; torch_geometric.nn.GATv2Conv(share_weights=False), which
 *   adds the biases to the paper's formula.
 */
export function gatv2Conv(
  graph: DeviceCsr,
  features: Features,
  params: Gatv2ConvParams,
  dropout: Dropout | null = null,
): tf.Tensor2D {
  const { h, g, a } = scored(graph, features, params);
  const options = { negativeSlope: NEGATIVE_SLOPE, ...(dropout && { dropout }) };
  return addBias(gatv2Aggregate(graph, h, g, a, options), params.bias);
}

/** α of every edge and head, (nnz, heads) in CSR order, without dropout. Not differentiable. */
export function gatv2ConvAttention(graph: DeviceCsr, features: Features, params: Gatv2ConvParams): tf.Tensor2D {
  const { h, g, a } = scored(graph, features, params);
  return gatv2Attention(graph, h, g, a, { negativeSlope: NEGATIVE_SLOPE });
}

/** What scores are made of: h of every column, g of every row, a. */
function scored(
  graph: DeviceCsr,
  features: Features,
  { sourceWeight, sourceBias, targetWeight, targetBias, attention }: Gatv2ConvParams,
): { h: tf.Tensor2D; g: tf.Tensor2D; a: tf.Tensor2D } {
  const [, heads, d] = attention.shape;
  return {
    h: addBias(project(features, sourceWeight), sourceBias),
    g: addBias(projectFirst(features, targetWeight, graph.nRows), targetBias),
    a: tf.reshape(attention, [heads, d]),
  };
}
