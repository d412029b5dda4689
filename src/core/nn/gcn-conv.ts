import type * as tf from "@tensorflow/tfjs-core";
import { csrMatmul } from "../kernels/csr-matmul";
import { csrRows } from "../kernels/csr-rows";
import type { DeviceCsr } from "../kernels/device-csr";
import { type Features, featureWidth, project } from "./features";
import { chooseRows, type RowChoice } from "./row-choice";
import { addBias } from "./rows";
import { sumOfSeen } from "./seen-cells";

export interface GcnConvParams {
  readonly weight: tf.Tensor2D; // (in, out)
  readonly bias: tf.Tensor1D | null; // (out,)
}

/**
 * Graph convolution  Â X W + b.
 *
 * @param adjacency  Â = D^-1/2 (A + I) D^-1/2, shape (nRows, nCols)
 * @param features   X, shape (nCols, in)
 * @param wanted     rows of the result to compute; null for all
 * @returns          shape (nRows or as many as are wanted, out)
 * Source: Kipf & Welling 2017, arXiv:1609.02907, eq. 2; torch_geometric.nn.GCNConv.
 */
export function gcnConv(
  adjacency: DeviceCsr,
  features: Features,
  { weight, bias }: GcnConvParams,
  wanted: RowChoice | null = null,
): tf.Tensor2D {
  return addBias(aggregateAndProject(adjacency, features, weight, wanted), bias);
}

/**
 * Â X W, or the wanted rows of it. Â(XW) = (ÂX)W: neighbours are summed in the narrower of the two widths, and before
 * the product where only some rows of it are wanted, since it costs more than the sum.
 */
export function aggregateAndProject(
  adjacency: DeviceCsr,
  features: Features,
  weight: tf.Tensor2D,
  wanted: RowChoice | null,
): tf.Tensor2D {
  const [nIn, nOut] = [featureWidth(features), weight.shape[1]];
  if (features.kind === "dense" && (nIn < nOut || (wanted && nIn === nOut)))
    return project({ kind: "dense", x: aggregate(adjacency, features.x, wanted) }, weight);
  const ofSeen = wanted ? null : sumOfSeen(adjacency, features, weight);
  return ofSeen ?? aggregate(adjacency, project(features, weight), wanted);
}

/** Â X, or the wanted rows of it. */
function aggregate(adjacency: DeviceCsr, x: tf.Tensor2D, wanted: RowChoice | null): tf.Tensor2D {
  const rows = wanted && csrRows(adjacency, wanted);
  return rows ? csrMatmul(rows, x) : chooseRows(csrMatmul(adjacency, x), wanted);
}
