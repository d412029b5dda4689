// Pieces that the wasm kernels share. Compiled by scripts/build-kernels.mjs, run on tfjs's own heap: nothing here may
// own memory, so no strings, arrays or tables (the build refuses a binary with a data segment).

/**
 * a * b + c, rounded once where the platform has relaxed SIMD and its processor fused multiplication, else twice. The
 * build compiles both forms; a sum whose elements may be computed by either loop of a kernel must use it in both.
 */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

/**
 * out[0 .. channels) = sum over entries of weight * x[index, :], in the entries' order.
 * A block of channels is held in registers while the row's entries are walked, so each output is written once.
 * Steps are in bytes: `weightStep` between the weights of two entries, `rowStep` between two rows of x.
 */
// @ts-ignore: decorator
@inline
export function weightedRowSum(
  index: usize, indexEnd: usize, weight: usize, weightStep: usize, x: usize, rowStep: usize, out: usize, channels: i32,
): void {
  let c: usize = 0;
  const bytes = <usize>channels << 2;
  for (; c + 128 <= bytes; c += 128) {
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0), a2 = f32x4.splat(0), a3 = f32x4.splat(0);
    let a4 = f32x4.splat(0), a5 = f32x4.splat(0), a6 = f32x4.splat(0), a7 = f32x4.splat(0);
    let w = weight;
    for (let p = index; p < indexEnd; p += 4) {
      const value = v128.load32_splat(w);
      const row = x + <usize>load<u32>(p) * rowStep + c;
      a0 = madd(value, v128.load(row), a0);
      a1 = madd(value, v128.load(row, 16), a1);
      a2 = madd(value, v128.load(row, 32), a2);
      a3 = madd(value, v128.load(row, 48), a3);
      a4 = madd(value, v128.load(row, 64), a4);
      a5 = madd(value, v128.load(row, 80), a5);
      a6 = madd(value, v128.load(row, 96), a6);
      a7 = madd(value, v128.load(row, 112), a7);
      w += weightStep;
    }
    const to = out + c;
    v128.store(to, a0); v128.store(to, a1, 16); v128.store(to, a2, 32); v128.store(to, a3, 48);
    v128.store(to, a4, 64); v128.store(to, a5, 80); v128.store(to, a6, 96); v128.store(to, a7, 112);
  }
  for (; c + 32 <= bytes; c += 32) {
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0);
    let w = weight;
    for (let p = index; p < indexEnd; p += 4) {
      const value = v128.load32_splat(w);
      const row = x + <usize>load<u32>(p) * rowStep + c;
      a0 = madd(value, v128.load(row), a0);
      a1 = madd(value, v128.load(row, 16), a1);
      w += weightStep;
    }
    v128.store(out + c, a0); v128.store(out + c, a1, 16);
  }
  for (; c + 16 <= bytes; c += 16) {
    let a0 = f32x4.splat(0);
    let w = weight;
    for (let p = index; p < indexEnd; p += 4) {
      const row = x + <usize>load<u32>(p) * rowStep + c;
      a0 = madd(v128.load32_splat(w), v128.load(row), a0);
      w += weightStep;
    }
    v128.store(out + c, a0);
  }
  for (; c < bytes; c += 4) {
    let sum: f32 = 0;
    let w = weight;
    for (let p = index; p < indexEnd; p += 4) {
      sum += load<f32>(w) * load<f32>(x + <usize>load<u32>(p) * rowStep + c);
      w += weightStep;
    }
    store<f32>(out + c, sum);
  }
}

/** Sum of a[k] * b[k] over `channels` floats, in four partial sums of every fourth element each. */
// @ts-ignore: decorator
@inline
export function dot(a: usize, b: usize, channels: i32): f32 {
  let c: usize = 0;
  const bytes = <usize>channels << 2;
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0);
  for (; c + 32 <= bytes; c += 32) {
    s0 = madd(v128.load(a + c), v128.load(b + c), s0);
    s1 = madd(v128.load(a + c, 16), v128.load(b + c, 16), s1);
  }
  s0 = f32x4.add(s0, s1);
  for (; c + 16 <= bytes; c += 16) s0 = madd(v128.load(a + c), v128.load(b + c), s0);
  let sum = (f32x4.extract_lane(s0, 0) + f32x4.extract_lane(s0, 1)) +
    (f32x4.extract_lane(s0, 2) + f32x4.extract_lane(s0, 3));
  for (; c < bytes; c += 4) sum += load<f32>(a + c) * load<f32>(b + c);
  return sum;
}

