import { LabError } from "../errors";

/** Sparse matrix in compressed sparse row form; row i owns indices[indptr[i] .. indptr[i + 1]). */
export interface Csr {
  readonly nRows: number;
  readonly nCols: number;
  readonly indptr: Uint32Array; // (nRows + 1,)
  readonly indices: Uint32Array; // (nnz,)
  readonly data: Float32Array; // (nnz,)
}

/** Transpose by counting sort, O(nnz); columns ascend inside a row. `from[e]` is the entry that moved to e. */
export function transpose({ nRows, nCols, indptr, indices, data }: Csr): Csr & { readonly from: Uint32Array } {
  const outPtr = new Uint32Array(nCols + 1);
  const nnz = indices.length;
  for (let e = 0; e < nnz; e++) outPtr[indices[e] + 1]++;
  for (let j = 0; j < nCols; j++) outPtr[j + 1] += outPtr[j];

  const next = outPtr.slice(0, nCols);
  const outIndices = new Uint32Array(nnz);
  const outData = new Float32Array(nnz);
  const from = new Uint32Array(nnz);
  for (let i = 0; i < nRows; i++) {
    for (let e = indptr[i]; e < indptr[i + 1]; e++) {
      const to = next[indices[e]]++;
      outIndices[to] = i;
      outData[to] = data[e];
      from[to] = e;
    }
  }
  return { nRows: nCols, nCols: nRows, indptr: outPtr, indices: outIndices, data: outData, from };
}

/** Throws LabError("format") unless indptr is monotone and every index is in range. */
export function validateCsr({ nRows, nCols, indptr, indices, data }: Csr): void {
  const fail = (why: string): never => {
    throw new LabError("format", `Sparse matrix: ${why}.`);
  };
  if (indptr.length !== nRows + 1) fail(`indptr has length ${indptr.length}, expected ${nRows + 1}`);
  if (indptr[0] !== 0 || indptr[nRows] !== indices.length)
    fail(`indptr ends at ${indptr[nRows]}, there are ${indices.length} entries`);
  if (data.length !== indices.length) fail(`data has length ${data.length}, indices ${indices.length}`);
  for (let i = 0; i < nRows; i++) if (indptr[i] > indptr[i + 1]) fail(`indptr decreases at row ${i}`);
  for (let e = 0; e < indices.length; e++)
    if (indices[e] >= nCols) fail(`column ${indices[e]} is outside [0, ${nCols})`);
}
