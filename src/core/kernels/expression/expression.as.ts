// Products of raw counts, see index.ts. An entry is made into a pair (gene: u32, value: f32), a row of the list at a time,
// and the pairs are read once for each block of 32 channels, or written out as a dense row.
import { madd } from "../simd.as";
import { expandRow, means, noiseOnAll, nVars, rowEntries, setExpression, TABLES } from "./entries.as";

/**
 * y[r, :] = base[0] + sum of the row's values * w, base[1] for a hidden row, zeros for padding; w packed in blocks. The same
 * with `column`, one channel with a base and an output of its own, unless it is 0.
 */
export function expressionMatmul(
  fromRow: i32, toRow: i32, scratch: usize, obs: i32, vars: i32, kinds: i32, headerAt: usize, genesAt: usize,
  countsAt: usize, drop: u32, dropBelow: u32, noise: u32, deviation: f32, count: u32, countBelow: u32,
  meansAt: usize, rows: usize, capacity: i32, tileRows: i32, channels: i32, base: usize, packed: usize, out: usize,
  column: usize, columnBase: usize, columnOut: usize,
): void {
  const ends = scratch + TABLES; // of the tile's rows
  const pairs = ends + (<usize>tileRows << 2);
  setExpression(scratch, obs, vars, kinds, headerAt, genesAt, countsAt, drop, dropBelow, noise, deviation, count, countBelow, meansAt);
  const rowBytes = <usize>channels << 2;
  const widest: usize = noiseOnAll || means ? nVars + 4 : 0;
  let r = fromRow;
  while (r < toRow) {
    const first = r;
    const limit = pairs + (<usize>capacity << 3);
    let to = pairs;
    for (; r < toRow && r - first < tileRows; r++) {
      const cell = load<i32>(rows + (<usize>r << 2));
      if (cell >= 0) {
        const room = widest ? widest : <usize>rowEntries(cell) + 4;
        if (to + (room << 3) > limit) break;
        to = expandRow(cell, to);
      }
      store<u32>(ends + (<usize>(r - first) << 2), <u32>to);
    }
    let block = packed;
    for (let c: usize = 0; c < rowBytes; c += 128) {
      const bytes = min<usize>(128, rowBytes - c);
      let from = pairs;
      for (let i = first; i < r; i++) {
        const end = <usize>load<u32>(ends + (<usize>(i - first) << 2));
        const cell = load<i32>(rows + (<usize>i << 2));
        const y = out + <usize>i * rowBytes + c;
        if (cell >= 0) {
          if (bytes == 128) rowSumWide(from, end, block, base + c, y);
          else rowSumNarrow(from, end, block, bytes, base + c, y);
        } else if (cell == -1) rowSumNarrow(from, from, block, bytes, base + rowBytes + c, y); // no call of the platform
        else memory.fill(y, 0, bytes);
        from = end;
      }
      block += <usize>nVars * bytes;
    }
    if (column) {
      let from = pairs;
      for (let i = first; i < r; i++) {
        const end = <usize>load<u32>(ends + (<usize>(i - first) << 2));
        const cell = load<i32>(rows + (<usize>i << 2));
        const y = columnOut + (<usize>i << 2);
        if (cell >= -1) rowSumNarrow(from, end, column, 4, cell < 0 ? columnBase + 4 : columnBase, y);
        else store<f32>(y, 0);
        from = end;
      }
    }
  }
}

/** Blocks of 32 channels of w one behind the other, (nRows, up to 32) each: rows in place would share sets of the cache. */
export function packBlocks(fromBlock: i32, toBlock: i32, nRows: i32, channels: i32, w: usize, packed: usize): void {
  const rowBytes = <usize>channels << 2;
  for (let b = fromBlock; b < toBlock; b++) {
    const c = <usize>b << 7;
    const bytes = min<usize>(128, rowBytes - c);
    const to = packed + c * <usize>nRows;
    for (let j = 0; j < nRows; j++) memory.copy(to + <usize>j * bytes, w + <usize>j * rowBytes + c, bytes);
  }
}

