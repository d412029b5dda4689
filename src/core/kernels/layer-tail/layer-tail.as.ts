import { exp4, keepMask4, madd } from "../simd.as";

/**
 * partial[block] = the sums of the block's rows of x, and the sums of squares around the block's own means: two rows of
 * `channels` each. A block stays in the cache between its two walks.
 */
export function momentsOfBlocks(
  fromBlock: i32, toBlock: i32, blockRows: i32, nRows: i32, channels: i32, x: usize, partial: usize,
): void {
  const step = <usize>channels << 2;
  for (let block = fromBlock; block < toBlock; block++) {
    const first = x + <usize>(block * blockRows) * step;
    const rows = min<i32>(blockRows, nRows - block * blockRows);
    const last = first + <usize>rows * step;
    const sums = partial + (<usize>block << 1) * step, squares = sums + step;
    memory.fill(sums, 0, step << 1);
    for (let row = first; row < last; row += step) addFloats(sums, row, step);
    const share = f32x4.splat(<f32>1 / <f32>rows);
    for (let row = first; row < last; row += step) {
      let c: usize = 0;
      for (; c + 16 <= step; c += 16) {
        const d = f32x4.sub(v128.load(row + c), f32x4.mul(v128.load(sums + c), share));
        v128.store(squares + c, f32x4.add(v128.load(squares + c), f32x4.mul(d, d)));
      }
      for (; c < step; c += 4) {
        const d = load<f32>(row + c) - load<f32>(sums + c) * f32x4.extract_lane(share, 0);
        store<f32>(squares + c, load<f32>(squares + c) + d * d);
      }
    }
  }
}

/**
 * Mean and population variance from the blocks, in order and in double precision.
 * Source: Chan, Golub & LeVeque 1983, eq. 1.5: squares around the mean of all are those around the blocks' own means, and
 * for each block its rows times the squared distance of the two means.
 */
export function momentsOfAll(
  fromChannel: i32, toChannel: i32, blockRows: i32, nRows: i32, channels: i32, partial: usize, mean: usize,
  variance: usize,
): void {
  const step = <usize>channels << 2;
  const n = <f64>nRows;
  for (let c = <usize>fromChannel << 2; c < <usize>toChannel << 2; c += 4) {
    let sum: f64 = 0;
    let at = partial + c;
    for (let done = 0; done < nRows; done += blockRows) {
      sum += <f64>load<f32>(at);
      at += step << 1;
    }
    const centre = sum / n;
    let squares: f64 = 0;
    at = partial + c;
    for (let done = 0; done < nRows; done += blockRows) {
      const rows = <f64>min<i32>(blockRows, nRows - done);
      const d = <f64>load<f32>(at) / rows - centre;
      squares += <f64>load<f32>(at + step) + rows * d * d;
      at += step << 1;
    }
    store<f32>(mean + c, <f32>centre);
    store<f32>(variance + c, <f32>(squares / n));
  }
}

/** partial[block] = the sums of the block's rows of x. */
export function sumsOfBlocks(
  fromBlock: i32, toBlock: i32, blockRows: i32, nRows: i32, channels: i32, x: usize, partial: usize,
): void {
  const step = <usize>channels << 2;
  for (let block = fromBlock; block < toBlock; block++) {
    const sums = partial + <usize>block * step;
    const last = x + <usize>min<i32>(nRows, (block + 1) * blockRows) * step;
    memory.fill(sums, 0, step);
    for (let row = x + <usize>(block * blockRows) * step; row < last; row += step) addFloats(sums, row, step);
  }
}

/** out[c] = the sum of column c over the blocks, `rowFloats` apart, in order and in double precision. */
export function sumsOfAll(
  fromChannel: i32, toChannel: i32, nBlocks: i32, rowFloats: i32, partial: usize, out: usize,
): void {
  const step = <usize>rowFloats << 2;
  for (let c = <usize>fromChannel << 2; c < <usize>toChannel << 2; c += 4) {
    let sum: f64 = 0;
    const last = partial + c + <usize>nBlocks * step;
    for (let at = partial + c; at < last; at += step) sum += <f64>load<f32>(at);
    store<f32>(out + c, <f32>sum);
  }
}

