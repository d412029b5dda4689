/** What all scores are made of: <a[i], b[j]> times `scale`, over the columns that row i has. */
export interface Similarities {
  readonly a: ArrayLike<number>; // (nRows, channels)
  readonly b: ArrayLike<number>; // (nCols, channels)
  readonly channels: number;
  readonly scale: number;
  /** a is b, and row i does not see column i. */
  readonly others: boolean;
}

/** lse[i] = log of the sum over j of exp(scale <a[i], b[j]>), shape (nRows,). */
export function similarityLseReference(s: Similarities): Float32Array {
  const [nRows, nCols] = [s.a.length / s.channels, s.b.length / s.channels];
  return Float32Array.from({ length: nRows }, (_, i) => {
    const scores: number[] = [];
    for (let j = 0; j < nCols; j++) if (!(s.others && i === j)) scores.push(score(s, i, j));
    const top = scores.reduce((a, b) => Math.max(a, b), -Infinity);
    return top + Math.log(scores.reduce((sum, v) => sum + Math.exp(v - top), 0));
  });
}

/**
 * The gradient in a: da[i] = scale * sum over j of p[i, j] dy[i] b[j], where p[i, j] = exp(score[i, j] - lse[i]). If
 * `others`, a is b, and i is a column of every j as well: p[j, i] dy[j] is added to the weight of b[j].
 */
export function similarityGradientReference(
  s: Similarities,
  lse: ArrayLike<number>,
  dy: ArrayLike<number>,
): Float32Array {
  const { a, b, channels, scale, others } = s;
  const [nRows, nCols] = [a.length / channels, b.length / channels];
  const da = new Float64Array(a.length);
  for (let i = 0; i < nRows; i++) {
    for (let j = 0; j < nCols; j++) {
      if (others && i === j) continue;
      const value = score(s, i, j);
      const own = Math.exp(value - lse[i]) * dy[i];
      const weight = scale * (others ? own + Math.exp(value - lse[j]) * dy[j] : own);
      for (let c = 0; c < channels; c++) da[i * channels + c] += weight * b[j * channels + c];
    }
  }
  return Float32Array.from(da);
}

function score({ a, b, channels, scale }: Similarities, i: number, j: number): number {
  let sum = 0;
  for (let c = 0; c < channels; c++) sum += a[i * channels + c] * b[j * channels + c];
  return scale * sum;
}
