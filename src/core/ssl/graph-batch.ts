import * as tf from "@tensorflow/tfjs-core";
import type { Csr } from "../graph/csr";
import { type DeviceCsr, uploadCsr } from "../kernels/device-csr";
import type { LayerGraph } from "../nn/layer-graph";
import { columnMoments } from "../preprocess/normalize";

/** Cells and the edges that feed them, on the device. The full graph is one batch. */
export interface GraphBatch {
  readonly nObs: number;
  readonly nVars: number;
  readonly x: DeviceCsr; // preprocessed expression, (nObs, nVars)
  readonly graphs: readonly LayerGraph[]; // one for each layer, or one that serves all
  readonly rowSquares: tf.Tensor2D; // Σ x² of every cell, (nObs, 1)
  readonly geneMeans: tf.Tensor1D; // (nVars,)
  dispose(): void;
}

/** Uploads expression and graph; the tensors live until `dispose`. */
export function uploadBatch(expression: Csr, graph: Csr): GraphBatch {
  const { nRows: nObs, nCols: nVars, indptr, data } = expression;
  const squares = new Float32Array(nObs);
  for (let i = 0; i < nObs; i++) {
    let sum = 0;
    for (let e = indptr[i]; e < indptr[i + 1]; e++) sum += data[e] * data[e];
    squares[i] = sum;
  }
  const x = uploadCsr(expression);
  const edges = uploadCsr(graph);
  const rowSquares = tf.keep(tf.tensor2d(squares, [nObs, 1]));
  const geneMeans = tf.keep(tf.tensor1d(columnMoments(expression).mean));
  const dispose = () => {
    for (const part of [x, edges, rowSquares, geneMeans]) part.dispose();
  };
  const graphs = [{ matrix: edges, nValid: nObs }];
  return { nObs, nVars, x, graphs, rowSquares, geneMeans, dispose };
}
