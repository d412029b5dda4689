// One point against the rows of a matrix, four rows at a time: a single sum would wait for itself. Each sum is added up in
// the order of its terms, so the bits are those of a plain loop; past the last row, the last one is made again.

type Numbers = Float32Array | Float64Array;

/** The point begins at `at` of `x`; the rows are (n, d), row-major. */
export interface Against {
  readonly x: Numbers;
  readonly at: number;
  readonly rows: Numbers;
  readonly n: number;
  readonly d: number;
}

/** Writes |x - row|² for each row. */
export function squaredDistances({ x, at, rows, n, d }: Against, out: Float64Array): void {
  for (let r = 0; r < n; r += 4) {
    const r1 = Math.min(r + 1, n - 1);
    const r2 = Math.min(r + 2, n - 1);
    const r3 = Math.min(r + 3, n - 1);
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let j = 0; j < d; j++) {
      const v = x[at + j];
      const d0 = v - rows[r * d + j];
      const d1 = v - rows[r1 * d + j];
      const d2 = v - rows[r2 * d + j];
      const d3 = v - rows[r3 * d + j];
      s0 += d0 * d0;
      s1 += d1 * d1;
      s2 += d2 * d2;
      s3 += d3 * d3;
    }
    out[r] = s0;
    out[r1] = s1;
    out[r2] = s2;
    out[r3] = s3;
  }
}

/** Adds x · row to what stands in `out` for each row. */
export function addDotProducts({ x, at, rows, n, d }: Against, out: Float64Array): void {
  for (let r = 0; r < n; r += 4) {
    const r1 = Math.min(r + 1, n - 1);
    const r2 = Math.min(r + 2, n - 1);
    const r3 = Math.min(r + 3, n - 1);
    let s0 = out[r];
    let s1 = out[r1];
    let s2 = out[r2];
    let s3 = out[r3];
    for (let j = 0; j < d; j++) {
      const v = x[at + j];
      s0 += v * rows[r * d + j];
      s1 += v * rows[r1 * d + j];
      s2 += v * rows[r2 * d + j];
      s3 += v * rows[r3 * d + j];
    }
    out[r] = s0;
    out[r1] = s1;
    out[r2] = s2;
    out[r3] = s3;
  }
}
