/** out[i] = x[i] * scale where hash32(i ^ key) >= threshold, else 0; four elements at a time. */
export function dropout(from: i32, to: i32, key: i32, threshold: i32, scale: f32, x: usize, out: usize): void {
  const scales = f32x4.splat(scale);
  const keys = i32x4.splat(key);
  const thresholds = i32x4.splat(threshold);
  let i = from;
  let counter = i32x4.add(i32x4.splat(from), i32x4(0, 1, 2, 3));
  for (; i + 4 <= to; i += 4) {
    let h = v128.xor(counter, keys);
    h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 16)), i32x4.splat(0x21f0aaad));
    h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 15)), i32x4.splat(0x735a2d97));
    h = v128.xor(h, i32x4.shr_u(h, 15));
    const keep = i32x4.ge_u(h, thresholds);
    const at = <usize>i << 2;
    v128.store(out + at, v128.and(keep, f32x4.mul(v128.load(x + at), scales)));
    counter = i32x4.add(counter, i32x4.splat(4));
  }
  for (; i < to; i++) {
    let h = <u32>(i ^ key);
    h = (h ^ (h >> 16)) * 0x21f0aaad;
    h = (h ^ (h >> 15)) * 0x735a2d97;
    h ^= h >> 15;
    const at = <usize>i << 2;
    store<f32>(out + at, h >= <u32>threshold ? load<f32>(x + at) * scale : 0);
  }
}
