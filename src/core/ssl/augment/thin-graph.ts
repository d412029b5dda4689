import { cutBlock } from "../../graph/blocks";
import { type RowList, thinned } from "../../graph/row-list";
import { uploadCsrPair } from "../../kernels/device-csr";
import type { BatchGraph } from "../graph-batch";

/**
 * Sets `keep` to 0 for neighbours that a cell is not to hear.
 *
 * @param neighbours  cell ids, the cell itself not among them; the first n count
 * @param keep        one for each, 1 as long as it stays
 */
export type Thinning = (cell: number, neighbours: Int32Array, n: number, keep: Uint8Array) => void;

/**
 * The graphs of a batch without some of their edges. Where a row lost neighbours, the weights of those left are scaled by
 * (neighbours before) / (neighbours left), the cell's own entry kept as it is: means and softmax are then over those left,
 * and a GCN row keeps its expected value. Padded to a few sizes as sub-graphs are (docs/sub-graphs.md).
 *
 * @param graphs  one for each layer, or one that serves all
 * @param cells   the cell behind each column of the first one
 * @returns       as many graphs, on the device until the scope (`tf.tidy`) ends in which they are made
 * Cost: O(entries) on the host, and their upload.
 */
export function thinGraph(graphs: readonly BatchGraph[], cells: Int32Array, thin: readonly Thinning[]): BatchGraph[] {
  if (thin.length === 0) return [...graphs];
  let nSources = cells.findLastIndex((cell) => cell >= 0) + 1;
  return graphs.map((graph) => {
    const block = cutBlock(thinRows(graph, cells, thin), graph.nValid, nSources);
    nSources = graph.nValid;
    return { matrix: uploadCsrPair(block, block.transposed, { owner: "scope" }), nValid: graph.nValid, csr: block };
  });
}

function thinRows({ csr, nValid }: BatchGraph, cells: Int32Array, thin: readonly Thinning[]): RowList {
  const nnz = csr.indptr[nValid];
  const rows: RowList = {
    begin: new Uint32Array(nValid),
    end: new Uint32Array(nValid),
    indices: new Uint32Array(nnz),
    data: new Float32Array(nnz),
    nEntries: 0,
  };
  const neighbours = new Int32Array(nnz);
  const keep = new Uint8Array(nnz);
  for (let i = 0; i < nValid; i++) {
    const [first, last] = [csr.indptr[i], csr.indptr[i + 1]];
    let n = 0;
    for (let e = first; e < last; e++) if (csr.indices[e] !== i) neighbours[n++] = cells[csr.indices[e]];
    keep.fill(1, 0, n);
    for (const rule of thin) rule(cells[i], neighbours, n, keep);
    rows.begin[i] = rows.nEntries;
    for (let e = first, k = 0; e < last; e++) {
      if (csr.indices[e] !== i && keep[k++] === 0) continue;
      rows.indices[rows.nEntries] = csr.indices[e];
      rows.data[rows.nEntries++] = csr.data[e];
    }
    rows.end[i] = rows.nEntries;
    thinned(rows, i, last - first);
  }
  return rows;
}
