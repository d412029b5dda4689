import type * as tf from "@tensorflow/tfjs-core";
import { csrMatmul } from "../kernels/csr-matmul";
import type { DeviceCsr } from "../kernels/device-csr";
import { type Features, featureWidth, project } from "./features";
import { projectFirst } from "./project-first";
import { add, addBias } from "./rows";

export interface SageConvParams {
  readonly neighbourWeight: tf.Tensor2D; // W_l, (in, out)
  readonly rootWeight: tf.Tensor2D; // W_r, (in, out)
  readonly bias: tf.Tensor1D | null; // (out,)
}

/**
 * GraphSAGE with mean aggregation:  W_l mean_j x_j + b + W_r x_i.
 *
 * @param meanAdjacency  rows sum to 1, without self-loops, shape (nRows, nCols); a cell without neighbours has an empty row
 * @param features       shape (nCols, in), of which the first nRows are the rows' own
 * @returns              shape (nRows, out)
 * Source: Hamilton et al. 2017, arXiv:1706.02216, alg. 1; torch_geometric.nn.SAGEConv(aggr="mean").
 */
export function sageConv(meanAdjacency: DeviceCsr, features: Features, params: SageConvParams): tf.Tensor2D {
  const { neighbourWeight, rootWeight, bias } = params;
  // the mean commutes with W_l: taken in the narrower width
  const narrowFirst = features.kind === "dense" && featureWidth(features) < neighbourWeight.shape[1];
  const neighbours = narrowFirst
    ? project({ kind: "dense", x: csrMatmul(meanAdjacency, features.x) }, neighbourWeight)
    : csrMatmul(meanAdjacency, project(features, neighbourWeight));
  return addBias(add(neighbours, projectFirst(features, rootWeight, meanAdjacency.nRows)), bias);
}
