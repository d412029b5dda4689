import { weightedRowSum } from "../simd.as";

/** out[i, :] = sum over entries e of row i of data[e] * x[indices[e], :]. All pointers to 4-byte elements. */
export function csrMatmul(
  nRows: i32, channels: i32, indptr: usize, indices: usize, data: usize, x: usize, out: usize,
): void {
  const rowStep = <usize>channels << 2;
  for (let i = 0; i < nRows; i++) {
    const first = <usize>load<u32>(indptr + (<usize>i << 2)) << 2;
    const last = <usize>load<u32>(indptr + (<usize>i << 2), 4) << 2;
    weightedRowSum(indices + first, indices + last, data + first, 4, x, rowStep, out + <usize>i * rowStep, channels);
  }
}
