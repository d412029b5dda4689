// Dense products from packed operands. One tile of 6 x 8 results is held in registers while the inner index runs over
// a panel of six columns (left, 24 bytes an index) and one of eight (right, 32 bytes an index): twelve sums, more than
// the eight that two multiplications a cycle of four cycles each would keep waiting. Each result is the sum over blocks of
// INNER indices, each summed from zero in ascending order: how tiles are divided leaves the bits alone. A tile at the edge is computed
// whole and stored in part, so what lies in the padding is of no account.
import { madd } from "../simd.as";

/** Indices summed at a time: a right panel is then 8 KiB, and with a block of the left it stays in the L1 cache. */
const INNER: i32 = 256;
/** Rows of x that are packed at a time. */
const BLOCK_ROWS: i32 = 18;
/** As INNER, for a sum over the rows of both operands, whose panels are all packed at once. */
const INNER_ROWS: i32 = 256;
/** Rows that are packed at a time of those: lines of more would push each other out of the L1 cache. */
const PACK_ROWS: i32 = 16;
/** Rows of a tile, and the bytes of a left panel for each index. */
const TILE_ROWS: i32 = 6;
const LEFT_STEP: usize = 24;

/**
 * out[r][c] = sum over `inner` indices of left[k][r] * right[k][c], (6, 8) and contiguous. Exported, so that it stays a
 * function of its own: inside a larger one V8 keeps four of the sums on the stack, and a product takes half as long again.
 */
export function denseTile(left: usize, right: usize, inner: i32, out: usize): void {
  let a0 = f32x4.splat(0), a1 = f32x4.splat(0);
  let b0 = f32x4.splat(0), b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0), c1 = f32x4.splat(0);
  let d0 = f32x4.splat(0), d1 = f32x4.splat(0);
  let e0 = f32x4.splat(0), e1 = f32x4.splat(0);
  let f0 = f32x4.splat(0), f1 = f32x4.splat(0);
  const end = left + <usize>inner * LEFT_STEP;
  for (; left < end; left += LEFT_STEP) {
    const r0 = v128.load(right), r1 = v128.load(right, 16);
    const a = v128.load32_splat(left);
    a0 = madd(a, r0, a0);
    a1 = madd(a, r1, a1);
    const b = v128.load32_splat(left, 4);
    b0 = madd(b, r0, b0);
    b1 = madd(b, r1, b1);
    const c = v128.load32_splat(left, 8);
    c0 = madd(c, r0, c0);
    c1 = madd(c, r1, c1);
    const d = v128.load32_splat(left, 12);
    d0 = madd(d, r0, d0);
    d1 = madd(d, r1, d1);
    const e = v128.load32_splat(left, 16);
    e0 = madd(e, r0, e0);
    e1 = madd(e, r1, e1);
    const f = v128.load32_splat(left, 20);
    f0 = madd(f, r0, f0);
    f1 = madd(f, r1, f1);
    right += 32;
  }
  v128.store(out, a0); v128.store(out, a1, 16);
  v128.store(out, b0, 32); v128.store(out, b1, 48);
  v128.store(out, c0, 64); v128.store(out, c1, 80);
  v128.store(out, d0, 96); v128.store(out, d1, 112);
  v128.store(out, e0, 128); v128.store(out, e1, 144);
  v128.store(out, f0, 160); v128.store(out, f1, 176);
}

/** out[0..rows, 0..cols) = (add ? what is there : 0) + a tile. */
function storeTile(tile: usize, out: usize, outStep: usize, add: bool, rows: i32, cols: i32): void {
  const end = tile + (<usize>rows << 5);
  for (; tile < end; tile += 32, out += outStep) {
    if (cols >= 8) {
      let low = v128.load(tile), high = v128.load(tile, 16);
      if (add) {
        low = f32x4.add(v128.load(out), low);
        high = f32x4.add(v128.load(out, 16), high);
      }
      v128.store(out, low);
      v128.store(out, high, 16);
    } else {
      for (let c: usize = 0; c < <usize>cols << 2; c += 4) {
        const value = load<f32>(tile + c);
        store<f32>(out + c, add ? load<f32>(out + c) + value : value);
      }
    }
  }
}

/** Tiles of `rows` rows of left panels, `panelStep` bytes apart, against one right panel of `cols` columns. */
function tileColumn(
  left: usize, panelStep: usize, right: usize, inner: i32, out: usize, outStep: usize, add: bool, rows: i32, cols: i32,
  spare: usize,
): void {
  for (let r = 0; r < rows; r += TILE_ROWS) {
    denseTile(left, right, inner, spare);
    storeTile(spare, out, outStep, add, min<i32>(TILE_ROWS, rows - r), cols);
    left += panelStep;
    out += TILE_ROWS * outStep;
  }
}