/** out[r, :] = the values of row r of the list, zeros among them, and for rows of no cell; (nRows, nVars). */
export function writeExpression(
  fromRow: i32, toRow: i32, scratch: usize, obs: i32, vars: i32, kinds: i32, headerAt: usize, genesAt: usize,
  countsAt: usize, drop: u32, dropBelow: u32, noise: u32, deviation: f32, count: u32, countBelow: u32,
  meansAt: usize, rows: usize, out: usize,
): void {
  setExpression(scratch, obs, vars, kinds, headerAt, genesAt, countsAt, drop, dropBelow, noise, deviation, count, countBelow, meansAt);
  const pairs = scratch + TABLES;
  const rowBytes = <usize>nVars << 2;
  for (let r = fromRow; r < toRow; r++) {
    const to = out + <usize>r * rowBytes;
    memory.fill(to, 0, rowBytes);
    const cell = load<i32>(rows + (<usize>r << 2));
    if (cell < 0) continue;
    const end = expandRow(cell, pairs);
    for (let p = pairs; p < end; p += 8) store<f32>(to + (<usize>load<u32>(p) << 2), load<f32>(p, 4));
  }
}

/** y[r, :] += base[0] for a cell, base[1] for a hidden row. */
export function addExpressionBase(fromRow: i32, toRow: i32, channels: i32, rows: usize, base: usize, y: usize): void {
  const rowBytes = <usize>channels << 2;
  for (let r = fromRow; r < toRow; r++) {
    const cell = load<i32>(rows + (<usize>r << 2));
    if (cell >= -1) addFloats(y + <usize>r * rowBytes, base + (cell < 0 ? rowBytes : 0), rowBytes);
  }
}

/** Pairs of some rows of the list at `stride` pairs from row to row, and where each row's end. */
export function expandRows(
  fromRow: i32, toRow: i32, scratch: usize, obs: i32, vars: i32, kinds: i32, headerAt: usize, genesAt: usize,
  countsAt: usize, drop: u32, dropBelow: u32, noise: u32, deviation: f32, count: u32, countBelow: u32,
  meansAt: usize, rows: usize, stride: i32, pairs: usize, ends: usize,
): void {
  setExpression(scratch, obs, vars, kinds, headerAt, genesAt, countsAt, drop, dropBelow, noise, deviation, count, countBelow, meansAt);
  for (let r = fromRow; r < toRow; r++) {
    const cell = load<i32>(rows + (<usize>r << 2));
    const to = pairs + (<usize>r * <usize>stride << 3);
    store<u32>(ends + (<usize>r << 2), <u32>(cell < 0 ? to : expandRow(cell, to)));
  }
}

/**
 * Adds value * dy[r, :] to the packed sums of each pair's gene, row after row; unpacks them to `out` where it is given. The
 * block behind the last is that of `column`, a dy of one channel, with sums and an output of its own.
 */
export function scatterExpression(
  fromBlock: i32, toBlock: i32, vars: i32, channels: i32, nRows: i32, stride: i32, pairs: usize, ends: usize, dy: usize,
  sums: usize, isFirst: i32, out: usize, column: usize, columnSums: usize, columnOut: usize,
): void {
  for (let b = fromBlock; b < toBlock; b++) {
    const isColumn = b << 5 >= channels;
    const rowBytes: usize = isColumn ? 4 : <usize>channels << 2;
    const c: usize = isColumn ? 0 : <usize>b << 7;
    const bytes = min<usize>(128, rowBytes - c);
    const block = isColumn ? columnSums : sums + c * <usize>vars;
    const from = isColumn ? column : dy + c;
    const to = isColumn ? columnOut : out + c;
    if (isFirst) memory.fill(block, 0, <usize>vars * bytes);
    for (let r = 0; r < nRows; r++) {
      const pair = pairs + (<usize>r * <usize>stride << 3);
      const end = <usize>load<u32>(ends + (<usize>r << 2));
      if (pair == end) continue;
      const row = from + <usize>r * rowBytes;
      if (bytes == 128) scatterWide(pair, end, row, block);
      else scatterNarrow(pair, end, row, bytes, block);
    }
    if (out) for (let j = 0; j < vars; j++) memory.copy(to + <usize>j * rowBytes, block + <usize>j * bytes, bytes);
  }
}

/** out[0, :] = sum of dy over rows of cells, out[1, :] over hidden rows; in groups of 64 rows, so that few bits are lost. */
export function expressionRowSums(
  fromBlock: i32, toBlock: i32, scratch: usize, nRows: i32, channels: i32, rows: usize, dy: usize, out: usize,
): void {
  const rowBytes = <usize>channels << 2;
  for (let b = fromBlock; b < toBlock; b++) {
    const c = <usize>b << 7;
    const bytes = min<usize>(128, rowBytes - c);
    memory.fill(scratch, 0, 512); // of the group, then of all, each for cells and for hidden rows
    for (let r = 0; r < nRows; r++) {
      const cell = load<i32>(rows + (<usize>r << 2));
      if (cell >= -1) addFloats(scratch + (cell < 0 ? 128 : 0), dy + <usize>r * rowBytes + c, bytes);
      if ((r & 63) == 63 || r == nRows - 1) {
        addFloats(scratch + 256, scratch, 256);
        memory.fill(scratch, 0, 256);
      }
    }
    memory.copy(out + c, scratch + 256, bytes);
    memory.copy(out + rowBytes + c, scratch + 384, bytes);
  }
}

