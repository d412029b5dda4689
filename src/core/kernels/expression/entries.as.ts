// The entries of a cell as a view shows them: counts made into pairs (gene: u32, value: f32) for the products with expression.
import { keepMask4 } from "../simd.as";

// The expression and the view of the call, set on entry: each thread has an instance of its own.
let nObs: i32, header: usize, genes: usize, counts: usize;
export let nVars: i32;
let countBytes: i32, geneBytes: i32;
let log1p: bool, scaled: bool;
export let dropPerGene: bool, noiseOnAll: bool;
/** Only what is dropped is made, in place of what is kept. */
let droppedAlone: bool;
/** What a dropped gene reads as, a float for each; 0 for nothing found. */
export let means: usize;
/** 16 floats of the thread's own: log1p of the size factor times 0 .. 15, in which most counts of a row are found. */
let logarithms: usize;
/** Behind them 16 times 16 bytes: which bytes of four numbers bring the ones of a mask to the front. */
let fronts: usize;
export const TABLES: usize = 320;
export let dropKey: u32;
let dropThreshold: u32, noiseKey: u32, noiseDeviation: f32, countKey: u32, countThreshold: u32;

export function setExpression(
  table: usize, obs: i32, vars: i32, kinds: i32, headerAt: usize, genesAt: usize, countsAt: usize,
  drop: u32, dropBelow: u32, noise: u32, deviation: f32, count: u32, countBelow: u32, meansAt: usize,
): void {
  logarithms = table; fronts = table + 64; nObs = obs; nVars = vars; header = headerAt; genes = genesAt; counts = countsAt;
  countBytes = kinds & 7; geneBytes = (kinds >> 3) & 7;
  log1p = (kinds & 64) != 0; scaled = (kinds & 128) != 0;
  dropPerGene = (kinds & 256) != 0; noiseOnAll = (kinds & 512) != 0;
  dropKey = drop; dropThreshold = dropBelow; noiseKey = noise; noiseDeviation = deviation;
  countKey = count; countThreshold = countBelow;
  droppedAlone = (kinds & 1024) != 0; means = meansAt;
  if (dropThreshold == 0 && !droppedAlone) return;
  for (let mask = 0; mask < 16; mask++) {
    let to = fronts + (<usize>mask << 4);
    for (let lane: u32 = 0; lane < 4; lane++) {
      if ((mask & (1 << lane)) == 0) continue;
      store<u32>(to, 0x03020100 + lane * 0x04040404);
      to += 4;
    }
  }
}

// @ts-ignore: decorator
@inline
export function rowEntries(cell: i32): i32 {
  const at = header + (<usize>cell << 2);
  return load<i32>(at, 4) - load<i32>(at);
}

/**
 * Writes the pairs of a cell and returns their end; the last group may write up to three more. Genes ascend; where dropped ones
 * read as their means, those stand before the others. A pair that a view leaves without a value is not written.
 */
export function expandRow(cell: i32, pairs: usize): usize {
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
  // noise falls on dropped entries too
  const drops = dropThreshold != 0 || droppedAlone;
  const chooses = drops && noiseDeviation == 0;
  if (means) {
    let gene = i32x4(0, 1, 2, 3);
    for (let j = 0; j < nVars; j += 4) {
      const dropped = v128.not(keepMask4(gene, dropRow, threshold));
      to = storeSome(to, gene, v128.load(means + (<usize>j << 2)), i32x4.bitmask(dropped) & leading(nVars - j));
      gene = i32x4.add(gene, i32x4.splat(4));
    }
  }
  for (let e = first; e < last; e += 4) {
    let gene = geneBytes == 2
      ? i32x4.extend_low_i16x8_u(v128.load64_zero(genes + (<usize>e << 1)))
      : v128.load(genes + (<usize>e << 2));
    // what lies behind the row is no gene
    if (last - e < 4) gene = v128.and(gene, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(last - e)));
    const kept = drops ? keepMask4(gene, dropRow, threshold) : i32x4.splat(-1);
    const wanted = i32x4.bitmask(droppedAlone ? v128.not(kept) : kept) & leading(last - e);
    if (chooses && wanted == 0) continue;
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
    if (chooses) {
      to = storeSome(to, gene, value, wanted);
      continue;
    }
    if (drops) value = v128.and(value, kept);
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
    to += 32;
  }
  return chooses ? to : pairs + (<usize>(noiseOnAll ? nVars : last - first) << 3);
}

/** The lanes below n. */
// @ts-ignore: decorator
@inline
function leading(n: i32): i32 {
  return n < 4 ? (1 << n) - 1 : 15;
}

/** Those of four pairs that the mask names, one behind the other; their end. */
// @ts-ignore: decorator
@inline
function storeSome(to: usize, gene: v128, value: v128, mask: i32): usize {
  const front = v128.load(fronts + (<usize>mask << 4));
  storePairs(to, i8x16.swizzle(gene, front), i8x16.swizzle(value, front));
  return to + (<usize>popcnt(mask) << 3);
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
export function hash(x: u32): u32 {
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
