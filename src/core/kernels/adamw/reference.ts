/** The numbers of one step; `keep` is what weight decay leaves of a weight, 1 - lr λ. */
export interface AdamWStep {
  readonly beta1: number;
  readonly beta2: number;
  readonly keep: number;
  /** lr / (1 - β1^t) */
  readonly rate: number;
  /** sqrt(1 - β2^t) */
  readonly rootCorrection: number;
  readonly epsilon: number;
}

/** m ← β1 m + (1 - β1) g,  v ← β2 v + (1 - β2) g²,  w ← keep w - rate m / (sqrt(v) / rootCorrection + ε). */
export function adamWReference(
  w: ArrayLike<number>,
  g: ArrayLike<number>,
  m: ArrayLike<number>,
  v: ArrayLike<number>,
  { beta1, beta2, keep, rate, rootCorrection, epsilon }: AdamWStep,
): [w: Float32Array, m: Float32Array, v: Float32Array] {
  const first = Float32Array.from(m, (value, i) => beta1 * value + (1 - beta1) * g[i]);
  const second = Float32Array.from(v, (value, i) => beta2 * value + (1 - beta2) * g[i] ** 2);
  const moved = Float32Array.from(w, (value, i) => {
    return keep * value - (rate * first[i]) / (Math.sqrt(second[i]) / rootCorrection + epsilon);
  });
  return [moved, first, second];
}