/**
 * exp of four floats, relative error below 2e-7 on [-87, 88]; smaller arguments give about 1e-38, larger 2e38.
 * x = n ln 2 + r with |r| <= ln 2 / 2; a degree-6 Taylor-like polynomial (Cephes' coefficients) times 2^n.
 */
// @ts-ignore: decorator
@inline
export function exp4(value: v128): v128 {
  // pmin and pmax are one instruction each where min and max are seven, and let NaN through as well in this order
  const x = f32x4.pmin(f32x4.pmax(value, f32x4.splat(-87.0)), f32x4.splat(88.0));
  // at 1.5 * 2^23 the last bit is worth 1: adding it rounds, and leaves n in the low bits
  const rounded = f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504088896341)), f32x4.splat(12582912));
  const n = f32x4.sub(rounded, f32x4.splat(12582912));
  // ln 2 in two parts: n times the first is exact
  let r = madd(n, f32x4.splat(-0.693359375), x);
  r = madd(n, f32x4.splat(2.12194440e-4), r);
  let p = f32x4.splat(1.9875691500e-4);
  p = madd(p, r, f32x4.splat(1.3981999507e-3));
  p = madd(p, r, f32x4.splat(8.3334519073e-3));
  p = madd(p, r, f32x4.splat(4.1665795894e-2));
  p = madd(p, r, f32x4.splat(1.6666665459e-1));
  p = madd(p, r, f32x4.splat(5.0000001201e-1));
  p = madd(f32x4.mul(p, r), r, f32x4.add(r, f32x4.splat(1)));
  const power = i32x4.shl(i32x4.add(rounded, i32x4.splat(127)), 23);
  return f32x4.mul(p, power);
}

/** exp of `count` floats in place; the last group may run up to three floats past the end. */
// @ts-ignore: decorator
@inline
export function expInPlace(at: usize, count: i32): void {
  const end = at + (<usize>count << 2);
  for (let p = at; p < end; p += 16) v128.store(p, exp4(v128.load(p)));
}

/** exp of the floats in [start, end) in place, and of none behind them. */
// @ts-ignore: decorator
@inline
export function expFloats(start: usize, end: usize): void {
  let p = start;
  for (; p + 16 <= end; p += 16) v128.store(p, exp4(v128.load(p)));
  for (; p < end; p += 4) store<f32>(p, f32x4.extract_lane(exp4(f32x4.splat(load<f32>(p))), 0));
}

/**
 * Turns the scores (degree, heads) of one row, at least one, into their softmax per head, and writes the log of the sum
 * of their exponentials to `lse`. Up to three floats behind the scores are overwritten.
 */
// @ts-ignore: decorator
@inline
export function softmaxRow(scores: usize, degree: i32, heads: i32, lse: usize): void {
  const edgeBytes = <usize>heads << 2;
  const end = scores + <usize>degree * edgeBytes;
  for (let head: usize = 0; head < edgeBytes; head += 4) {
    let top = load<f32>(scores + head);
    for (let p = scores + head; p < end; p += edgeBytes) top = max<f32>(top, load<f32>(p));
    for (let p = scores + head; p < end; p += edgeBytes) store<f32>(p, load<f32>(p) - top);
    store<f32>(lse + head, top);
  }
  expInPlace(scores, degree * heads);
  for (let head: usize = 0; head < edgeBytes; head += 4) {
    let sum: f32 = 0;
    for (let p = scores + head; p < end; p += edgeBytes) sum += load<f32>(p);
    const inverse = <f32>1 / sum;
    for (let p = scores + head; p < end; p += edgeBytes) store<f32>(p, load<f32>(p) * inverse);
    store<f32>(lse + head, load<f32>(lse + head) + log1(sum));
  }
}

/**
 * The end of graph attention's forward pass for one row, whose edges' columns stand in [first, last), the first of them
 * edge number `edge`: turns the scores (degree, heads) into attention, drops from it, and writes the weighted sum of
 * h's rows to `y` and the log-sum-exp of the scores to `lse`; zeros for a row without edges.
 */
