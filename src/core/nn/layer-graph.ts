import type { Block } from "../graph/blocks";
import { type DeviceCsr, uploadCsrPair } from "../kernels/device-csr";

/** What one layer of the network reads of a graph. */
export interface LayerGraph {
  /** From source cells (columns) to the cells that the layer computes (rows), which are the first of the columns. */
  readonly matrix: DeviceCsr;
  /** The leading rows that stand for cells; those behind are padding, and empty. */
  readonly nValid: number;
}

/** A sub-graph's block on the device, until its matrix is disposed. */
export function uploadBlock(block: Block): LayerGraph {
  return { matrix: uploadCsrPair(block, block.transposed), nValid: block.nValid };
}
