import * as tf from "@tensorflow/tfjs-core";
import { assertShape, LabError } from "../../errors";
import type { DeviceCsr } from "../device-csr";
import { dropoutKey } from "../dropout/reference";
import type { GatOptions } from "../gat-attention";
import { runKernel } from "../register";
import { GATV2 } from "./kernels";
import { registerGatv2Reference } from "./register-reference";
import { registerGatv2Wasm } from "./wasm";
import { registerGatv2WebGpu } from "./webgpu";

registerGatv2Reference();
registerGatv2Wasm();
registerGatv2WebGpu();

/**
 * Fused GATv2 attention: y_i = sum over the neighbours j of i of alpha_ij h_j, per head, where alpha is the softmax
 * over row i of a . LeakyReLU(h_j + g_i).
 *
 * The forward pass keeps one log-sum-exp per row and head, the backward pass computes alpha again from it; the most
 * ever stored is edges x heads (alpha and the gradient of the scores), never edges x channels.
 *
 * @param graph      (nRows, nCols): row i listens to its columns; its weights are not used
 * @param h          (nCols, heads * channels), float32: features as neighbour
 * @param g          (nRows, heads * channels): features as listener
 * @param attention  a, (heads, channels)
 * @returns          (nRows, heads * channels); rows without neighbours are zero. Gradients in h, g and attention.
 * @throws LabError("shape") if sizes disagree; LabError("range") if the slope is outside [0, 1] or the dropout rate
 *   outside [0, 1).
 * Source: Brody, Alon & Yahav 2022, arXiv:2105.14491, eq. 7; torch_geometric.nn.GATv2Conv, whose lin_l gives h and
 *   lin_r gives g.
 */
export function gatv2Aggregate(
  graph: DeviceCsr,
  h: tf.Tensor2D,
  g: tf.Tensor2D,
  attention: tf.Tensor2D,
  { negativeSlope, dropout = { rate: 0, seed: 0 } }: GatOptions,
): tf.Tensor2D {
  assertSizes(graph, h, g, attention, negativeSlope);
  const { indptr, indices, nnz, maxDegree, transposed } = graph;
  const heads = attention.shape[0];
  const attributes = { heads, negativeSlope, maxDegree, ...dropoutKey(dropout) };
  const op = tf.customGrad((hIn, gIn, attentionIn, save) => {
    const [h, g] = [hIn as tf.Tensor, gIn as tf.Tensor];
    const a = tf.reshape(attentionIn as tf.Tensor, [1, -1]);
    const [y, lse] = runKernel(GATV2.forward, { indptr, indices, h, g, a }, attributes);
    (save as tf.GradSaveFunc)([h, g, a, lse]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, [h, g, a, lse]: tf.Tensor[]) => {
        if (nnz === 0) return [tf.zerosLike(h), tf.zerosLike(g), tf.zeros(attention.shape)];
        return tf.tidy(() => {
          const [alpha] = runKernel(GATV2.attention, { indptr, indices, h, g, a, lse }, attributes);
          const [ds] = runKernel(GATV2.scoreGradient, { indptr, indices, h, dy, alpha }, attributes);
          const [dg, partial] = runKernel(GATV2.targetGradient, { indptr, indices, h, g, a, ds }, attributes);
          const back = { indptr: transposed.indptr, indices: transposed.indices, order: transposed.from };
          const [dh] = runKernel(
            GATV2.sourceGradient,
            { ...back, h, g, a, alpha, ds, dy },
            { ...attributes, maxDegree: transposed.maxDegree },
          );
          return [dh, dg, tf.reshape(tf.sum(partial, 0), attention.shape)];
        });
      },
    };
  });
  return op(h, g, attention) as tf.Tensor2D;
}

/**
 * The attention itself, to look at: alpha of every edge and head, without dropout. Not differentiable.
 *
 * @returns (nnz, heads), in CSR order; each row's entries sum to 1
 */
export function gatv2Attention(
  graph: DeviceCsr,
  h: tf.Tensor2D,
  g: tf.Tensor2D,
  attention: tf.Tensor2D,
  { negativeSlope }: Pick<GatOptions, "negativeSlope">,
): tf.Tensor2D {
  assertSizes(graph, h, g, attention, negativeSlope);
  const heads = attention.shape[0];
  if (graph.nnz === 0) return tf.zeros([0, heads]);
  const { indptr, indices, maxDegree } = graph;
  const attributes = { heads, negativeSlope, maxDegree, ...dropoutKey({ rate: 0, seed: 0 }) };
  return tf.tidy(() => {
    const a = tf.reshape(attention, [1, -1]);
    const [, lse] = runKernel(GATV2.forward, { indptr, indices, h, g, a }, attributes);
    return runKernel(GATV2.attention, { indptr, indices, h, g, a, lse }, attributes)[0] as tf.Tensor2D;
  });
}

function assertSizes(graph: DeviceCsr, h: tf.Tensor2D, g: tf.Tensor2D, attention: tf.Tensor2D, slope: number): void {
  const width = attention.shape[0] * attention.shape[1];
  assertShape("gatv2 h", h.shape, [graph.nCols, width]);
  assertShape("gatv2 g", g.shape, [graph.nRows, width]);
  // the wasm kernels take LeakyReLU(v) for max(v, slope * v)
  if (!(slope >= 0 && slope <= 1)) throw new LabError("range", `gatv2 negativeSlope: expected [0, 1], got ${slope}.`);
}