/** packed[panel][k] = columns 8 * panel .. of row k of w, shape (inner, cols). */
export function denseColumns(fromPanel: i32, toPanel: i32, inner: i32, cols: i32, w: usize, packed: usize): void {
  for (let panel = fromPanel; panel < toPanel; panel++) {
    const from = w + (<usize>panel << 5);
    packEight(from, <usize>cols << 2, inner, cols - 8 * panel, packed + (<usize>panel * <usize>inner << 5));
  }
}

/** packed[panel][k] = column k of rows 8 * panel .. of w, shape (rows, inner): the panels of w's transpose. */
export function denseRows(fromPanel: i32, toPanel: i32, inner: i32, rows: i32, w: usize, packed: usize): void {
  const step = <usize>inner << 2;
  for (let panel = fromPanel; panel < toPanel; panel++) {
    const to = packed + (<usize>panel * <usize>inner << 5);
    for (let half = 0; half < 2; half++) {
      const first = 8 * panel + 4 * half;
      const from = w + <usize>min<i32>(first, rows - 1) * step;
      packTransposed(from, step, inner, rows - first, to + (<usize>half << 4), 32);
    }
  }
}

/**
 * out[i, j] = sum over k of x[i, k] * packed[j / 8][k][j % 8], for rows in tiles of six; x (nRows, inner), out (nRows,
 * cols). Scratch: BLOCK_ROWS * INNER + 48 floats.
 */
export function denseForward(
  fromTile: i32, toTile: i32, scratch: usize, nRows: i32, inner: i32, cols: i32, x: usize, packed: usize, out: usize,
): void {
  const xStep = <usize>inner << 2, outStep = <usize>cols << 2;
  const spare = scratch + (<usize>(BLOCK_ROWS * INNER) << 2);
  const end = min<i32>(TILE_ROWS * toTile, nRows);
  for (let row = TILE_ROWS * fromTile; row < end; row += BLOCK_ROWS) {
    const rows = min<i32>(BLOCK_ROWS, end - row);
    for (let k = 0; k < inner; k += INNER) {
      const count = min<i32>(INNER, inner - k);
      const panelStep = <usize>count * LEFT_STEP;
      let panel = scratch;
      for (let r = 0; r < rows; r += TILE_ROWS, panel += panelStep) {
        const from = x + <usize>(row + r) * xStep + (<usize>k << 2);
        packTransposed(from, xStep, count, rows - r, panel, LEFT_STEP);
        if (rows - r > 4) packPair(from + 4 * xStep, rows - r > 5 ? xStep : 0, count, panel + 16);
      }
      for (let c = 0; c < cols; c += 8) {
        const right = packed + (<usize>(c >> 3) * <usize>inner + <usize>k << 5);
        const to = out + <usize>row * outStep + (<usize>c << 2);
        tileColumn(scratch, panelStep, right, count, to, outStep, k > 0, rows, cols - c, spare);
      }
    }
  }
}

/**
 * out[a, b] = sum over i of x[i, a] * y[i, b], in blocks of `blockLeft` x `blockRight` results, both multiples of 8;
 * x (nRows, nLeft), y (nRows, nRight). A thread packs what its block needs of INNER_ROWS rows at a time.
 * Where it `adds`, to what is there: after whole INNER_ROWS that is the same sum as in one call.
 * If the result is `symmetric`, tiles below the diagonal are left out, and `denseMirror` fills in their results.
 * Scratch: (blockLeft, up to whole tiles, + blockRight) * INNER_ROWS + 48 floats.
 */
