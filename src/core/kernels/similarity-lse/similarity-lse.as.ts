import { exp4, log1, madd } from "../simd.as";

// Scores scale * <a[i], b[j]> are made in tiles of four rows i by 64 columns j and forgotten: a tile of b stays in the
// first cache while 64 rows meet it. Channels are a multiple of eight. A row's sums run over its columns in their
// order, whatever rows it is computed with, so that the bits do not depend on how rows are divided among threads.

/** Rows of a that meet a tile of b before the next one is fetched. */
const BLOCK = 64;
/** Columns of a tile, eight panels of eight. */
const TILE = 64;
/** Below every score: its exponential is 0 beside any other. */
const LOWEST: f32 = -3e38;

/**
 * exp of four floats, 0 below e^-60: far less than rounding beside the largest, and without the products of denormals
 * that would take a hundred times as long. What is not a number stays so.
 */
// @ts-ignore: decorator
@inline
function share4(x: v128): v128 {
  return v128.andnot(exp4(x), f32x4.lt(x, f32x4.splat(-60)));
}

/** packed[p][c][0 .. 8) = x[8 p .. 8 p + 8)[c], the columns of panel p side by side; zeros behind the last row. */
export function packPanels(fromPanel: i32, toPanel: i32, nRows: i32, channels: i32, x: usize, packed: usize): void {
  const rowBytes = <usize>channels << 2;
  for (let panel = fromPanel; panel < toPanel; panel++) {
    const to = packed + <usize>panel * (rowBytes << 3);
    for (let lane = 0; lane < 8; lane++) {
      const row = panel * 8 + lane;
      const from = x + <usize>row * rowBytes;
      let at = to + (<usize>lane << 2);
      for (let c: usize = 0; c < rowBytes; c += 4) {
        store<f32>(at, row < nRows ? load<f32>(from + c) : 0);
        at += 32;
      }
    }
  }
}

/** packed[g][c][0 .. 4) = x[first + 4 g + 0 .. 4)[c] for the groups of a block; past the end, its last row again. */
// @ts-ignore: decorator
@inline
function packGroups(x: usize, first: i32, end: i32, channels: i32, packed: usize): void {
  const rowBytes = <usize>channels << 2;
  const nGroups = (end - first + 3) >> 2;
  for (let r = 0; r < nGroups * 4; r++) {
    const from = x + <usize>min<i32>(first + r, end - 1) * rowBytes;
    let at = packed + <usize>(r >> 2) * (rowBytes << 2) + (<usize>(r & 3) << 2);
    for (let c: usize = 0; c < rowBytes; c += 4) {
      store<f32>(at, load<f32>(from + c));
      at += 16;
    }
  }
}

/** scores[r][8 p + l] = scale * <a[r], b[8 p + l]> for four packed rows and the panels of one tile. */
// @ts-ignore: decorator
@inline
function scoreTile(a: usize, panels: usize, nPanels: i32, channels: i32, scale: v128, scores: usize): void {
  const end = a + (<usize>channels << 4);
  let b = panels;
  for (let p: usize = 0; p < <usize>nPanels << 5; p += 32) {
    let s00 = f32x4.splat(0), s01 = f32x4.splat(0), s10 = f32x4.splat(0), s11 = f32x4.splat(0);
    let s20 = f32x4.splat(0), s21 = f32x4.splat(0), s30 = f32x4.splat(0), s31 = f32x4.splat(0);
    for (let at = a; at < end; at += 32) {
      let b0 = v128.load(b), b1 = v128.load(b, 16);
      let v = v128.load32_splat(at);
      s00 = madd(v, b0, s00); s01 = madd(v, b1, s01);
      v = v128.load32_splat(at, 4);
      s10 = madd(v, b0, s10); s11 = madd(v, b1, s11);
      v = v128.load32_splat(at, 8);
      s20 = madd(v, b0, s20); s21 = madd(v, b1, s21);
      v = v128.load32_splat(at, 12);
      s30 = madd(v, b0, s30); s31 = madd(v, b1, s31);
      b0 = v128.load(b, 32); b1 = v128.load(b, 48);
      v = v128.load32_splat(at, 16);
      s00 = madd(v, b0, s00); s01 = madd(v, b1, s01);
      v = v128.load32_splat(at, 20);
      s10 = madd(v, b0, s10); s11 = madd(v, b1, s11);
      v = v128.load32_splat(at, 24);
      s20 = madd(v, b0, s20); s21 = madd(v, b1, s21);
      v = v128.load32_splat(at, 28);
      s30 = madd(v, b0, s30); s31 = madd(v, b1, s31);
      b += 64;
    }
    const to = scores + p;
    v128.store(to, f32x4.mul(s00, scale)); v128.store(to, f32x4.mul(s01, scale), 16);
    v128.store(to + TILE * 4, f32x4.mul(s10, scale)); v128.store(to + TILE * 4, f32x4.mul(s11, scale), 16);
    v128.store(to + TILE * 8, f32x4.mul(s20, scale)); v128.store(to + TILE * 8, f32x4.mul(s21, scale), 16);
    v128.store(to + TILE * 12, f32x4.mul(s30, scale)); v128.store(to + TILE * 12, f32x4.mul(s31, scale), 16);
  }
}

