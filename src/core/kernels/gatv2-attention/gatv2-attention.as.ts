import { attendRow, dot, dropFloats, expFloats, keepScale } from "../simd.as";

// Rows of h belong to the cells that are heard (j), rows of g to those that listen (i); both are (heads * channels).
// LeakyReLU(v) = max(v, slope * v), as 0 <= slope <= 1.

/** a . LeakyReLU(h + g) over the channels of one head, in partial sums of every fourth channel. */
// @ts-ignore: decorator
@inline
function score(h: usize, g: usize, a: usize, channels: i32, slope: f32): f32 {
  const bytes = <usize>channels << 2;
  const slopes = f32x4.splat(slope);
  let c: usize = 0;
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0);
  for (; c + 32 <= bytes; c += 32) {
    const v0 = f32x4.add(v128.load(h + c), v128.load(g + c));
    const v1 = f32x4.add(v128.load(h + c, 16), v128.load(g + c, 16));
    s0 = f32x4.add(s0, f32x4.mul(v128.load(a + c), f32x4.pmax(v0, f32x4.mul(v0, slopes))));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(a + c, 16), f32x4.pmax(v1, f32x4.mul(v1, slopes))));
  }
  s0 = f32x4.add(s0, s1);
  for (; c + 16 <= bytes; c += 16) {
    const v = f32x4.add(v128.load(h + c), v128.load(g + c));
    s0 = f32x4.add(s0, f32x4.mul(v128.load(a + c), f32x4.pmax(v, f32x4.mul(v, slopes))));
  }
  let sum = (f32x4.extract_lane(s0, 0) + f32x4.extract_lane(s0, 1)) +
    (f32x4.extract_lane(s0, 2) + f32x4.extract_lane(s0, 3));
  for (; c < bytes; c += 4) {
    const v = load<f32>(h + c) + load<f32>(g + c);
    sum += load<f32>(a + c) * (v > 0 ? v : slope * v);
  }
  return sum;
}

/** The scores (degree, heads) of the edges [first, last) of one row. */
// @ts-ignore: decorator
@inline
function rowScores(
  first: usize, last: usize, h: usize, g: usize, a: usize, heads: i32, channels: i32, slope: f32, out: usize,
): void {
  const headBytes = <usize>channels << 2;
  const rowStep = headBytes * <usize>heads;
  let to = out;
  for (let p = first; p < last; p += 4) {
    const row = h + <usize>load<u32>(p) * rowStep;
    for (let at: usize = 0; at < rowStep; at += headBytes) {
      store<f32>(to, score(row + at, g + at, a + at, channels, slope));
      to += 4;
    }
  }
}

/** y[i] = sum of alpha * h[j] and lse[i] = log sum of exp(score), over the neighbours j of each row i, per head. */
export function gatv2Forward(
  fromRow: i32, toRow: i32, scratch: usize, heads: i32, channels: i32, indptr: usize, indices: usize, h: usize,
  g: usize, a: usize, slope: f32, key: u32, threshold: u32, scale: f32, y: usize, lse: usize,
): void {
  const edgeBytes = <usize>heads << 2;
  const rowStep = edgeBytes * <usize>channels;
  for (let i = fromRow; i < toRow; i++) {
    const first = indices + (<usize>load<u32>(indptr + (<usize>i << 2)) << 2);
    const last = indices + (<usize>load<u32>(indptr + (<usize>i << 2), 4) << 2);
    rowScores(first, last, h, g + <usize>i * rowStep, a, heads, channels, slope, scratch);
    const edge = <u32>((first - indices) >> 2);
    const yRow = y + <usize>i * rowStep;
    const lseRow = lse + <usize>i * edgeBytes;
    attendRow(scratch, first, last, edge, heads, channels, h, key, threshold, scale, yRow, lseRow);
  }
}

/** alpha[e, head] = exp(score - lse of its row). */
export function gatv2Attention(
  fromRow: i32, toRow: i32, heads: i32, channels: i32, indptr: usize, indices: usize, h: usize, g: usize, a: usize,
  lse: usize, slope: f32, alpha: usize,
): void {
  const edgeBytes = <usize>heads << 2;
  const rowStep = edgeBytes * <usize>channels;
  const start = alpha + <usize>load<u32>(indptr + (<usize>fromRow << 2)) * edgeBytes;
  let to = start;
  for (let i = fromRow; i < toRow; i++) {
    const first = indices + (<usize>load<u32>(indptr + (<usize>i << 2)) << 2);
    const last = indices + (<usize>load<u32>(indptr + (<usize>i << 2), 4) << 2);
    rowScores(first, last, h, g + <usize>i * rowStep, a, heads, channels, slope, to);
    const lseRow = lse + <usize>i * edgeBytes;
    for (let p = first; p < last; p += 4) {
      for (let head: usize = 0; head < edgeBytes; head += 4)
        store<f32>(to + head, load<f32>(to + head) - load<f32>(lseRow + head));
      to += edgeBytes;
    }
  }
  expFloats(start, to);
}

