import type * as tf from "@tensorflow/tfjs-core";
import { csrMatmul } from "../kernels/csr-matmul";
import type { DeviceCsr } from "../kernels/device-csr";
import { type Features, featureWidth, project } from "./features";
import { addBias } from "./rows";

export interface GcnConvParams {
  readonly weight: tf.Tensor2D; // (in, out)
  readonly bias: tf.Tensor1D | null; // (out,)
}

/**
 * Graph convolution  Â X W + b.
 *
 * @param adjacency  Â = D^-1/2 (A + I) D^-1/2, shape (nRows, nCols)
 * @param features   X, shape (nCols, in)
 * @returns          shape (nRows, out)
 * Source: Kipf & Welling 2017, arXiv:1609.02907, eq. 2; torch_geometric.nn.GCNConv.
 */
export function gcnConv(adjacency: DeviceCsr, features: Features, { weight, bias }: GcnConvParams): tf.Tensor2D {
  // Â(XW) = (ÂX)W: neighbours are summed in the narrower of the two widths
  if (features.kind === "dense" && featureWidth(features) < weight.shape[1]) {
    return addBias(project({ kind: "dense", x: csrMatmul(adjacency, features.x) }, weight), bias);
  }
  return addBias(csrMatmul(adjacency, project(features, weight)), bias);
}
