/**
 * out[i, :] = a[i, :] + b[i, :], or their product. `aStep` and `bStep` are the bytes from row to row, 0 for one row that
 * serves all; `bColumn` says that b has one number for each row.
 */
export function rowArithmetic(
  fromRow: i32, toRow: i32, channels: i32, multiply: i32, a: usize, aStep: usize, b: usize, bStep: usize, bColumn: i32,
  out: usize,
): void {
  const step = <usize>channels << 2;
  for (let i = <usize>fromRow; i < <usize>toRow; i++) {
    const x = a + i * aStep, y = b + i * bStep, to = out + i * step;
    let c: usize = 0;
    if (bColumn) {
      const all = v128.load32_splat(y);
      for (; c + 16 <= step; c += 16) v128.store(to + c, combine(v128.load(x + c), all, multiply));
      for (; c < step; c += 4) store<f32>(to + c, f32x4.extract_lane(combine(v128.load32_splat(x + c), all, multiply), 0));
    } else {
      for (; c + 16 <= step; c += 16) v128.store(to + c, combine(v128.load(x + c), v128.load(y + c), multiply));
      for (; c < step; c += 4)
        store<f32>(to + c, f32x4.extract_lane(combine(v128.load32_splat(x + c), v128.load32_splat(y + c), multiply), 0));
    }
  }
}

// @ts-ignore: decorator
@inline
function combine(x: v128, y: v128, multiply: i32): v128 {
  return multiply ? f32x4.mul(x, y) : f32x4.add(x, y);
}
