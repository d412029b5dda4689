import * as tf from "@tensorflow/tfjs-core";
import { dense } from "../kernels/dense";
import type { DeviceCsr } from "../kernels/device-csr";
import { gatAggregate } from "../kernels/gat-attention";
import { type Features, project } from "./features";
import { addBias } from "./rows";

export interface GatConvParams {
  readonly weight: tf.Tensor2D; // (in, heads * d)
  readonly attSource: tf.Tensor3D; // (1, heads, d), of the cell a message comes from
  readonly attTarget: tf.Tensor3D; // (1, heads, d), of the cell it goes to
  readonly bias: tf.Tensor1D | null; // (heads * d,)
}

/** The two halves of the attention logits before LeakyReLU, each (nObs, heads). */
export interface AttentionLogits {
  readonly source: tf.Tensor2D;
  readonly target: tf.Tensor2D;
}

export const NEGATIVE_SLOPE = 0.2;

/**
 * Graph attention, heads concatenated:  y_i = Σ_j α_ij W x_j + b,
 * α_ij = softmax_j LeakyReLU(a_src · W x_j + a_dst · W x_i)  per head.
 *
 * @param graph     neighbours with self-loops, shape (nObs, nObs); its values are not read
 * @param features  shape (nObs, in)
 * @returns         y, shape (nObs, heads * d), and the logits that α follows from
 * Source: Veličković et al. 2018, arXiv:1710.10903, eq. 3-5; torch_geometric.nn.GATConv.
 */
export function gatConv(
  graph: DeviceCsr,
  features: Features,
  params: GatConvParams,
): { y: tf.Tensor2D; logits: AttentionLogits } {
  const h = project(features, params.weight);
  const logits = attentionLogits(h, params.attSource, params.attTarget);
  const aggregated = gatAggregate(graph, h, logits.source, logits.target, { negativeSlope: NEGATIVE_SLOPE });
  return { y: addBias(aggregated, params.bias), logits };
}

/**
 * a · h per head, as one product with a block-diagonal matrix: (nObs, heads * d) x (heads * d, 2 heads).
 * Cheaper than multiplying and summing per head, which would make two more tensors as large as h.
 */
function attentionLogits(h: tf.Tensor2D, attSource: tf.Tensor3D, attTarget: tf.Tensor3D): AttentionLogits {
  const [, heads, d] = attSource.shape;
  const blocks = blockMask(heads, d);
  const column = (att: tf.Tensor3D) => tf.mul<tf.Tensor2D>(tf.reshape(att, [heads * d, 1]), blocks);
  const both = dense(h, tf.concat2d([column(attSource), column(attTarget)], 1));
  const n = h.shape[0];
  return { source: tf.slice2d(both, [0, 0], [n, heads]), target: tf.slice2d(both, [0, heads], [n, heads]) };
}

/** 1 where row r belongs to head r / d, shape (heads * d, heads). */
function blockMask(heads: number, d: number): tf.Tensor2D {
  const mask = new Float32Array(heads * d * heads);
  for (let r = 0; r < heads * d; r++) mask[r * heads + Math.floor(r / d)] = 1;
  return tf.tensor2d(mask, [heads * d, heads]);
}
