import type { Csr } from "../../graph/csr";

/** out[i, :] = sum over entries e of row i of data[e] * x[indices[e], :], in CSR order. */
export function csrMatmulReference(
  { nRows, indptr, indices, data }: Pick<Csr, "nRows"> & CsrNumbers,
  x: ArrayLike<number>,
  nChannels: number,
): Float32Array {
  const out = new Float32Array(nRows * nChannels);
  for (let i = 0; i < nRows; i++) {
    for (let c = 0; c < nChannels; c++) {
      let sum = 0;
      for (let e = indptr[i]; e < indptr[i + 1]; e++) sum += data[e] * x[indices[e] * nChannels + c];
      out[i * nChannels + c] = sum;
    }
  }
  return out;
}

/** The arrays of a CSR, whatever integer type they came back in. */
export interface CsrNumbers {
  readonly indptr: ArrayLike<number>;
  readonly indices: ArrayLike<number>;
  readonly data: ArrayLike<number>;
}