/** See kernels.ts; what is not there has the address 0, the other three of a norm with its mean. */
export function tailCoefficients(
  fromChannel: i32, toChannel: i32, channels: i32, epsilon: f32, mean: usize, variance: usize, weight: usize,
  bias: usize, out: usize,
): void {
  const step = <usize>channels << 2;
  for (let c = <usize>fromChannel << 2; c < <usize>toChannel << 2; c += 4) {
    const inverse = mean ? <f32>1 / sqrt<f32>(load<f32>(variance + c) + epsilon) : 1;
    store<f32>(out + c, mean ? load<f32>(mean + c) : 0);
    store<f32>(out + step + c, mean ? load<f32>(weight + c) * inverse : 1);
    store<f32>(out + 2 * step + c, bias ? load<f32>(bias + c) : 0);
    store<f32>(out + 3 * step + c, inverse);
  }
}

/** y = keep (act((x - mean) scale + shift) + skip), rows from nValid on zero; `skip` is 0 where there is none. */
export function tailForward(
  fromRow: i32, toRow: i32, nValid: i32, firstRow: i32, channels: i32, x: usize, coefficients: usize, skip: usize,
  elu: i32, key: u32, threshold: u32, keepScale: f32, y: usize,
): void {
  const step = <usize>channels << 2;
  for (let i = fromRow; i < toRow; i++) {
    const at = <usize>i * step;
    if (i >= nValid) {
      memory.fill(y + at, 0, step);
      continue;
    }
    const counter = (firstRow + i) * channels;
    const skipRow = skip ? skip + at : 0;
    let c: usize = 0;
    for (; c + 16 <= step; c += 16)
      forward4(16, x + at, coefficients, step, c, skipRow, elu, counter, key, threshold, keepScale, y + at);
    if (c < step)
      forward4(step - c, x + at, coefficients, step, c, skipRow, elu, counter, key, threshold, keepScale, y + at);
  }
}

// @ts-ignore: decorator
@inline
function forward4(
  bytes: usize, x: usize, coefficients: usize, step: usize, c: usize, skip: usize, elu: i32, counter: u32, key: u32,
  threshold: u32, keepScale: f32, y: usize,
): void {
  const z = linear(bytes, read(bytes, x + c), coefficients + c, step);
  let value = elu ? eluOf(z) : z;
  if (skip) value = f32x4.add(value, read(bytes, skip + c));
  write(bytes, y + c, keep(value, counter, c, key, threshold, keepScale));
}

/**
 * partial[block] = the sums over the block's rows of dz and of dz (x - mean) / deviation; dz itself is written where there
 * is room for it (else 0).
 */
export function tailGradientSums(
  fromBlock: i32, toBlock: i32, blockRows: i32, nValid: i32, firstRow: i32, channels: i32, x: usize,
  coefficients: usize, dy: usize, elu: i32, key: u32, threshold: u32, keepScale: f32, partial: usize, dz: usize,
): void {
  const step = <usize>channels << 2;
  for (let block = fromBlock; block < toBlock; block++) {
    const sums = partial + (<usize>block << 1) * step;
    memory.fill(sums, 0, step << 1);
    const end = min<i32>(nValid, (block + 1) * blockRows);
    for (let i = block * blockRows; i < end; i++) {
      const at = <usize>i * step;
      const counter = (firstRow + i) * channels;
      const to = dz ? dz + at : 0;
      let c: usize = 0;
      for (; c + 16 <= step; c += 16)
        sums4(16, x + at, coefficients, step, c, dy + at, elu, counter, key, threshold, keepScale, sums, to);
      if (c < step)
        sums4(step - c, x + at, coefficients, step, c, dy + at, elu, counter, key, threshold, keepScale, sums, to);
    }
  }
}

