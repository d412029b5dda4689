import * as tf from "@tensorflow/tfjs-core";
import { assertShape, LabError } from "../../errors";
import type { DeviceCsr } from "../device-csr";
import { type Dropout, dropoutKey } from "../dropout/reference";
import { runKernel } from "../register";
import { GAT } from "./kernels";
import { registerGatReference } from "./register-reference";
import { registerGatWasm } from "./wasm";
import { registerGatWebGpu } from "./webgpu";

registerGatReference();
registerGatWasm();
registerGatWebGpu();

export interface GatOptions {
  /** Slope of the LeakyReLU below zero; 0.2 in the paper. */
  readonly negativeSlope: number;
  /**
   * Drops attention weights, after the softmax, and scales the rest by 1 / (1 - rate), as torch_geometric does; the
   * mask of edge e and head k is that of element e * heads + k in kernels/dropout. None at a rate of 0 or when absent.
   */
  readonly dropout?: Dropout;
}

/**
 * Fused graph attention: y_i = sum over the neighbours j of i of alpha_ij h_j, per head, where alpha is the
 * softmax over row i of LeakyReLU(source_j + target_i).
 *
 * The forward pass keeps one log-sum-exp per row and head, the backward pass computes alpha again from it; the most
 * ever stored is edges x heads (the gradient of the scores), never edges x channels.
 *
 * @param graph   (nRows, nCols): row i listens to its columns; its weights are not used
 * @param h       (nCols, heads * channels), float32
 * @param source  (nCols, heads): score of a cell as neighbour
 * @param target  (nRows, heads): score of a cell as listener
 * @returns       (nRows, heads * channels); rows without neighbours are zero. Gradients in h, source and target.
 * @throws LabError("shape") if sizes disagree or h is not a whole number of channels per head; LabError("range") if
 *   the dropout rate is outside [0, 1).
 * Source: Velickovic et al. 2018, arXiv:1710.10903, eqs. 1-5, with a^T [W h_i || W h_j] split into its two halves.
 */
export function gatAggregate(
  graph: DeviceCsr,
  h: tf.Tensor2D,
  source: tf.Tensor2D,
  target: tf.Tensor2D,
  { negativeSlope, dropout = { rate: 0, seed: 0 } }: GatOptions,
): tf.Tensor2D {
  const heads = assertScores(graph, source, target);
  assertShape("gatAggregate h", h.shape, [graph.nCols, -1]);
  if (h.shape[1] % heads !== 0)
    throw new LabError("shape", `gatAggregate h: ${h.shape[1]} channels do not divide into ${heads} heads.`);

  const { indptr, indices, nnz, maxDegree, transposed } = graph;
  const attributes = { negativeSlope, maxDegree, ...dropoutKey(dropout) };
  const op = tf.customGrad((h, source, target, save) => {
    const ends = { source: source as tf.Tensor, target: target as tf.Tensor };
    const [y, lse] = runKernel(GAT.forward, { indptr, indices, h: h as tf.Tensor, ...ends }, attributes);
    // the graph too, for it may belong to a scope that ends before
    const edges = [indptr, indices, transposed.indptr, transposed.indices, transposed.from];
    (save as tf.GradSaveFunc)([h as tf.Tensor, ends.source, ends.target, lse, ...edges]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, [h, source, target, lse, ...edges]: tf.Tensor[]) => {
        if (nnz === 0) return [tf.zerosLike(h), tf.zerosLike(source), tf.zerosLike(target)];
        // the scores' gradients, edges x heads, would else stay until the last layer's gradients are done
        return tf.tidy(() => {
          const [indptr, indices, backIndptr, backIndices, from] = edges;
          const order = dropout.rate > 0 ? { order: from } : {};
          const back = { indptr: backIndptr, indices: backIndices, dy, source, target, lse, ...order };
          const [dh] = runKernel(GAT.featureGradient, back, { ...attributes, maxDegree: transposed.maxDegree });
          const [de] = runKernel(GAT.edgeGradient, { indptr, indices, h, dy, source, target, lse }, attributes);
          const [dSource] = runKernel(GAT.edgeSum, { indptr: backIndptr, values: de, order: from });
          const [dTarget] = runKernel(GAT.edgeSum, { indptr, values: de });
          return [dh, dSource, dTarget];
        }) as tf.Tensor[];
      },
    };
  });
  return op(h, source, target) as tf.Tensor2D;
}

/**
 * The attention itself, to look at: alpha of every edge and head, without dropout. Not differentiable.
 *
 * @returns (nnz, heads), in CSR order; each row's entries sum to 1
 */
export function gatAttention(
  graph: DeviceCsr,
  source: tf.Tensor2D,
  target: tf.Tensor2D,
  { negativeSlope }: Pick<GatOptions, "negativeSlope">,
): tf.Tensor2D {
  const heads = assertScores(graph, source, target);
  if (graph.nnz === 0) return tf.zeros([0, heads]);
  const { indptr, indices, maxDegree } = graph;
  const attributes = { negativeSlope, maxDegree, ...dropoutKey({ rate: 0, seed: 0 }) };
  return tf.tidy(() => {
    // The forward kernel gives the log-sum-exp; the source scores stand in for features that nobody reads.
    const [, lse] = runKernel(GAT.forward, { indptr, indices, h: source, source, target }, attributes);
    return runKernel(GAT.attention, { indptr, indices, source, target, lse }, attributes)[0] as tf.Tensor2D;
  });
}

function assertScores(graph: DeviceCsr, source: tf.Tensor2D, target: tf.Tensor2D): number {
  const heads = source.shape[1];
  assertShape("attention source", source.shape, [graph.nCols, -1]);
  assertShape("attention target", target.shape, [graph.nRows, heads]);
  return heads;
}
