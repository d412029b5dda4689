import { weightedRowSum } from "../simd.as";

/** out[i, :] = sum over entries e of row i of data[e] * x[indices[e], :]. All pointers to 4-byte elements. */
export function csrMatmul(
  fromRow: i32, toRow: i32, channels: i32, indptr: usize, indices: usize, data: usize, x: usize, out: usize,
): void {
  const rowStep = <usize>channels << 2;
  for (let i = fromRow; i < toRow; i++) {
    const first = <usize>load<u32>(indptr + (<usize>i << 2)) << 2;
    const last = <usize>load<u32>(indptr + (<usize>i << 2), 4) << 2;
    weightedRowSum(indices + first, indices + last, data + first, 4, x, rowStep, out + <usize>i * rowStep, channels);
  }
}

/**
 * out = A^T x from A's own rows: each entry adds data[e] * x[i, :] to out[indices[e], :]. For a fixed output the terms
 * come in ascending i, the order in which the transposed matrix lists them, so both forms give the same bits.
 * The channels are cut into blocks of 32, so that the part of `out` in play stays in the cache; a thread takes blocks.
 */
export function csrMatmulScatter(
  fromBlock: i32, toBlock: i32, nRows: i32, nCols: i32, channels: i32, indptr: usize, indices: usize, data: usize,
  x: usize, out: usize,
): void {
  const rowStep = <usize>channels << 2;
  const bytes = min<usize>(rowStep, <usize>toBlock << 7);
  let c = <usize>fromBlock << 7;
  for (let j = 0; j < nCols; j++) memory.fill(out + <usize>j * rowStep + c, 0, bytes - c);
  for (; c + 128 <= bytes; c += 128) {
    for (let i = 0; i < nRows; i++) {
      const row = x + <usize>i * rowStep + c;
      const x0 = v128.load(row), x1 = v128.load(row, 16), x2 = v128.load(row, 32), x3 = v128.load(row, 48);
      const x4 = v128.load(row, 64), x5 = v128.load(row, 80), x6 = v128.load(row, 96), x7 = v128.load(row, 112);
      const end = <usize>load<u32>(indptr + (<usize>i << 2), 4) << 2;
      for (let e = <usize>load<u32>(indptr + (<usize>i << 2)) << 2; e < end; e += 4) {
        const value = v128.load32_splat(data + e);
        const to = out + <usize>load<u32>(indices + e) * rowStep + c;
        v128.store(to, f32x4.add(v128.load(to), f32x4.mul(value, x0)));
        v128.store(to, f32x4.add(v128.load(to, 16), f32x4.mul(value, x1)), 16);
        v128.store(to, f32x4.add(v128.load(to, 32), f32x4.mul(value, x2)), 32);
        v128.store(to, f32x4.add(v128.load(to, 48), f32x4.mul(value, x3)), 48);
        v128.store(to, f32x4.add(v128.load(to, 64), f32x4.mul(value, x4)), 64);
        v128.store(to, f32x4.add(v128.load(to, 80), f32x4.mul(value, x5)), 80);
        v128.store(to, f32x4.add(v128.load(to, 96), f32x4.mul(value, x6)), 96);
        v128.store(to, f32x4.add(v128.load(to, 112), f32x4.mul(value, x7)), 112);
      }
    }
  }
  for (; c + 16 <= bytes; c += 16) {
    for (let i = 0; i < nRows; i++) {
      const x0 = v128.load(x + <usize>i * rowStep + c);
      const end = <usize>load<u32>(indptr + (<usize>i << 2), 4) << 2;
      for (let e = <usize>load<u32>(indptr + (<usize>i << 2)) << 2; e < end; e += 4) {
        const to = out + <usize>load<u32>(indices + e) * rowStep + c;
        v128.store(to, f32x4.add(v128.load(to), f32x4.mul(v128.load32_splat(data + e), x0)));
      }
    }
  }
  if (c == bytes) return;
  for (let i = 0; i < nRows; i++) {
    const row = x + <usize>i * rowStep;
    const end = <usize>load<u32>(indptr + (<usize>i << 2), 4) << 2;
    for (let e = <usize>load<u32>(indptr + (<usize>i << 2)) << 2; e < end; e += 4) {
      const value = load<f32>(data + e);
      const to = out + <usize>load<u32>(indices + e) * rowStep;
      for (let k = c; k < bytes; k += 4) store<f32>(to + k, load<f32>(to + k) + value * load<f32>(row + k));
    }
  }
}