/** Scores of `row` against the columns [first, last) that are none: behind the last one, and the row itself. */
// @ts-ignore: decorator
@inline
function strikeOut(scores: usize, row: i32, first: i32, last: i32, nPanels: i32, others: bool, value: f32): void {
  for (let k = last - first; k < nPanels * 8; k++) store<f32>(scores + (<usize>k << 2), value);
  if (others && row >= first && row < last) store<f32>(scores + (<usize>(row - first) << 2), value);
}

/** lse[i] = log of the sum over j of exp(scale <a[i], b[j]>), j = i left out if `others`. */
export function similarityLse(
  fromRow: i32, toRow: i32, scratch: usize, nCols: i32, channels: i32, a: usize, panels: usize, scale: f32, others: i32,
  lse: usize,
): void {
  const groupBytes = <usize>channels << 4;
  const scores = scratch + <usize>(BLOCK * channels << 2);
  const tops = scores + TILE * 16; // a row's largest score so far
  const sums = tops + BLOCK * 4; // the sum of exp(score - largest), in four parts
  const scales = f32x4.splat(scale);
  for (let block = fromRow; block < toRow; block += BLOCK) {
    const end = min<i32>(block + BLOCK, toRow);
    packGroups(a, block, end, channels, scratch);
    for (let r: usize = 0; r < <usize>BLOCK; r++) {
      store<f32>(tops + (r << 2), LOWEST);
      v128.store(sums + (r << 4), f32x4.splat(0));
    }
    for (let first = 0; first < nCols; first += TILE) {
      const last = min<i32>(first + TILE, nCols);
      const nPanels = (last - first + 7) >> 3;
      const tile = panels + <usize>first * (<usize>channels << 2);
      for (let row = block; row < end; row += 4) {
        scoreTile(scratch + <usize>((row - block) >> 2) * groupBytes, tile, nPanels, channels, scales, scores);
        for (let r = 0; r < 4; r++) {
          const at = scores + <usize>(r * TILE << 2), tileEnd = at + (<usize>nPanels << 5);
          strikeOut(at, row + r, first, last, nPanels, others != 0, LOWEST);
          const state = <usize>(row - block + r);
          const before = load<f32>(tops + (state << 2));
          let m = f32x4.splat(before);
          for (let p = at; p < tileEnd; p += 32) m = f32x4.pmax(f32x4.pmax(m, v128.load(p)), v128.load(p, 16));
          const top = max<f32>(
            max<f32>(f32x4.extract_lane(m, 0), f32x4.extract_lane(m, 1)),
            max<f32>(f32x4.extract_lane(m, 2), f32x4.extract_lane(m, 3)),
          );
          const topValues = f32x4.splat(top);
          let sum = v128.load(sums + (state << 4));
          if (top > before) sum = f32x4.mul(sum, exp4(f32x4.splat(before - top)));
          for (let p = at; p < tileEnd; p += 16) sum = f32x4.add(sum, exp4(f32x4.sub(v128.load(p), topValues)));
          v128.store(sums + (state << 4), sum);
          store<f32>(tops + (state << 2), top);
        }
      }
    }
    for (let row = block; row < end; row++) {
      const state = <usize>(row - block);
      const s = v128.load(sums + (state << 4));
      const sum = (f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1)) +
        (f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3));
      // log1 of what is not a number would be one
      store<f32>(lse + (<usize>row << 2), sum == sum ? load<f32>(tops + (state << 2)) + log1(sum) : sum);
    }
  }
}