// @ts-ignore: decorator
@inline
function addFloats(to: usize, from: usize, bytes: usize): void {
  let k: usize = 0;
  for (; k + 16 <= bytes; k += 16) v128.store(to + k, f32x4.add(v128.load(to + k), v128.load(from + k)));
  for (; k < bytes; k += 4) store<f32>(to + k, load<f32>(to + k) + load<f32>(from + k));
}

/**
 * y = base + sum of value * w[gene, :] over the pairs, 32 channels in registers. Exported, so that it stays a function of
 * its own: inside its caller V8 keeps sums on the stack, and the product takes half as long again.
 */
export function rowSumWide(from: usize, end: usize, w: usize, base: usize, y: usize): void {
  let a0 = v128.load(base), a1 = v128.load(base, 16), a2 = v128.load(base, 32), a3 = v128.load(base, 48);
  let a4 = v128.load(base, 64), a5 = v128.load(base, 80), a6 = v128.load(base, 96), a7 = v128.load(base, 112);
  for (let p = from; p < end; p += 8) {
    const value = v128.load32_splat(p, 4);
    const row = w + (<usize>load<u32>(p) << 7);
    a0 = madd(value, v128.load(row), a0);
    a1 = madd(value, v128.load(row, 16), a1);
    a2 = madd(value, v128.load(row, 32), a2);
    a3 = madd(value, v128.load(row, 48), a3);
    a4 = madd(value, v128.load(row, 64), a4);
    a5 = madd(value, v128.load(row, 80), a5);
    a6 = madd(value, v128.load(row, 96), a6);
    a7 = madd(value, v128.load(row, 112), a7);
  }
  v128.store(y, a0); v128.store(y, a1, 16); v128.store(y, a2, 32); v128.store(y, a3, 48);
  v128.store(y, a4, 64); v128.store(y, a5, 80); v128.store(y, a6, 96); v128.store(y, a7, 112);
}

/** Fewer than 32 channels, `bytes` wide. */
function rowSumNarrow(from: usize, end: usize, w: usize, bytes: usize, base: usize, y: usize): void {
  let k: usize = 0;
  for (; k + 16 <= bytes; k += 16) {
    let sum = v128.load(base + k);
    for (let p = from; p < end; p += 8)
      sum = madd(v128.load32_splat(p, 4), v128.load(w + <usize>load<u32>(p) * bytes + k), sum);
    v128.store(y + k, sum);
  }
  for (; k < bytes; k += 4) {
    let sum = load<f32>(base + k);
    for (let p = from; p < end; p += 8) sum += load<f32>(p, 4) * load<f32>(w + <usize>load<u32>(p) * bytes + k);
    store<f32>(y + k, sum);
  }
}

/** sums[gene, :] += value * row for each pair, 32 channels. */
function scatterWide(from: usize, end: usize, row: usize, sums: usize): void {
  const x0 = v128.load(row), x1 = v128.load(row, 16), x2 = v128.load(row, 32), x3 = v128.load(row, 48);
  const x4 = v128.load(row, 64), x5 = v128.load(row, 80), x6 = v128.load(row, 96), x7 = v128.load(row, 112);
  for (let p = from; p < end; p += 8) {
    const value = v128.load32_splat(p, 4);
    const to = sums + (<usize>load<u32>(p) << 7);
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

/** The same with fewer channels, `bytes` wide. */
function scatterNarrow(from: usize, end: usize, row: usize, bytes: usize, sums: usize): void {
  for (let p = from; p < end; p += 8) {
    const value = v128.load32_splat(p, 4);
    const to = sums + <usize>load<u32>(p) * bytes;
    let k: usize = 0;
    for (; k + 16 <= bytes; k += 16)
      v128.store(to + k, madd(value, v128.load(row + k), v128.load(to + k)));
    for (; k < bytes; k += 4) store<f32>(to + k, load<f32>(to + k) + load<f32>(p, 4) * load<f32>(row + k));
  }
}
