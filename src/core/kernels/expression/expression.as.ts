// Products of raw counts, see index.ts. An entry is made into a pair (gene: u32, value: f32), a row of the list at a time,
// and the pairs are read once for each block of 32 channels.
import { keepMask4, madd } from "../simd.as";

// The expression and the view of the call, set on entry: each thread has an instance of its own.
let nObs: i32, header: usize, genes: usize, counts: usize;
let nVars: i32, countBytes: i32, geneBytes: i32;
let log1p: bool, scaled: bool, dropPerGene: bool, noiseOnAll: bool;
/** 16 floats of the thread's own: log1p of the size factor times 0 .. 15, in which most counts of a row are found. */
let logarithms: usize;
let dropKey: u32, dropThreshold: u32, noiseKey: u32, noiseDeviation: f32, countKey: u32, countThreshold: u32;

function setExpression(
  table: usize, obs: i32, vars: i32, kinds: i32, headerAt: usize, genesAt: usize, countsAt: usize,
  drop: u32, dropBelow: u32, noise: u32, deviation: f32, count: u32, countBelow: u32,
): void {
  logarithms = table; nObs = obs; nVars = vars; header = headerAt; genes = genesAt; counts = countsAt;
  countBytes = kinds & 7; geneBytes = (kinds >> 3) & 7;
  log1p = (kinds & 64) != 0; scaled = (kinds & 128) != 0;
  dropPerGene = (kinds & 256) != 0; noiseOnAll = (kinds & 512) != 0;
  dropKey = drop; dropThreshold = dropBelow; noiseKey = noise; noiseDeviation = deviation;
  countKey = count; countThreshold = countBelow;
}