/**
 * ds = alpha * (dalpha - sum over the row of alpha * dalpha), the gradient of the scores, where dalpha = <dy[i], h[j]>
 * times what dropout multiplied alpha by.
 */
export function gatv2ScoreGradient(
  fromRow: i32, toRow: i32, heads: i32, channels: i32, indptr: usize, indices: usize, h: usize, dy: usize, alpha: usize,
  key: u32, threshold: u32, scale: f32, ds: usize,
): void {
  const headBytes = <usize>channels << 2;
  const rowStep = headBytes * <usize>heads;
  for (let i = fromRow; i < toRow; i++) {
    const firstEdge = load<u32>(indptr + (<usize>i << 2));
    const lastEdge = load<u32>(indptr + (<usize>i << 2), 4);
    const dyRow = dy + <usize>i * rowStep;
    for (let head = 0; head < heads; head++) {
      const at = <usize>head * headBytes;
      let mean: f32 = 0;
      for (let e = firstEdge; e < lastEdge; e++) {
        const element = e * heads + head;
        const row = h + <usize>load<u32>(indices + (<usize>e << 2)) * rowStep;
        let dalpha = dot(dyRow + at, row + at, channels);
        if (threshold) dalpha *= keepScale(element, key, threshold, scale);
        store<f32>(ds + (<usize>element << 2), dalpha);
        mean += load<f32>(alpha + (<usize>element << 2)) * dalpha;
      }
      for (let e = firstEdge; e < lastEdge; e++) {
        const k = <usize>(e * heads + head) << 2;
        store<f32>(ds + k, load<f32>(alpha + k) * (load<f32>(ds + k) - mean));
      }
    }
  }
}

/**
 * dg[i] = a * sum over the row of ds * slope of the LeakyReLU, by the neighbours above the kink alone (reference.ts
 * says why), and per block of rows
 * partial[block] = sum over its edges of ds * LeakyReLU(h[j] + g[i]), whose sum over the blocks is the gradient of a.
 */
export function gatv2TargetGradient(
  fromBlock: i32, toBlock: i32, blockRows: i32, nRows: i32, heads: i32, channels: i32, indptr: usize, indices: usize,
  h: usize, g: usize, a: usize, ds: usize, slope: f32, dg: usize, partial: usize,
): void {
  const edgeBytes = <usize>heads << 2;
  const headBytes = <usize>channels << 2;
  const rowStep = edgeBytes * <usize>channels;
  const slopes = f32x4.splat(slope), rise = f32x4.splat(1 - slope), zeros = f32x4.splat(0);
  for (let block = fromBlock; block < toBlock; block++) {
    const sums = partial + <usize>block * rowStep;
    memory.fill(sums, 0, rowStep);
    const end = min<i32>(nRows, (block + 1) * blockRows);
    for (let i = block * blockRows; i < end; i++) {
      const firstEdge = <usize>load<u32>(indptr + (<usize>i << 2));
      const first = indices + (firstEdge << 2);
      const last = indices + (<usize>load<u32>(indptr + (<usize>i << 2), 4) << 2);
      const gRow = g + <usize>i * rowStep;
      const dgRow = dg + <usize>i * rowStep;
      for (let head: usize = 0; head < <usize>heads; head++) {
        const dsHead = ds + firstEdge * edgeBytes + (head << 2);
        const headEnd = (head + 1) * headBytes;
        let c = head * headBytes;
        for (; c + 32 <= headEnd; c += 32) {
          const g0 = v128.load(gRow + c), g1 = v128.load(gRow + c, 16);
          let t0 = zeros, t1 = zeros, all0 = i32x4.splat(-1), all1 = i32x4.splat(-1);
          let w0 = v128.load(sums + c), w1 = v128.load(sums + c, 16);
          let weight = dsHead;
          for (let p = first; p < last; p += 4) {
            const row = h + <usize>load<u32>(p) * rowStep + c;
            const value = v128.load32_splat(weight);
            const v0 = f32x4.add(v128.load(row), g0), v1 = f32x4.add(v128.load(row, 16), g1);
            const above0 = f32x4.gt(v0, zeros), above1 = f32x4.gt(v1, zeros);
            t0 = f32x4.add(t0, v128.and(value, above0));
            t1 = f32x4.add(t1, v128.and(value, above1));
            all0 = v128.and(all0, above0);
            all1 = v128.and(all1, above1);
            w0 = f32x4.add(w0, f32x4.mul(value, f32x4.max(v0, f32x4.mul(v0, slopes))));
            w1 = f32x4.add(w1, f32x4.mul(value, f32x4.max(v1, f32x4.mul(v1, slopes))));
            weight += edgeBytes;
          }
          v128.store(dgRow + c, f32x4.mul(v128.andnot(t0, all0), f32x4.mul(rise, v128.load(a + c))));
          v128.store(dgRow + c, f32x4.mul(v128.andnot(t1, all1), f32x4.mul(rise, v128.load(a + c, 16))), 16);
          v128.store(sums + c, w0);
          v128.store(sums + c, w1, 16);
        }
        for (; c < headEnd; c += 4) {
          const gValue = load<f32>(gRow + c);
          let t: f32 = 0, all = true;
          let w = load<f32>(sums + c);
          let weight = dsHead;
          for (let p = first; p < last; p += 4) {
            const v = load<f32>(h + <usize>load<u32>(p) * rowStep + c) + gValue;
            if (v > 0) t += load<f32>(weight);
            else all = false;
            w += load<f32>(weight) * max<f32>(v, v * slope);
            weight += edgeBytes;
          }
          store<f32>(dgRow + c, all ? 0 : t * ((1 - slope) * load<f32>(a + c)));
          store<f32>(sums + c, w);
        }
      }
    }
  }
}