/** sums[r] += the sum over j in [0, nCols) of weights[r][j] * b[j], for four rows. */
// @ts-ignore: decorator
@inline
function addWeighted(weights: usize, b: usize, nCols: i32, channels: i32, sums: usize): void {
  const rowBytes = <usize>channels << 2;
  const end = weights + (<usize>nCols << 2);
  for (let c: usize = 0; c < rowBytes; c += 32) {
    const r0 = sums + c, r1 = r0 + rowBytes, r2 = r1 + rowBytes, r3 = r2 + rowBytes;
    let s00 = v128.load(r0), s01 = v128.load(r0, 16), s10 = v128.load(r1), s11 = v128.load(r1, 16);
    let s20 = v128.load(r2), s21 = v128.load(r2, 16), s30 = v128.load(r3), s31 = v128.load(r3, 16);
    let row = b + c;
    for (let w = weights; w < end; w += 4) {
      const b0 = v128.load(row), b1 = v128.load(row, 16);
      let v = v128.load32_splat(w);
      s00 = madd(v, b0, s00); s01 = madd(v, b1, s01);
      v = v128.load32_splat(w, TILE * 4);
      s10 = madd(v, b0, s10); s11 = madd(v, b1, s11);
      v = v128.load32_splat(w, TILE * 8);
      s20 = madd(v, b0, s20); s21 = madd(v, b1, s21);
      v = v128.load32_splat(w, TILE * 12);
      s30 = madd(v, b0, s30); s31 = madd(v, b1, s31);
      row += rowBytes;
    }
    v128.store(r0, s00); v128.store(r0, s01, 16); v128.store(r1, s10); v128.store(r1, s11, 16);
    v128.store(r2, s20); v128.store(r2, s21, 16); v128.store(r3, s30); v128.store(r3, s31, 16);
  }
}

/**
 * da[i] = scale * sum over j of exp(score - lse[i]) dy[i] b[j]; if `others`, where a is b, with
 * exp(score - lse[j]) dy[j] added to the weight, which is what i receives as a column, and without j = i.
 */
export function similarityGradient(
  fromRow: i32, toRow: i32, scratch: usize, nCols: i32, channels: i32, a: usize, b: usize, panels: usize, lse: usize,
  dy: usize, scale: f32, others: i32, da: usize,
): void {
  const rowBytes = <usize>channels << 2;
  const groupBytes = rowBytes << 2;
  const sums = scratch + <usize>BLOCK * rowBytes;
  const scores = sums + <usize>BLOCK * rowBytes;
  const scales = f32x4.splat(scale);
  for (let block = fromRow; block < toRow; block += BLOCK) {
    const end = min<i32>(block + BLOCK, toRow);
    packGroups(a, block, end, channels, scratch);
    memory.fill(sums, 0, (<usize>BLOCK) * rowBytes);
    for (let first = 0; first < nCols; first += TILE) {
      const last = min<i32>(first + TILE, nCols);
      const nPanels = (last - first + 7) >> 3;
      const from = <usize>first * rowBytes;
      for (let row = block; row < end; row += 4) {
        const group = <usize>((row - block) >> 2) * groupBytes;
        scoreTile(scratch + group, panels + from, nPanels, channels, scales, scores);
        for (let r = 0; r < 4; r++) {
          const i = min<i32>(row + r, end - 1);
          const at = scores + <usize>(r * TILE << 2), tileEnd = at + (<usize>(last - first) << 2);
          const ownLse = load<f32>(lse + (<usize>i << 2)), ownDy = load<f32>(dy + (<usize>i << 2));
          const ownLses = f32x4.splat(ownLse), ownDys = f32x4.splat(ownDy);
          // the columns' lse and dy; four beyond the last column would lie outside their arrays
          let p = at, j = lse + (<usize>first << 2);
          const toDy = dy - lse;
          if (others) {
            for (; p + 16 <= tileEnd; p += 16, j += 16) {
              const s = v128.load(p);
              const own = f32x4.mul(share4(f32x4.sub(s, ownLses)), ownDys);
              const theirs = f32x4.mul(share4(f32x4.sub(s, v128.load(j))), v128.load(j + toDy));
              v128.store(p, f32x4.add(own, theirs));
            }
            for (; p < tileEnd; p += 4, j += 4) {
              const s = load<f32>(p);
              const own = f32x4.extract_lane(share4(f32x4.splat(s - ownLse)), 0) * ownDy;
              store<f32>(p, own + f32x4.extract_lane(share4(f32x4.splat(s - load<f32>(j))), 0) * load<f32>(j + toDy));
            }
          } else {
            for (; p < tileEnd; p += 16) v128.store(p, f32x4.mul(share4(f32x4.sub(v128.load(p), ownLses)), ownDys));
          }
          strikeOut(at, i, first, last, nPanels, others != 0, 0);
        }
        addWeighted(scores, b + from, last - first, channels, sums + group);
      }
    }
    for (let p = sums; p < sums + <usize>(end - block) * rowBytes; p += 16) {
      v128.store(p, f32x4.mul(v128.load(p), scales));
    }
    memory.copy(da + <usize>block * rowBytes, sums, <usize>(end - block) * rowBytes);
  }
}
