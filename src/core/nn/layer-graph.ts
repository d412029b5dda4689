import * as tf from "@tensorflow/tfjs-core";
import type { Block } from "../graph/blocks";
import type { Csr } from "../graph/csr";
import { cutRowBlocks } from "../graph/row-blocks";
import { type DeviceCsr, uploadCsrPair } from "../kernels/device-csr";

/** What one layer of the network reads of a graph. */
export interface LayerGraph {
  /** From source cells (columns) to the cells that the layer computes (rows), which are the first of the columns. */
  readonly matrix: DeviceCsr;
  /** The leading rows that stand for cells; those behind are padding, and empty. */
  readonly nValid: number;
  /** The same matrix in ranges of rows: training then goes through one after the other and keeps no layer's inside. */
  readonly rowBlocks?: readonly DeviceRowBlock[];
}

/** A sub-graph's block on the device, until its matrix is disposed. */
export function uploadBlock(block: Block): LayerGraph {
  return { matrix: uploadCsrPair(block, block.transposed), nValid: block.nValid };
}

/** A range of a layer's rows on the device, and the rows of its input that it reads. */
export interface DeviceRowBlock {
  readonly firstRow: number;
  readonly graph: LayerGraph;
  /** The row of the input of each source cell, -1 for padding. */
  readonly cells: Int32Array; // (nCols,)
  readonly sources: tf.Tensor1D; // cells on the device
  readonly own: tf.Tensor1D; // (nRows,), the block's own rows, -1 for padding
  dispose(): void;
}

/** Uploads a full graph's convolution matrix in ranges of rows; the tensors live until `dispose`. */
export function uploadRowBlocks(matrix: Csr, nBlocks: number): DeviceRowBlock[] {
  return cutRowBlocks(matrix, nBlocks).map(({ firstRow, block, cells }) => {
    const graph = uploadBlock(block);
    const own = Int32Array.from({ length: block.nRows }, (_, i) => (i < block.nValid ? firstRow + i : -1));
    const indices = [cells, own].map((values) => tf.keep(tf.tensor1d(values, "int32")));
    const dispose = () => {
      for (const part of [graph.matrix, ...indices]) part.dispose();
    };
    return { firstRow, graph, cells, sources: indices[0], own: indices[1], dispose };
  });
}
