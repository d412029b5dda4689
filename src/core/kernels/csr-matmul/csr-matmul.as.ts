import { madd, weightedRowSum } from "../simd.as";

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
 * packed[block][j] = channels 32 * block .. of x[j], 128 bytes each. Rows of x lie a power of two apart when it is as
 * wide as networks are, so that one block of channels in place would share a few sets of the cache and throw itself out.
 */
export function packChannels(
  fromBlock: i32, toBlock: i32, nRows: i32, channels: i32, x: usize, packed: usize,
): void {
  const rowStep = <usize>channels << 2;
  let to = packed + (<usize>fromBlock * <usize>nRows << 7);
  for (let block = fromBlock; block < toBlock; block++) {
    const c = <usize>block << 7;
    const bytes = min<usize>(128, rowStep - c);
    for (let j = 0; j < nRows; j++) {
      copyFloats(to, x + <usize>j * rowStep + c, bytes);
      to += 128;
    }
  }
}

/** csrMatmul with x packed, block after block of channels, for matrices that meet each row of x many times. */
export function csrMatmulPacked(
  fromRow: i32, toRow: i32, nCols: i32, channels: i32, indptr: usize, indices: usize, data: usize, packed: usize,
  out: usize,
): void {
  const rowStep = <usize>channels << 2;
  let x = packed;
  for (let c = 0; c < channels; c += 32) {
    for (let i = fromRow; i < toRow; i++) {
      const first = <usize>load<u32>(indptr + (<usize>i << 2)) << 2;
      const last = <usize>load<u32>(indptr + (<usize>i << 2), 4) << 2;
      const to = out + <usize>i * rowStep + (<usize>c << 2);
      weightedRowSum(indices + first, indices + last, data + first, 4, x, 128, to, min<i32>(32, channels - c));
    }
    x += <usize>nCols << 7;
  }
}

// @ts-ignore: decorator
@inline
function copyFloats(to: usize, from: usize, bytes: usize): void {
  let k: usize = 0;
  for (; k + 16 <= bytes; k += 16) v128.store(to + k, v128.load(from + k));
  for (; k < bytes; k += 4) store<f32>(to + k, load<f32>(from + k));
}

/**
 * out = A^T x from A's own rows: each entry adds data[e] * x[i, :] to out[indices[e], :]. For a fixed output the terms
 * come in ascending i, the order in which the transposed matrix lists them, so both forms give the same bits.
 * A thread takes blocks of 32 channels and sums each in its scratch space, nCols * 128 bytes, packed as above.
 */
export function csrMatmulScatter(
  fromBlock: i32, toBlock: i32, scratch: usize, nRows: i32, nCols: i32, channels: i32, indptr: usize, indices: usize,
  data: usize, x: usize, out: usize,
): void {
  const rowStep = <usize>channels << 2;
  for (let block = fromBlock; block < toBlock; block++) {
    const c = <usize>block << 7;
    const bytes = min<usize>(128, rowStep - c);
    memory.fill(scratch, 0, <usize>nCols << 7);
    if (bytes == 128) scatterWide(nRows, rowStep, indptr, indices, data, x + c, scratch);
    else scatterNarrow(nRows, rowStep, bytes, indptr, indices, data, x + c, scratch);
    for (let j = 0; j < nCols; j++) copyFloats(out + <usize>j * rowStep + c, scratch + (<usize>j << 7), bytes);
  }
}

/** 32 channels. */
function scatterWide(
  nRows: i32, rowStep: usize, indptr: usize, indices: usize, data: usize, x: usize, sums: usize,
): void {
  for (let i = 0; i < nRows; i++) {
    const row = x + <usize>i * rowStep;
    const x0 = v128.load(row), x1 = v128.load(row, 16), x2 = v128.load(row, 32), x3 = v128.load(row, 48);
    const x4 = v128.load(row, 64), x5 = v128.load(row, 80), x6 = v128.load(row, 96), x7 = v128.load(row, 112);
    const end = <usize>load<u32>(indptr + (<usize>i << 2), 4) << 2;
    for (let e = <usize>load<u32>(indptr + (<usize>i << 2)) << 2; e < end; e += 4) {
      const value = v128.load32_splat(data + e);
      const to = sums + (<usize>load<u32>(indices + e) << 7);
      v128.store(to, madd(value, x0, v128.load(to)));
      v128.store(to, madd(value, x1, v128.load(to, 16)), 16);
      v128.store(to, madd(value, x2, v128.load(to, 32)), 32);
      v128.store(to, madd(value, x3, v128.load(to, 48)), 48);
      v128.store(to, madd(value, x4, v128.load(to, 64)), 64);
      v128.store(to, madd(value, x5, v128.load(to, 80)), 80);
      v128.store(to, madd(value, x6, v128.load(to, 96)), 96);
      v128.store(to, madd(value, x7, v128.load(to, 112)), 112);
    }
  }
}

/** Fewer than 32 channels: the last block of a width that 32 does not divide. */
function scatterNarrow(
  nRows: i32, rowStep: usize, bytes: usize, indptr: usize, indices: usize, data: usize, x: usize, sums: usize,
): void {
  for (let i = 0; i < nRows; i++) {
    const row = x + <usize>i * rowStep;
    const end = <usize>load<u32>(indptr + (<usize>i << 2), 4) << 2;
    for (let e = <usize>load<u32>(indptr + (<usize>i << 2)) << 2; e < end; e += 4) {
      const value = v128.load32_splat(data + e);
      const to = sums + (<usize>load<u32>(indices + e) << 7);
      let k: usize = 0;
      for (; k + 16 <= bytes; k += 16)
        v128.store(to + k, madd(value, v128.load(row + k), v128.load(to + k)));
      for (; k < bytes; k += 4) store<f32>(to + k, load<f32>(to + k) + load<f32>(data + e) * load<f32>(row + k));
    }
  }
}
