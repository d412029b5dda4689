import * as tf from "@tensorflow/tfjs-core";
import type { Csr } from "../graph/csr";
import { uploadCsr } from "../kernels/device-csr";
import {
  type DeviceExpression,
  type RawExpression,
  type RowList,
  uploadExpression,
  uploadRows,
} from "../kernels/expression";
import type { LayerGraph } from "../nn/layer-graph";
import type { Normalization } from "../preprocess/normalize";

/** Cells and the edges that feed them, on the device. The full graph is one batch. */
export interface GraphBatch {
  /** Rows of the batch. */
  readonly nObs: number;
  readonly nVars: number;
  /** Expression of the whole slice; every batch reads the one upload. */
  readonly x: DeviceExpression;
  /** The cell of each row, PADDING for none; nothing hidden. */
  readonly rows: RowList;
  readonly graphs: readonly LayerGraph[]; // one for each layer, or one that serves all
  readonly rowSquares: Float32Array; // Σ x² of every cell of the slice
  readonly geneMeans: tf.Tensor1D; // of x over all cells, (nVars,)
  dispose(): void;
}

/** Uploads a slice's expression and graph; the tensors live until `dispose`. */
export function uploadBatch(raw: RawExpression, normalization: Normalization, graph: Csr): GraphBatch {
  const { nObs, nVars } = raw;
  const x = uploadExpression(raw, normalization);
  const rows = uploadRows(
    x,
    Int32Array.from({ length: nObs }, (_, i) => i),
  );
  const edges = uploadCsr(graph);
  const geneMeans = tf.tensor1d(normalization.geneMeans);
  const owned = [rows.index, geneMeans, ...(rows.back?.link ? [rows.back.link] : [])].map((tensor) => tf.keep(tensor));
  const dispose = () => {
    for (const part of [x, edges, ...owned]) part.dispose();
  };
  const graphs = [{ matrix: edges, nValid: nObs }];
  return { nObs, nVars, x, rows, graphs, rowSquares: normalization.rowSquares, geneMeans, dispose };
}
