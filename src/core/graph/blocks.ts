import { paddedSize } from "./padded-size";
import type { RowList } from "./row-list";

/** Rows of a CSR and room behind them: entries from indptr's last value on are padding that no row owns. */
export interface PaddedRows {
  readonly indptr: Uint32Array;
  readonly indices: Uint32Array;
  readonly data: Float32Array;
}

/**
 * What one layer of a network reads of a sub-graph: the convolution matrix from its source cells (columns) to the cells
 * that it computes (rows), which are the first of the source cells. Rows from `nValid` on are padding and empty.
 */
export interface Block extends PaddedRows {
  readonly nRows: number;
  readonly nCols: number;
  /** The leading rows that stand for cells. */
  readonly nValid: number;
  /** Shape (nCols, nRows), columns ascending; `from[e]` is the entry of the block that moved to e. */
  readonly transposed: PaddedRows & { readonly from: Uint32Array };
}

/**
 * The first `nValid` rows of a list as a block, with its transpose by counting, both padded to a few sizes.
 *
 * @param nSources  the columns that stand for cells
 */
export function cutBlock(rows: RowList, nValid: number, nSources: number): Block {
  const [nRows, nCols] = [paddedSize(nValid), paddedSize(nSources)];
  const indptr = new Uint32Array(nRows + 1);
  for (let i = 0; i < nValid; i++) indptr[i + 1] = indptr[i] + rows.end[i] - rows.begin[i];
  const nnz = indptr[nValid];
  indptr.fill(nnz, nValid + 1);
  const size = paddedSize(nnz);
  const indices = new Uint32Array(size);
  const data = new Float32Array(size);

  const backPtr = new Uint32Array(nCols + 1);
  for (let i = 0; i < nValid; i++) {
    for (let e = rows.begin[i], to = indptr[i]; e < rows.end[i]; e++, to++) {
      indices[to] = rows.indices[e];
      data[to] = rows.data[e];
      backPtr[rows.indices[e] + 1]++;
    }
  }
  for (let j = 0; j < nCols; j++) backPtr[j + 1] += backPtr[j];

  const backIndices = new Uint32Array(size);
  const backData = new Float32Array(size);
  const from = new Uint32Array(size);
  // each start moves to the end of its row, which is the start of the next
  for (let i = 0; i < nValid; i++) {
    for (let e = indptr[i]; e < indptr[i + 1]; e++) {
      const to = backPtr[indices[e]]++;
      backIndices[to] = i;
      backData[to] = data[e];
      from[to] = e;
    }
  }
  backPtr.copyWithin(1, 0, nCols);
  backPtr[0] = 0;
  return {
    nRows,
    nCols,
    nValid,
    indptr,
    indices,
    data,
    transposed: { indptr: backPtr, indices: backIndices, data: backData, from },
  };
}
