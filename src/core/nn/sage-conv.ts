import * as tf from "@tensorflow/tfjs-core";
import { csrMatmul } from "../kernels/csr-matmul";
import { csrRows } from "../kernels/csr-rows";
import { dense } from "../kernels/dense";
import type { DeviceCsr } from "../kernels/device-csr";
import type { Features } from "./features";
import { aggregateAndProject } from "./gcn-conv";
import { projectFirst } from "./project-first";
import type { RowChoice } from "./row-choice";
import { add, addBias } from "./rows";
import { sumOfSeenAndOwn } from "./seen-cells";

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
 * @param wanted         rows of the result to compute; null for all
 * @returns              shape (nRows or as many as are wanted, out)
 * Source: Hamilton et al. 2017, arXiv:1706.02216, alg. 1; torch_geometric.nn.SAGEConv(aggr="mean").
 */
export function sageConv(
  meanAdjacency: DeviceCsr,
  features: Features,
  params: SageConvParams,
  wanted: RowChoice | null = null,
): tf.Tensor2D {
  const { neighbourWeight, rootWeight, bias } = params;
  if (features.kind === "dense" && wanted && features.x.shape[1] <= neighbourWeight.shape[1]) {
    const rows = csrRows(meanAdjacency, wanted, { own: true });
    if (rows) {
      // [mean_j x_j, x_i] [W_l; W_r]: one sum, one product and one gradient of x for both
      const both = tf.reshape<tf.Rank.R2>(csrMatmul(rows, features.x), [wanted.index.shape[0], -1]);
      return addBias(dense(both, tf.concat2d([neighbourWeight, rootWeight], 0)), bias);
    }
  }
  const together = wanted ? null : sumOfSeenAndOwn(meanAdjacency, features, neighbourWeight, rootWeight);
  if (together) return addBias(together, bias);
  const neighbours = aggregateAndProject(meanAdjacency, features, neighbourWeight, wanted);
  return addBias(add(neighbours, projectFirst(features, rootWeight, meanAdjacency.nRows, wanted)), bias);
}
