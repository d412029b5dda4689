import { dropFloats } from "../simd.as";

/** out[i] = x[i] * scale where hash32(i ^ key) >= threshold, else 0; four elements at a time. */
export function dropout(from: i32, to: i32, key: i32, threshold: i32, scale: f32, x: usize, out: usize): void {
  const start = <usize>from << 2;
  dropFloats(x + start, out + start, to - from, from, key, threshold, scale);
}