/** y[r, :] = base[0] + sum of the row's values * w, base[1] for a hidden row, zeros for padding; w packed in blocks. */
export function expressionMatmul(
  fromRow: i32, toRow: i32, scratch: usize, obs: i32, vars: i32, kinds: i32, headerAt: usize, genesAt: usize,
  countsAt: usize, drop: u32, dropBelow: u32, noise: u32, deviation: f32, count: u32, countBelow: u32,
  rows: usize, capacity: i32, tileRows: i32, channels: i32, base: usize, packed: usize, out: usize,
): void {
  const ends = scratch + 64; // of the tile's rows
  const pairs = ends + (<usize>tileRows << 2);
  setExpression(scratch, obs, vars, kinds, headerAt, genesAt, countsAt, drop, dropBelow, noise, deviation, count, countBelow);
  const rowBytes = <usize>channels << 2;
  const widest: usize = noiseOnAll ? nVars + 4 : 0;
  let r = fromRow;
  while (r < toRow) {
    const first = r;
    const limit = pairs + (<usize>capacity << 3);
    let to = pairs;
    for (; r < toRow && r - first < tileRows; r++) {
      const cell = load<i32>(rows + (<usize>r << 2));
      if (cell >= 0) {
        const room = noiseOnAll ? widest : <usize>rowEntries(cell) + 4;
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

/** Pairs of some rows of the list at `stride` pairs from row to row, and where each row's end. */
export function expandRows(
  fromRow: i32, toRow: i32, scratch: usize, obs: i32, vars: i32, kinds: i32, headerAt: usize, genesAt: usize,
  countsAt: usize, drop: u32, dropBelow: u32, noise: u32, deviation: f32, count: u32, countBelow: u32,
  rows: usize, stride: i32, pairs: usize, ends: usize,
): void {
  setExpression(scratch, obs, vars, kinds, headerAt, genesAt, countsAt, drop, dropBelow, noise, deviation, count, countBelow);
  for (let r = fromRow; r < toRow; r++) {
    const cell = load<i32>(rows + (<usize>r << 2));
    const to = pairs + (<usize>r * <usize>stride << 3);
    store<u32>(ends + (<usize>r << 2), <u32>(cell < 0 ? to : expandRow(cell, to)));
  }
}

/** Adds value * dy[r, :] to the packed sums of each pair's gene, row after row; unpacks them to `out` where it is given. */
export function scatterExpression(
  fromBlock: i32, toBlock: i32, vars: i32, channels: i32, nRows: i32, stride: i32, pairs: usize, ends: usize, dy: usize,
  sums: usize, isFirst: i32, out: usize,
): void {
  const rowBytes = <usize>channels << 2;
  for (let b = fromBlock; b < toBlock; b++) {
    const c = <usize>b << 7;
    const bytes = min<usize>(128, rowBytes - c);
    const block = sums + c * <usize>vars;
    if (isFirst) memory.fill(block, 0, <usize>vars * bytes);
    for (let r = 0; r < nRows; r++) {
      const from = pairs + (<usize>r * <usize>stride << 3);
      const end = <usize>load<u32>(ends + (<usize>r << 2));
      if (from == end) continue;
      const row = dy + <usize>r * rowBytes + c;
      if (bytes == 128) scatterWide(from, end, row, block);
      else scatterNarrow(from, end, row, bytes, block);
    }
    if (out) for (let j = 0; j < vars; j++) memory.copy(out + <usize>j * rowBytes + c, block + <usize>j * bytes, bytes);
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

// @ts-ignore: decorator
@inline
function rowEntries(cell: i32): i32 {
  const at = header + (<usize>cell << 2);
  return load<i32>(at, 4) - load<i32>(at);
}

/** Writes the pairs of a cell, ascending genes, and returns their end; the last group may write up to three more. */
function expandRow(cell: i32, pairs: usize): usize {
  const first = load<i32>(header + (<usize>cell << 2)), last = load<i32>(header + (<usize>cell << 2), 4);
  const factor = f32x4.splat(load<f32>(header + (<usize>(nObs + 1 + cell) << 2)));
  const scales = header + (<usize>(2 * nObs + 1) << 2);
  const noiseRow = i32x4.splat(hash(cell ^ noiseKey)), deviation = f32x4.splat(noiseDeviation);
  const dropRow = i32x4.splat(hash((dropPerGene ? -1 : cell) ^ dropKey)), threshold = i32x4.splat(dropThreshold);
  const countRow = i32x4.splat(hash(cell ^ countKey));
  if (noiseOnAll) {
    let gene = i32x4(0, 1, 2, 3);
    let to = pairs;
    for (let j = 0; j < nVars; j += 4, to += 32) {
      storePairs(to, gene, f32x4.mul(deviation, normal4(hash4(v128.xor(gene, noiseRow)))));
      gene = i32x4.add(gene, i32x4.splat(4));
    }
  }
  // the same function gives the table, so looking a count up changes no bit
  const small = log1p && countBytes == 1 && countThreshold == 0;
  if (small) {
    for (let c = 0; c < 16; c += 4) {
      const count = f32x4.convert_i32x4_s(i32x4.add(i32x4.splat(c), i32x4(0, 1, 2, 3)));
      v128.store(logarithms + (<usize>c << 2), log1p4(f32x4.mul(count, factor)));
    }
  }
  let to = pairs;
  for (let e = first; e < last; e += 4, to += 32) {
    let gene = geneBytes == 2
      ? i32x4.extend_low_i16x8_u(v128.load64_zero(genes + (<usize>e << 1)))
      : v128.load(genes + (<usize>e << 2));
    // what lies behind the row is no gene
    if (last - e < 4) gene = v128.and(gene, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(last - e)));
    let value: v128;
    const four = small ? load<u32>(counts + <usize>e) : 0xffffffff;
    if ((four & 0xf0f0f0f0) == 0) {
      value = v128.load32_zero(logarithms + (<usize>(four & 15) << 2));
      value = v128.load32_lane(logarithms + (<usize>((four >> 8) & 15) << 2), value, 1);
      value = v128.load32_lane(logarithms + (<usize>((four >> 16) & 15) << 2), value, 2);
      value = v128.load32_lane(logarithms + (<usize>(four >> 24) << 2), value, 3);
    } else {
      value = loadCounts(e);
      if (countThreshold) value = noisyCounts(value, hash4(v128.xor(gene, countRow)), min(4, last - e));
      value = f32x4.mul(value, factor);
      if (log1p) value = log1p4(value);
    }
    if (scaled) value = f32x4.mul(value, gather4(scales, gene));
    if (dropThreshold) value = v128.and(value, keepMask4(gene, dropRow, threshold));
    if (noiseOnAll) {
      addToPair(pairs, i32x4.extract_lane(gene, 0), f32x4.extract_lane(value, 0));
      if (last - e > 1) addToPair(pairs, i32x4.extract_lane(gene, 1), f32x4.extract_lane(value, 1));
      if (last - e > 2) addToPair(pairs, i32x4.extract_lane(gene, 2), f32x4.extract_lane(value, 2));
      if (last - e > 3) addToPair(pairs, i32x4.extract_lane(gene, 3), f32x4.extract_lane(value, 3));
      continue;
    }
    if (noiseDeviation != 0)
      value = f32x4.add(value, f32x4.mul(deviation, normal4(hash4(v128.xor(gene, noiseRow)))));
    storePairs(to, gene, value);
  }
  return pairs + (<usize>(noiseOnAll ? nVars : last - first) << 3);
}

// @ts-ignore: decorator
@inline
function storePairs(to: usize, gene: v128, value: v128): void {
  v128.store(to, v128.shuffle<i32>(gene, value, 0, 4, 1, 5));
  v128.store(to, v128.shuffle<i32>(gene, value, 2, 6, 3, 7), 16);
}

// @ts-ignore: decorator
@inline
function addToPair(pairs: usize, gene: i32, value: f32): void {
  const at = pairs + (<usize>gene << 3);
  store<f32>(at, load<f32>(at, 4) + value, 4);
}

// @ts-ignore: decorator
@inline
function loadCounts(e: i32): v128 {
  if (countBytes == 1) {
    const narrow = v128.load32_zero(counts + <usize>e);
    return f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(narrow)));
  }
  if (countBytes == 2)
    return f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(v128.load64_zero(counts + (<usize>e << 1))));
  return v128.load(counts + (<usize>e << 2));
}

// @ts-ignore: decorator
@inline
function gather4(at: usize, index: v128): v128 {
  let values = v128.load32_zero(at + (<usize>i32x4.extract_lane(index, 0) << 2));
  values = v128.load32_lane(at + (<usize>i32x4.extract_lane(index, 1) << 2), values, 1);
  values = v128.load32_lane(at + (<usize>i32x4.extract_lane(index, 2) << 2), values, 2);
  return v128.load32_lane(at + (<usize>i32x4.extract_lane(index, 3) << 2), values, 3);
}

/** Counts drawn anew, the first `n` of four; see view.ts. */
function noisyCounts(value: v128, state: v128, n: i32): v128 {
  let drawn = f32x4.splat(noisyCount(f32x4.extract_lane(value, 0), i32x4.extract_lane(state, 0)));
  if (n > 1) drawn = f32x4.replace_lane(drawn, 1, noisyCount(f32x4.extract_lane(value, 1), i32x4.extract_lane(state, 1)));
  if (n > 2) drawn = f32x4.replace_lane(drawn, 2, noisyCount(f32x4.extract_lane(value, 2), i32x4.extract_lane(state, 2)));
  if (n > 3) drawn = f32x4.replace_lane(drawn, 3, noisyCount(f32x4.extract_lane(value, 3), i32x4.extract_lane(state, 3)));
  return drawn;
}

function noisyCount(count: f32, start: u32): f32 {
  let state = start;
  let copies: i32 = 0;
  for (let molecule = <i32>count; molecule > 0; molecule--) {
    state = hash(state + 0x9e3779b9);
    if (state >= countThreshold) continue;
    do {
      copies++;
      state = hash(state + 0x9e3779b9);
    } while (state >= countThreshold);
  }
  return <f32>copies;
}

/** core/random.ts's hash32. */
// @ts-ignore: decorator
@inline
function hash(x: u32): u32 {
  let h = (x ^ (x >> 16)) * 0x21f0aaad;
  h = (h ^ (h >> 15)) * 0x735a2d97;
  return h ^ (h >> 15);
}

// @ts-ignore: decorator
@inline
function hash4(x: v128): v128 {
  let h = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 16)), i32x4.splat(0x21f0aaad));
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 15)), i32x4.splat(0x735a2d97));
  return v128.xor(h, i32x4.shr_u(h, 15));
}