// @ts-ignore: decorator
@inline
export function attendRow(
  scores: usize, first: usize, last: usize, edge: u32, heads: i32, channels: i32, h: usize, key: u32, threshold: u32,
  scale: f32, y: usize, lse: usize,
): void {
  const edgeBytes = <usize>heads << 2;
  const headBytes = <usize>channels << 2;
  const rowStep = edgeBytes * <usize>channels;
  if (first == last) {
    memory.fill(y, 0, rowStep);
    memory.fill(lse, 0, edgeBytes);
    return;
  }
  const degree = <i32>((last - first) >> 2);
  softmaxRow(scores, degree, heads, lse);
  if (threshold) dropFloats(scores, scores, degree * heads, edge * heads, key, threshold, scale);
  for (let head: usize = 0; head < <usize>heads; head++) {
    const at = head * headBytes;
    weightedRowSum(first, last, scores + (head << 2), edgeBytes, h + at, rowStep, y + at, channels);
  }
}

/** Natural logarithm of a positive normal float, error below 2 ulp (Cephes' logf). */
// @ts-ignore: decorator
@inline
export function log1(value: f32): f32 {
  const bits = reinterpret<i32>(value);
  let exponent = <f32>((bits >> 23) - 126);
  let m = reinterpret<f32>((bits & 0x007fffff) | 0x3f000000); // in [0.5, 1)
  if (m < 0.707106781) {
    exponent -= 1;
    m += m;
  }
  const r = m - 1;
  const square = r * r;
  let p: f32 = 7.0376836292e-2;
  p = p * r - 1.1514610310e-1;
  p = p * r + 1.1676998740e-1;
  p = p * r - 1.2420140846e-1;
  p = p * r + 1.4249322787e-1;
  p = p * r - 1.6668057665e-1;
  p = p * r + 2.0000714765e-1;
  p = p * r - 2.4999993993e-1;
  p = p * r + 3.3333331174e-1;
  let y = p * r * square;
  y += exponent * -2.12194440e-4;
  y -= 0.5 * square;
  return r + y + exponent * 0.693359375;
}

/** The counter-based mask of four elements, all ones where hash32(counter ^ key) >= threshold; core/random.ts's hash. */
// @ts-ignore: decorator
@inline
export function keepMask4(counter: v128, key: v128, threshold: v128): v128 {
  let h = v128.xor(counter, key);
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 16)), i32x4.splat(0x21f0aaad));
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 15)), i32x4.splat(0x735a2d97));
  return i32x4.ge_u(v128.xor(h, i32x4.shr_u(h, 15)), threshold);
}

/** `scale` where the mask keeps that element, else 0. */
// @ts-ignore: decorator
@inline
export function keepScale(counter: u32, key: u32, threshold: u32, scale: f32): f32 {
  let h = counter ^ key;
  h = (h ^ (h >> 16)) * 0x21f0aaad;
  h = (h ^ (h >> 15)) * 0x735a2d97;
  h ^= h >> 15;
  return h >= threshold ? scale : 0;
}

/** out[k] = x[k] * scale where the mask keeps element counter + k, else 0; `out` may be `x`. */
// @ts-ignore: decorator
@inline
export function dropFloats(
  x: usize, out: usize, count: i32, counter: u32, key: u32, threshold: u32, scale: f32,
): void {
  const scales = f32x4.splat(scale), keys = i32x4.splat(key), thresholds = i32x4.splat(threshold);
  let counters = i32x4.add(i32x4.splat(counter), i32x4(0, 1, 2, 3));
  let k = 0;
  for (; k + 4 <= count; k += 4) {
    const at = <usize>k << 2;
    v128.store(out + at, v128.and(keepMask4(counters, keys, thresholds), f32x4.mul(v128.load(x + at), scales)));
    counters = i32x4.add(counters, i32x4.splat(4));
  }
  for (; k < count; k++) {
    const at = <usize>k << 2;
    const factor = keepScale(counter + k, key, threshold, scale);
    store<f32>(out + at, factor == 0 ? 0 : load<f32>(x + at) * factor);
  }
}