export function denseTransposed(
  fromBlock: i32, toBlock: i32, scratch: usize, nRows: i32, nLeft: i32, nRight: i32, blockLeft: i32, blockRight: i32,
  symmetric: i32, adds: i32, x: usize, y: usize, out: usize,
): void {
  const xStep = <usize>nLeft << 2, yStep = <usize>nRight << 2;
  const leftPanels = <usize>((blockLeft + TILE_ROWS - 1) / TILE_ROWS);
  const rightPanels = scratch + leftPanels * (LEFT_STEP * INNER_ROWS);
  const spare = rightPanels + (<usize>(blockRight * INNER_ROWS) << 2);
  const blocksAcross = (nRight + blockRight - 1) / blockRight;
  for (let block = fromBlock; block < toBlock; block++) {
    const left = block / blocksAcross * blockLeft, right = block % blocksAcross * blockRight;
    const cols = min<i32>(blockRight, nRight - right);
    // down to the last tile that meets the diagonal; left, right and their difference are multiples of 8
    const depth = symmetric ? right - left + multipleOf8(cols) : nLeft;
    const rows = min<i32>(depth, min<i32>(blockLeft, nLeft - left));
    if (rows <= 0) continue;
    const corner = out + <usize>left * yStep + (<usize>right << 2);
    for (let i = 0; i < nRows; i += INNER_ROWS) {
      const count = min<i32>(INNER_ROWS, nRows - i);
      const leftStep = <usize>count * LEFT_STEP, rightStep = <usize>count << 5;
      const xs = x + <usize>i * xStep + (<usize>left << 2), ys = y + <usize>i * yStep + (<usize>right << 2);
      for (let k = 0; k < count; k += PACK_ROWS) {
        const n = min<i32>(PACK_ROWS, count - k);
        const xRows = xs + <usize>k * xStep, yRows = ys + <usize>k * yStep;
        let to = scratch + <usize>k * LEFT_STEP;
        for (let r = 0; r < rows; r += TILE_ROWS, to += leftStep)
          packSix(xRows + (<usize>r << 2), xStep, n, rows - r, to);
        to = rightPanels + (<usize>k << 5);
        for (let c = 0; c < cols; c += 8, to += rightStep) packEight(yRows + (<usize>c << 2), yStep, n, cols - c, to);
      }
      for (let c = 0; c < cols; c += 8) {
        const panel = rightPanels + <usize>(c >> 3) * rightStep;
        const deep = symmetric ? min<i32>(rows, right - left + c + 8) : rows;
        tileColumn(scratch, leftStep, panel, count, corner + (<usize>c << 2), yStep, adds != 0 || i > 0, deep, cols - c, spare);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function multipleOf8(n: i32): i32 {
  return (n + 7) & ~7;
}

/** out[i, j] = out[j, i] for j < i; out (n, n). */
export function denseMirror(fromRow: i32, toRow: i32, n: i32, out: usize): void {
  const step = <usize>n << 2;
  for (let i = fromRow; i < toRow; i++) {
    let from = out + (<usize>i << 2);
    const row = out + <usize>i * step, end = row + (<usize>i << 2);
    for (let to = row; to < end; to += 4, from += step) store<f32>(to, load<f32>(from));
  }
}

/** to[k] = six columns of row k, of which `cols` exist. */
function packSix(from: usize, step: usize, count: i32, cols: i32, to: usize): void {
  const end = to + <usize>count * LEFT_STEP;
  if (cols >= TILE_ROWS) {
    for (; to < end; to += LEFT_STEP, from += step) {
      v128.store(to, v128.load(from));
      store<u64>(to, load<u64>(from, 16), 16);
    }
  } else for (; to < end; to += LEFT_STEP, from += step) packFew(from, cols, to, TILE_ROWS);
}

/** to[k] = eight columns of row k, of which `cols` exist. */
function packEight(from: usize, step: usize, count: i32, cols: i32, to: usize): void {
  const end = to + (<usize>count << 5);
  if (cols >= 8) {
    for (; to < end; to += 32, from += step) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
    }
  } else for (; to < end; to += 32, from += step) packFew(from, cols, to, 8);
}

function packFew(from: usize, cols: i32, to: usize, width: i32): void {
  for (let c = 0; c < width; c++)
    store<f32>(to + (<usize>c << 2), c < cols ? load<f32>(from + (<usize>c << 2)) : 0);
}

/** to[k] = element k of two rows, `step` bytes apart, into left panels. */
function packPair(from: usize, step: usize, count: i32, to: usize): void {
  let k = 0;
  for (; k + 4 <= count; k += 4) {
    const r0 = v128.load(from), r1 = v128.load(from + step);
    const low = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), high = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    v128.store64_lane(to, low, 0); v128.store64_lane(to + LEFT_STEP, low, 1);
    v128.store64_lane(to + 2 * LEFT_STEP, high, 0); v128.store64_lane(to + 3 * LEFT_STEP, high, 1);
    to += 4 * LEFT_STEP;
    from += 16;
  }
  for (; k < count; k++) {
    store<f32>(to, load<f32>(from)); store<f32>(to, load<f32>(from + step), 4);
    to += LEFT_STEP;
    from += 4;
  }
}

/** to[k] = element k of four rows, of which `rows` exist (the last stands in for the others), `toStep` bytes apart. */
function packTransposed(from: usize, step: usize, count: i32, rows: i32, to: usize, toStep: usize): void {
  let p0 = from;
  let p1 = rows > 1 ? p0 + step : p0;
  let p2 = rows > 2 ? p1 + step : p1;
  let p3 = rows > 3 ? p2 + step : p2;
  let k = 0;
  for (; k + 4 <= count; k += 4) {
    const r0 = v128.load(p0), r1 = v128.load(p1), r2 = v128.load(p2), r3 = v128.load(p3);
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
    v128.store(to + toStep, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
    v128.store(to + 2 * toStep, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
    v128.store(to + 3 * toStep, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
    to += 4 * toStep;
    p0 += 16; p1 += 16; p2 += 16; p3 += 16;
  }
  for (; k < count; k++) {
    store<f32>(to, load<f32>(p0)); store<f32>(to, load<f32>(p1), 4);
    store<f32>(to, load<f32>(p2), 8); store<f32>(to, load<f32>(p3), 12);
    to += toStep;
    p0 += 4; p1 += 4; p2 += 4; p3 += 4;
  }
}
