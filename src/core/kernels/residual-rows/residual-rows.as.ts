import { madd } from "../simd.as";

/** See index.ts. A row's product is summed in eight partial sums, of every eighth channel each. */
export function residualRows(
  fromRow: i32, toRow: i32, channels: i32, codes: usize, quadratic: usize, linear: usize, row: usize, residual: usize,
  products: usize,
): void {
  const step = <usize>channels << 2;
  for (let i = <usize>fromRow; i < <usize>toRow; i++) {
    const d = codes + i * step, q = quadratic + i * step, l = linear + i * step, to = residual + i * step;
    let s0 = f32x4.splat(0), s1 = f32x4.splat(0);
    let c: usize = 0;
    for (; c + 32 <= step; c += 32) {
      const whole0 = f32x4.add(v128.load(l + c), v128.load(row + c));
      const whole1 = f32x4.add(v128.load(l + c, 16), v128.load(row + c, 16));
      const sum0 = f32x4.add(v128.load(q + c), whole0), sum1 = f32x4.add(v128.load(q + c, 16), whole1);
      v128.store(to + c, sum0);
      v128.store(to + c, sum1, 16);
      s0 = madd(v128.load(d + c), f32x4.add(sum0, whole0), s0);
      s1 = madd(v128.load(d + c, 16), f32x4.add(sum1, whole1), s1);
    }
    s0 = f32x4.add(s0, s1);
    let sum = (f32x4.extract_lane(s0, 0) + f32x4.extract_lane(s0, 1)) +
      (f32x4.extract_lane(s0, 2) + f32x4.extract_lane(s0, 3));
    for (; c < step; c += 4) {
      const whole = load<f32>(l + c) + load<f32>(row + c);
      const own = load<f32>(q + c) + whole;
      store<f32>(to + c, own);
      sum += load<f32>(d + c) * (own + whole);
    }
    store<f32>(products + (i << 2), sum);
  }
}