// @ts-ignore: decorator
@inline
function sums4(
  bytes: usize, x: usize, coefficients: usize, step: usize, c: usize, dy: usize, elu: i32, counter: u32, key: u32,
  threshold: u32, keepScale: f32, sums: usize, to: usize,
): void {
  const own = read(bytes, x + c);
  let dz = keep(read(bytes, dy + c), counter, c, key, threshold, keepScale);
  if (elu) dz = f32x4.mul(dz, eluSlope(linear(bytes, own, coefficients + c, step)));
  if (to) write(bytes, to + c, dz);
  const centred = f32x4.sub(own, read(bytes, coefficients + c));
  const normal = f32x4.mul(centred, read(bytes, coefficients + 3 * step + c));
  write(bytes, sums + c, f32x4.add(read(bytes, sums + c), dz));
  write(bytes, sums + step + c, f32x4.add(read(bytes, sums + step + c), f32x4.mul(dz, normal)));
}

/**
 * dx = scale (dz - Σ dz / n - x̂ Σ dz x̂ / n), without the sums where n, `nNormed`, is 0; rows from nValid on are zero.
 * `slopes` is room for 2 * channels floats of the thread's own. dx may be dy.
 */
export function tailGradient(
  fromRow: i32, toRow: i32, slopes: usize, nValid: i32, firstRow: i32, channels: i32, x: usize, coefficients: usize,
  dy: usize, sumDz: usize, sumDzNormal: usize, nNormed: i32, elu: i32, key: u32, threshold: u32, keepScale: f32,
  dx: usize,
): void {
  const step = <usize>channels << 2;
  memory.fill(slopes, 0, step << 1);
  if (nNormed > 0) {
    const share = <f32>1 / <f32>nNormed;
    for (let c: usize = 0; c < step; c += 4) {
      const scale = -load<f32>(coefficients + step + c) * share;
      store<f32>(slopes + c, scale * load<f32>(sumDzNormal + c) * load<f32>(coefficients + 3 * step + c));
      store<f32>(slopes + step + c, scale * load<f32>(sumDz + c));
    }
  }
  for (let i = fromRow; i < toRow; i++) {
    const at = <usize>i * step;
    if (i >= nValid) {
      memory.fill(dx + at, 0, step);
      continue;
    }
    const counter = (firstRow + i) * channels;
    let c: usize = 0;
    for (; c + 16 <= step; c += 16)
      gradient4(16, x + at, coefficients, step, c, dy + at, slopes, elu, counter, key, threshold, keepScale, dx + at);
    if (c < step)
      gradient4(
        step - c, x + at, coefficients, step, c, dy + at, slopes, elu, counter, key, threshold, keepScale, dx + at,
      );
  }
}

// @ts-ignore: decorator
@inline
function gradient4(
  bytes: usize, x: usize, coefficients: usize, step: usize, c: usize, dy: usize, slopes: usize, elu: i32,
  counter: u32, key: u32, threshold: u32, keepScale: f32, dx: usize,
): void {
  const own = read(bytes, x + c);
  let dz = keep(read(bytes, dy + c), counter, c, key, threshold, keepScale);
  if (elu) dz = f32x4.mul(dz, eluSlope(linear(bytes, own, coefficients + c, step)));
  const centred = f32x4.sub(own, read(bytes, coefficients + c));
  const through = f32x4.add(f32x4.mul(centred, read(bytes, slopes + c)), read(bytes, slopes + step + c));
  write(bytes, dx + c, f32x4.add(f32x4.mul(dz, read(bytes, coefficients + step + c)), through));
}

/** (x - mean) scale + shift. */
// @ts-ignore: decorator
@inline
function linear(bytes: usize, x: v128, coefficients: usize, step: usize): v128 {
  const scaled = f32x4.mul(f32x4.sub(x, read(bytes, coefficients)), read(bytes, coefficients + step));
  return f32x4.add(scaled, read(bytes, coefficients + 2 * step));
}