/** Standard normals from four hashes, view.ts's normalOf; the cosine as a sine of the quarter turn's rest, to x^11. */
function normal4(h: v128): v128 {
  const grain = f32x4.splat(5.9604644775390625e-8); // 2^-24
  const uniform = f32x4.mul(f32x4.add(f32x4.convert_i32x4_u(i32x4.shr_u(h, 8)), f32x4.splat(0.5)), grain);
  const radius = f32x4.sqrt(f32x4.mul(f32x4.splat(-2), log4(uniform)));
  const turn = f32x4.mul(f32x4.convert_i32x4_u(i32x4.shr_u(hash4(i32x4.add(h, i32x4.splat(0x9e3779b9))), 8)), grain);
  const quarter = f32x4.sub(f32x4.splat(0.25), f32x4.abs(f32x4.sub(turn, f32x4.splat(0.5))));
  const x = f32x4.mul(quarter, f32x4.splat(6.283185307));
  const square = f32x4.mul(x, x);
  let p = f32x4.splat(-2.50521084e-8);
  p = f32x4.add(f32x4.mul(p, square), f32x4.splat(2.75573192e-6));
  p = f32x4.add(f32x4.mul(p, square), f32x4.splat(-1.98412698e-4));
  p = f32x4.add(f32x4.mul(p, square), f32x4.splat(8.33333333e-3));
  p = f32x4.add(f32x4.mul(p, square), f32x4.splat(-1.66666667e-1));
  return f32x4.mul(radius, f32x4.add(x, f32x4.mul(f32x4.mul(p, square), x)));
}

