import { type Block, cutBlock } from "./blocks";
import type { Csr } from "./csr";
import { mergedEgoNets } from "./ego-nets";
import { createExpansion } from "./expansion";

/** A range of a matrix's rows, with the columns that they read numbered anew: the block's own rows first. */
export interface RowBlock {
  readonly firstRow: number;
  readonly block: Block;
  /** The row of the whole that each column of the block stands for, -1 for padding. */
  readonly cells: Int32Array; // (block.nCols,)
}

/**
 * A square matrix in ranges of about equally many rows. Together the blocks hold every entry once, in its place in its row.
 *
 * Cost: O(nnz + nRows) time; columns that several blocks read are listed in each.
 */
export function cutRowBlocks(matrix: Csr, nBlocks: number): RowBlock[] {
  const expansion = createExpansion(matrix, 1);
  const bound = (b: number): number => Math.round((matrix.nRows * b) / nBlocks);
  const blocks: RowBlock[] = [];
  for (let b = 0; b < nBlocks; b++) {
    const [firstRow, end] = [bound(b), bound(b + 1)];
    if (end === firstRow) continue;
    const targets = Uint32Array.from({ length: end - firstRow }, (_, i) => firstRow + i);
    mergedEgoNets(expansion, targets, 1);
    const block = cutBlock(expansion.rows[0], targets.length, expansion.nCells);
    const cells = new Int32Array(block.nCols).fill(-1);
    cells.set(expansion.cells.subarray(0, expansion.nCells));
    blocks.push({ firstRow, block, cells });
  }
  return blocks;
}
