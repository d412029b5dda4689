import { attendRow, dot, dropFloats, expFloats, expInPlace, keepScale, weightedRowSum } from "../simd.as";

// Scores of one row live in `scratch`, (degree, heads) and up to three floats more: the widest row decides its size.
// Attention dropout: (edge, head) stays when the mask of counter edge * heads + head says so; threshold 0 keeps all.

// @ts-ignore: decorator
@inline
function leakyRelu4(v: v128, slope: v128): v128 {
  return v128.bitselect(v, f32x4.mul(v, slope), f32x4.gt(v, f32x4.splat(0)));
}

/** scores = LeakyReLU(a + b) - c for the heads of one edge; c may be 0 (absent). */
// @ts-ignore: decorator
@inline
function edgeScores(a: usize, b: usize, c: usize, slope: f32, heads: i32, out: usize): void {
  const bytes = <usize>heads << 2;
  let k: usize = 0;
  for (; k + 16 <= bytes; k += 16) {
    let v = leakyRelu4(f32x4.add(v128.load(a + k), v128.load(b + k)), f32x4.splat(slope));
    if (c) v = f32x4.sub(v, v128.load(c + k));
    v128.store(out + k, v);
  }
  for (; k < bytes; k += 4) {
    let v = load<f32>(a + k) + load<f32>(b + k);
    v = v > 0 ? v : slope * v;
    store<f32>(out + k, c ? v - load<f32>(c + k) : v);
  }
}

/** y[i] = sum of alpha * h[j] and lse[i] = log sum of exp(score), over the neighbours j of each row i, per head. */
export function gatForward(
  fromRow: i32, toRow: i32, scratch: usize, heads: i32, channels: i32, indptr: usize, indices: usize, h: usize,
  source: usize, target: usize, slope: f32, key: u32, threshold: u32, scale: f32, y: usize, lse: usize,
): void {
  const edgeBytes = <usize>heads << 2;
  const rowStep = edgeBytes * <usize>channels;
  for (let i = fromRow; i < toRow; i++) {
    const first = indices + (<usize>load<u32>(indptr + (<usize>i << 2)) << 2);
    const last = indices + (<usize>load<u32>(indptr + (<usize>i << 2), 4) << 2);
    const targetRow = target + <usize>i * edgeBytes;
    let to = scratch;
    for (let p = first; p < last; p += 4) {
      edgeScores(source + <usize>load<u32>(p) * edgeBytes, targetRow, 0, slope, heads, to);
      to += edgeBytes;
    }
    const edge = <u32>((first - indices) >> 2);
    const yRow = y + <usize>i * rowStep;
    const lseRow = lse + <usize>i * edgeBytes;
    attendRow(scratch, first, last, edge, heads, channels, h, key, threshold, scale, yRow, lseRow);
  }
}

/** alpha[e, head] = exp(score - lse of its row). */
export function gatAttention(
  fromRow: i32, toRow: i32, heads: i32, indptr: usize, indices: usize, source: usize, target: usize, lse: usize,
  slope: f32, alpha: usize,
): void {
  const edgeBytes = <usize>heads << 2;
  const start = alpha + <usize>load<u32>(indptr + (<usize>fromRow << 2)) * edgeBytes;
  let to = start;
  for (let i = fromRow; i < toRow; i++) {
    const first = indices + (<usize>load<u32>(indptr + (<usize>i << 2)) << 2);
    const last = indices + (<usize>load<u32>(indptr + (<usize>i << 2), 4) << 2);
    const row = <usize>i * edgeBytes;
    for (let p = first; p < last; p += 4) {
      edgeScores(source + <usize>load<u32>(p) * edgeBytes, target + row, lse + row, slope, heads, to);
      to += edgeBytes;
    }
  }
  expFloats(start, to);
}

/**
 * dh[j] = sum over the edges that leave j of alpha * dy[i]; walks the transposed graph, whose entry t is the graph's
 * entry order[t]; `order` is read for the dropout alone.
 */