/** log(1 + x) for x > -1, relative error below 3e-7: near zero the polynomial takes x itself, not (1 + x) - 1. */
// @ts-ignore: decorator
@inline
function log1p4(x: v128): v128 {
  const near = v128.and(f32x4.lt(x, f32x4.splat(0.41421356)), f32x4.gt(x, f32x4.splat(-0.29289322)));
  return logarithm4(f32x4.add(x, f32x4.splat(1)), x, near);
}

/** Natural logarithm of positive normal floats. */
// @ts-ignore: decorator
@inline
function log4(x: v128): v128 {
  return logarithm4(x, x, i32x4.splat(0));
}

/** log of `u`, or of 1 + `x` where `near` says so (Cephes' logf, as simd.as.ts has it for one float). */
// @ts-ignore: decorator
@inline
function logarithm4(u: v128, x: v128, near: v128): v128 {
  let exponent = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_u(u, 23), i32x4.splat(126)));
  let m = v128.or(v128.and(u, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000)); // in [0.5, 1)
  const low = f32x4.lt(m, f32x4.splat(0.707106781));
  exponent = v128.andnot(f32x4.sub(exponent, v128.and(low, f32x4.splat(1))), near);
  m = f32x4.add(m, v128.and(low, m));
  const r = v128.bitselect(x, f32x4.sub(m, f32x4.splat(1)), near);
  const square = f32x4.mul(r, r);
  let p = f32x4.splat(7.0376836292e-2);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(-1.1514610310e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.1676998740e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(-1.2420140846e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.4249322787e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(-1.6668057665e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(2.0000714765e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(-2.4999993993e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(3.3333331174e-1));
  let y = f32x4.mul(f32x4.mul(p, r), square);
  y = f32x4.sub(y, f32x4.mul(exponent, f32x4.splat(2.12194440e-4)));
  y = f32x4.sub(y, f32x4.mul(square, f32x4.splat(0.5)));
  return f32x4.add(f32x4.add(r, y), f32x4.mul(exponent, f32x4.splat(0.693359375)));
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