/**
 * dh[j] = sum over the edges that leave j of alpha * dy[i] + a * ds * slope of the LeakyReLU; walks the transposed
 * graph, whose entry t is the graph's entry order[t]. `scratch` holds alpha and then ds of one row.
 */
export function gatv2SourceGradient(
  fromRow: i32, toRow: i32, scratch: usize, heads: i32, channels: i32, indptr: usize, indices: usize, order: usize,
  h: usize, g: usize, a: usize, alpha: usize, ds: usize, dy: usize, slope: f32, key: u32, threshold: u32, scale: f32,
  dh: usize,
): void {
  const edgeBytes = <usize>heads << 2;
  const headBytes = <usize>channels << 2;
  const rowStep = edgeBytes * <usize>channels;
  const slopes = f32x4.splat(slope), ones = f32x4.splat(1), zeros = f32x4.splat(0);
  for (let j = fromRow; j < toRow; j++) {
    const firstEdge = <usize>load<u32>(indptr + (<usize>j << 2));
    const first = indices + (firstEdge << 2);
    const last = indices + (<usize>load<u32>(indptr + (<usize>j << 2), 4) << 2);
    const toScores = ((last - first) >> 2) * edgeBytes;
    let to = scratch;
    for (let p = order + (firstEdge << 2); p < order + (last - indices); p += 4) {
      const edge = load<u32>(p);
      const from = <usize>edge * edgeBytes;
      if (threshold) dropFloats(alpha + from, to, heads, edge * heads, key, threshold, scale);
      for (let k: usize = 0; k < edgeBytes; k += 4) {
        if (!threshold) store<f32>(to + k, load<f32>(alpha + from + k));
        store<f32>(to + toScores + k, load<f32>(ds + from + k));
      }
      to += edgeBytes;
    }
    const hRow = h + <usize>j * rowStep;
    const dhRow = dh + <usize>j * rowStep;
    for (let head: usize = 0; head < <usize>heads; head++) {
      const headEnd = (head + 1) * headBytes;
      let c = head * headBytes;
      for (; c + 32 <= headEnd; c += 32) {
        const h0 = v128.load(hRow + c), h1 = v128.load(hRow + c, 16);
        let y0 = zeros, y1 = zeros, t0 = zeros, t1 = zeros;
        let weight = scratch + (head << 2);
        for (let p = first; p < last; p += 4) {
          const at = <usize>load<u32>(p) * rowStep + c;
          const share = v128.load32_splat(weight), value = v128.load32_splat(weight + toScores);
          const v0 = f32x4.add(h0, v128.load(g + at)), v1 = f32x4.add(h1, v128.load(g + at, 16));
          y0 = f32x4.add(y0, f32x4.mul(share, v128.load(dy + at)));
          y1 = f32x4.add(y1, f32x4.mul(share, v128.load(dy + at, 16)));
          t0 = f32x4.add(t0, f32x4.mul(value, v128.bitselect(ones, slopes, f32x4.gt(v0, zeros))));
          t1 = f32x4.add(t1, f32x4.mul(value, v128.bitselect(ones, slopes, f32x4.gt(v1, zeros))));
          weight += edgeBytes;
        }
        v128.store(dhRow + c, f32x4.add(y0, f32x4.mul(t0, v128.load(a + c))));
        v128.store(dhRow + c, f32x4.add(y1, f32x4.mul(t1, v128.load(a + c, 16))), 16);
      }
      for (; c < headEnd; c += 4) {
        const hValue = load<f32>(hRow + c);
        let sum: f32 = 0, t: f32 = 0;
        let weight = scratch + (head << 2);
        for (let p = first; p < last; p += 4) {
          const at = <usize>load<u32>(p) * rowStep + c;
          sum += load<f32>(weight) * load<f32>(dy + at);
          t += load<f32>(weight + toScores) * (hValue + load<f32>(g + at) > 0 ? 1 : slope);
          weight += edgeBytes;
        }
        store<f32>(dhRow + c, sum + t * load<f32>(a + c));
      }
    }
  }
}
