/** One step of AdamW for elements fromIndex .. toIndex; see reference.ts. */
export function adamWStep(
  fromIndex: i32, toIndex: i32, beta1: f32, beta2: f32, keep: f32, rate: f32, rootCorrection: f32, epsilon: f32,
  w: usize, g: usize, m: usize, v: usize, newW: usize, newM: usize, newV: usize,
): void {
  const b1 = f32x4.splat(beta1), b2 = f32x4.splat(beta2), c1 = f32x4.splat(1 - beta1), c2 = f32x4.splat(1 - beta2);
  const root = f32x4.splat(<f32>1 / rootCorrection), eps = f32x4.splat(epsilon);
  const rates = f32x4.splat(rate), keeps = f32x4.splat(keep);
  let k = <usize>fromIndex << 2;
  const end = <usize>toIndex << 2;
  for (; k + 16 <= end; k += 16) {
    const gradient = v128.load(g + k);
    const first = f32x4.add(f32x4.mul(v128.load(m + k), b1), f32x4.mul(gradient, c1));
    const second = f32x4.add(f32x4.mul(v128.load(v + k), b2), f32x4.mul(f32x4.mul(gradient, gradient), c2));
    const move = f32x4.div(first, f32x4.add(f32x4.mul(f32x4.sqrt(second), root), eps));
    v128.store(newM + k, first);
    v128.store(newV + k, second);
    v128.store(newW + k, f32x4.sub(f32x4.mul(v128.load(w + k), keeps), f32x4.mul(move, rates)));
  }
  // the same operations in the same order: where a thread's share ends changes no bit
  for (; k < end; k += 4) {
    const gradient = load<f32>(g + k);
    const first = load<f32>(m + k) * beta1 + gradient * (1 - beta1);
    const second = load<f32>(v + k) * beta2 + gradient * gradient * (1 - beta2);
    const move = first / (sqrt<f32>(second) * (<f32>1 / rootCorrection) + epsilon);
    store<f32>(newM + k, first);
    store<f32>(newV + k, second);
    store<f32>(newW + k, load<f32>(w + k) * keep - move * rate);
  }
}