/** What dropout leaves of the four elements from `counter` + c / 4 on. */
// @ts-ignore: decorator
@inline
function keep(value: v128, counter: u32, c: usize, key: u32, threshold: u32, keepScale: f32): v128 {
  if (!threshold) return value;
  const counters = i32x4.add(i32x4.splat(counter + <u32>(c >> 2)), i32x4(0, 1, 2, 3));
  const mask = keepMask4(counters, i32x4.splat(key), i32x4.splat(threshold));
  return v128.and(mask, f32x4.mul(value, f32x4.splat(keepScale)));
}

/** z where it is above zero, else exp(z) - 1; relative error below 1e-6. */
// @ts-ignore: decorator
@inline
function eluOf(z: v128): v128 {
  const zero = f32x4.splat(0);
  return f32x4.add(f32x4.pmax(z, zero), expMinusOne4(f32x4.pmin(z, zero)));
}

/** The derivative of it: 1 or exp(z). */
// @ts-ignore: decorator
@inline
function eluSlope(z: v128): v128 {
  return exp4(f32x4.pmin(z, f32x4.splat(0)));
}

/**
 * exp(x) - 1 of four floats that are at most zero: exp4's polynomial without its one, so that nothing cancels near zero.
 * x = n ln 2 + r:  exp(x) - 1 = 2^n (exp(r) - 1) + (2^n - 1).
 */
// @ts-ignore: decorator
@inline
function expMinusOne4(value: v128): v128 {
  const x = f32x4.pmax(value, f32x4.splat(-87.0));
  const rounded = f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504088896341)), f32x4.splat(12582912)); // as exp4 does
  const n = f32x4.sub(rounded, f32x4.splat(12582912));
  let r = madd(n, f32x4.splat(-0.693359375), x);
  r = madd(n, f32x4.splat(2.12194440e-4), r);
  let p = f32x4.splat(1.9875691500e-4);
  p = madd(p, r, f32x4.splat(1.3981999507e-3));
  p = madd(p, r, f32x4.splat(8.3334519073e-3));
  p = madd(p, r, f32x4.splat(4.1665795894e-2));
  p = madd(p, r, f32x4.splat(1.6666665459e-1));
  p = madd(p, r, f32x4.splat(5.0000001201e-1));
  p = madd(f32x4.mul(p, r), r, r);
  const power = i32x4.shl(i32x4.add(rounded, i32x4.splat(127)), 23);
  return f32x4.add(f32x4.mul(p, power), f32x4.sub(power, f32x4.splat(1)));
}

/** Four floats, or the one to three that a row ends with, and zeros. */
// @ts-ignore: decorator
@inline
function read(bytes: usize, at: usize): v128 {
  if (bytes == 16) return v128.load(at);
  let value = v128.load32_zero(at);
  if (bytes > 4) value = f32x4.replace_lane(value, 1, load<f32>(at, 4));
  if (bytes > 8) value = f32x4.replace_lane(value, 2, load<f32>(at, 8));
  return value;
}

// @ts-ignore: decorator
@inline
function write(bytes: usize, at: usize, value: v128): void {
  if (bytes == 16) {
    v128.store(at, value);
  } else {
    store<f32>(at, f32x4.extract_lane(value, 0));
    if (bytes > 4) store<f32>(at, f32x4.extract_lane(value, 1), 4);
    if (bytes > 8) store<f32>(at, f32x4.extract_lane(value, 2), 8);
  }
}

// @ts-ignore: decorator
@inline
function addFloats(sums: usize, row: usize, bytes: usize): void {
  let c: usize = 0;
  for (; c + 16 <= bytes; c += 16) v128.store(sums + c, f32x4.add(v128.load(sums + c), v128.load(row + c)));
  for (; c < bytes; c += 4) store<f32>(sums + c, load<f32>(sums + c) + load<f32>(row + c));
}
