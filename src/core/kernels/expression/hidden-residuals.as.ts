// What lies between rebuilt rows and the entries that a view hid, see index.ts.
import { keepMask4 } from "../simd.as";
import { dropKey, dropPerGene, expandRow, hash, nVars, setExpression, TABLES } from "./entries.as";

/**
 * residual = y + offset - value where the view drops an entry, 0 where it keeps it and in rows of no cell; sums (nRows, 2): each
 * row's squares, and how many are dropped.
 */
export function hiddenResiduals(
  fromRow: i32, toRow: i32, scratch: usize, obs: i32, vars: i32, kinds: i32, headerAt: usize, genesAt: usize,
  countsAt: usize, drop: u32, dropBelow: u32, noise: u32, deviation: f32, count: u32, countBelow: u32,
  meansAt: usize, rows: usize, offset: usize, y: usize, residual: usize, sums: usize,
): void {
  setExpression(scratch, obs, vars, kinds, headerAt, genesAt, countsAt, drop, dropBelow, noise, deviation, count, countBelow, meansAt);
  const pairs = scratch + TABLES;
  const threshold = i32x4.splat(dropBelow);
  const rowBytes = <usize>nVars << 2;
  const wide = rowBytes & ~15;
  for (let r = fromRow; r < toRow; r++) {
    const cell = load<i32>(rows + (<usize>r << 2));
    const from = y + <usize>r * rowBytes, to = residual + <usize>r * rowBytes;
    const sum = sums + (<usize>r << 3);
    if (cell < 0) {
      memory.fill(to, 0, rowBytes);
      store<u64>(sum, 0);
      continue;
    }
    const row = hash((dropPerGene ? -1 : cell) ^ dropKey);
    const dropRow = i32x4.splat(row);
    let gene = i32x4(0, 1, 2, 3), kept = i32x4.splat(0);
    let k: usize = 0;
    for (; k < wide; k += 16) {
      const keep = keepMask4(gene, dropRow, threshold);
      v128.store(to + k, v128.andnot(f32x4.add(v128.load(from + k), v128.load(offset + k)), keep));
      kept = i32x4.sub(kept, keep);
      gene = i32x4.add(gene, i32x4.splat(4));
    }
    let n = nVars - lanesSum(kept);
    for (; k < rowBytes; k += 4) {
      const keeps = hash(<u32>(k >> 2) ^ row) >= dropBelow;
      store<f32>(to + k, keeps ? 0 : load<f32>(from + k) + load<f32>(offset + k));
      if (keeps) n--;
    }
    const end = expandRow(cell, pairs);
    for (let p = pairs; p < end; p += 8) {
      const at = to + (<usize>load<u32>(p) << 2);
      store<f32>(at, load<f32>(at) - load<f32>(p, 4));
    }
    let squares = f32x4.splat(0);
    for (k = 0; k < wide; k += 16) {
      const value = v128.load(to + k);
      squares = f32x4.add(squares, f32x4.mul(value, value));
    }
    let rest: f32 = 0;
    for (; k < rowBytes; k += 4) rest += load<f32>(to + k) * load<f32>(to + k);
    store<f32>(sum, f32x4.extract_lane(squares, 0) + f32x4.extract_lane(squares, 1)
      + (f32x4.extract_lane(squares, 2) + f32x4.extract_lane(squares, 3)) + rest);
    store<f32>(sum, <f32>n, 4);
  }
}

// @ts-ignore: decorator
@inline
function lanesSum(x: v128): i32 {
  return i32x4.extract_lane(x, 0) + i32x4.extract_lane(x, 1) + i32x4.extract_lane(x, 2) + i32x4.extract_lane(x, 3);
}
