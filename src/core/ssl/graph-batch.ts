import * as tf from "@tensorflow/tfjs-core";
import type { Csr } from "../graph/csr";
import type { SubGraph } from "../graph/sub-graphs";
import { uploadCsr } from "../kernels/device-csr";
import { type DeviceExpression, PADDING, type RawExpression, uploadExpression } from "../kernels/expression";
import { type LayerGraph, uploadBlock, uploadRowBlocks } from "../nn/layer-graph";
import type { Normalization } from "../preprocess/normalize";

/** What a layer reads of the graph, on the device and as it was uploaded, from which views without some edges are cut. */
export interface BatchGraph extends LayerGraph {
  readonly csr: Csr;
}

/** Cells and the edges that feed them, on the device. The full graph is one batch, of which all cells are targets. */
export interface GraphBatch {
  /** Cells of the batch: the leading rows, of which the first are the targets, the cells that a loss is taken of. */
  readonly nObs: number;
  readonly nTargets: number;
  readonly nVars: number;
  /** Expression of the whole slice; every batch reads the one upload. */
  readonly x: DeviceExpression;
  /** The cell of each row that the first layer reads, PADDING behind the last. */
  readonly cells: Int32Array;
  readonly graphs: readonly BatchGraph[]; // one for each layer, or one that serves all
  readonly rowSquares: Float32Array; // Σ x² of every cell of the slice
  readonly geneMeans: tf.Tensor1D; // of x over all cells, (nVars,)
  /** What a loss may know of cells; null where no label was given. */
  readonly labels: BatchLabels | null;
  dispose(): void;
}

/** Classes of cells, by cell as expression is, so that batches and the order of rows do not concern them. */
export interface BatchLabels {
  readonly codes: Int32Array; // (cells of the slice,), -1 without label
  readonly nClasses: number;
  /** n / (nClasses n_c): a weight for each class with which all count alike; 0 for one that no cell has. */
  readonly classWeights: Float32Array; // (nClasses,)
}

/** Codes that may be learned from, with the weights that balance their classes. */
export function batchLabels(codes: Int32Array, nClasses: number): BatchLabels {
  const counts = new Float64Array(nClasses);
  for (const code of codes) if (code >= 0) counts[code]++;
  const n = counts.reduce((a, b) => a + b, 0);
  return { codes, nClasses, classWeights: Float32Array.from(counts, (k) => (k > 0 ? n / (nClasses * k) : 0)) };
}

/**
 * Uploads a slice's expression and graph; the tensors live until `dispose`.
 *
 * @param graph      in the order of the batch's rows
 * @param order      the cell of each row, every cell once; by default rows stand as cells do
 * @param rowBlocks  ranges of rows that layers are trained in; 1 trains them whole
 * @param labels     classes to learn, by cell
 */
export function uploadBatch(
  raw: RawExpression,
  normalization: Normalization,
  graph: Csr,
  {
    order,
    rowBlocks = 1,
    labels = null,
  }: { order?: Uint32Array; rowBlocks?: number; labels?: BatchLabels | null } = {},
): GraphBatch {
  const { nObs, nVars } = raw;
  const x = uploadExpression(raw, normalization);
  const edges = uploadCsr(graph);
  const blocks = rowBlocks > 1 ? uploadRowBlocks(graph, rowBlocks) : [];
  const geneMeans = tf.keep(tf.tensor1d(normalization.geneMeans));
  const dispose = () => {
    for (const part of [x, edges, geneMeans, ...blocks]) part.dispose();
  };
  const cells = order ? Int32Array.from(order) : Int32Array.from({ length: nObs }, (_, i) => i);
  const graphs = [{ matrix: edges, nValid: nObs, csr: graph, ...(rowBlocks > 1 && { rowBlocks: blocks }) }];
  const { rowSquares } = normalization;
  return { nObs, nTargets: nObs, nVars, x, cells, graphs, rowSquares, geneMeans, labels, dispose };
}

/** A part of a batch's slice, on the same upload of its expression; `dispose` frees the part alone. */
export function uploadSubGraph(whole: GraphBatch, { cells, nCells, nTargets, blocks }: SubGraph): GraphBatch {
  const graphs = blocks.map((block) => ({ ...uploadBlock(block), csr: block }));
  const dispose = () => {
    for (const { matrix } of graphs) matrix.dispose();
  };
  return { ...whole, nObs: nCells, nTargets, cells: cells.slice().fill(PADDING, nCells), graphs, dispose };
}