export function gatFeatureGradient(
  fromRow: i32, toRow: i32, scratch: usize, heads: i32, channels: i32, indptr: usize, indices: usize, dy: usize,
  source: usize, target: usize, lse: usize, slope: f32, key: u32, threshold: u32, scale: f32, order: usize, dh: usize,
): void {
  const edgeBytes = <usize>heads << 2;
  const headBytes = <usize>channels << 2;
  const rowStep = edgeBytes * <usize>channels;
  for (let j = fromRow; j < toRow; j++) {
    const first = indices + (<usize>load<u32>(indptr + (<usize>j << 2)) << 2);
    const last = indices + (<usize>load<u32>(indptr + (<usize>j << 2), 4) << 2);
    const sourceRow = source + <usize>j * edgeBytes;
    let to = scratch;
    for (let p = first; p < last; p += 4) {
      const i = <usize>load<u32>(p) * edgeBytes;
      edgeScores(sourceRow, target + i, lse + i, slope, heads, to);
      to += edgeBytes;
    }
    expInPlace(scratch, <i32>((last - first) >> 2) * heads);
    if (threshold) {
      let alpha = scratch;
      for (let p = first; p < last; p += 4) {
        const edge = load<u32>(order + (p - indices));
        dropFloats(alpha, alpha, heads, edge * heads, key, threshold, scale);
        alpha += edgeBytes;
      }
    }
    for (let head: usize = 0; head < <usize>heads; head++) {
      const at = head * headBytes;
      const out = dh + <usize>j * rowStep + at;
      weightedRowSum(first, last, scratch + (head << 2), edgeBytes, dy + at, rowStep, out, channels);
    }
  }
}

/**
 * de = alpha * (dalpha - sum over the row of alpha * dalpha) * slope of the LeakyReLU, where dalpha = <dy[i], h[j]>
 * times what dropout multiplied alpha by.
 */
export function gatEdgeGradient(
  fromRow: i32, toRow: i32, scratch: usize, heads: i32, channels: i32, indptr: usize, indices: usize, h: usize,
  dy: usize, source: usize, target: usize, lse: usize, slope: f32, key: u32, threshold: u32, scale: f32, de: usize,
): void {
  const edgeBytes = <usize>heads << 2;
  const headBytes = <usize>channels << 2;
  const rowStep = edgeBytes * <usize>channels;
  let deRow = de + <usize>load<u32>(indptr + (<usize>fromRow << 2)) * edgeBytes;
  for (let i = fromRow; i < toRow; i++) {
    const first = indices + (<usize>load<u32>(indptr + (<usize>i << 2)) << 2);
    const last = indices + (<usize>load<u32>(indptr + (<usize>i << 2), 4) << 2);
    const row = <usize>i * edgeBytes;
    let to = scratch;
    for (let p = first; p < last; p += 4) {
      edgeScores(source + <usize>load<u32>(p) * edgeBytes, target + row, lse + row, slope, heads, to);
      to += edgeBytes;
    }
    expInPlace(scratch, <i32>((last - first) >> 2) * heads);
    for (let head: usize = 0; head < <usize>heads; head++) {
      const at = head * headBytes;
      const dyHead = dy + <usize>i * rowStep + at;
      const lane = head << 2;
      let mean: f32 = 0;
      let k = lane;
      for (let p = first; p < last; p += 4) {
        let dalpha = dot(dyHead, h + <usize>load<u32>(p) * rowStep + at, channels);
        if (threshold) dalpha *= keepScale(<u32>((p - indices) >> 2) * heads + <u32>head, key, threshold, scale);
        store<f32>(deRow + k, dalpha);
        mean += load<f32>(scratch + k) * dalpha;
        k += edgeBytes;
      }
      const targetScore = load<f32>(target + row + lane);
      k = lane;
      for (let p = first; p < last; p += 4) {
        const raw = load<f32>(source + <usize>load<u32>(p) * edgeBytes + lane) + targetScore;
        const de = load<f32>(scratch + k) * (load<f32>(deRow + k) - mean);
        store<f32>(deRow + k, raw > 0 ? de : de * slope);
        k += edgeBytes;
      }
    }
    deRow += ((last - first) >> 2) * edgeBytes;
  }
}

/** out[i, head] = sum over row i of values[order[e], head], or of values[e, head] when `order` is 0. */
export function edgeSum(
  fromRow: i32, toRow: i32, heads: i32, indptr: usize, order: usize, values: usize, out: usize,
): void {
  const edgeBytes = <usize>heads << 2;
  for (let i = fromRow; i < toRow; i++) {
    const first = load<u32>(indptr + (<usize>i << 2));
    const last = load<u32>(indptr + (<usize>i << 2), 4);
    const row = out + <usize>i * edgeBytes;
    for (let head: usize = 0; head < edgeBytes; head += 4) {
      let sum: f32 = 0;
      for (let e = first; e < last; e++) {
        const from = order ? load<u32>(order + (<usize>e << 2)) : e;
        sum += load<f32>(values + <usize>from * edgeBytes + head);
      }
      store<f32>(row + head, sum);
    }
  }
}
