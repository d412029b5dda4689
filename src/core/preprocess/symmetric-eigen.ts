import { LabError } from "../errors";

/** Eigenvalues in descending order with their vectors: row c of `vectors` belongs to values[c], each of length 1. */
export interface Eigen {
  readonly values: Float64Array; // (d,)
  readonly vectors: Float64Array; // (d, d), row-major
}

/**
 * All eigenvalues and eigenvectors of a symmetric matrix: Householder tridiagonalisation, then implicit QL.
 *
 * @param matrix  symmetric, shape (d, d), row-major; left as it is
 * @throws LabError("range") if an entry is not a finite number
 * Source: Golub & Van Loan, Matrix Computations, 4th ed., algorithms 8.3.1 and 8.3.3 (QL form). Cost: O(d^3).
 */
export function symmetricEigen(matrix: Float64Array, d: number): Eigen {
  for (let i = 0; i < d * d; i++)
    if (!Number.isFinite(matrix[i]))
      throw new LabError("range", `Covariance: entry ${i} is ${matrix[i]}, not a number.`);
  const { diagonal, off, basis } = tridiagonalise(matrix.slice(), d);
  implicitQl(diagonal, off, basis, d);

  const order = Array.from({ length: d }, (_, c) => c).sort((a, b) => diagonal[b] - diagonal[a] || a - b);
  const vectors = new Float64Array(d * d);
  order.forEach((from, to) => {
    vectors.set(basis.subarray(from * d, (from + 1) * d), to * d);
  });
  return { values: Float64Array.from(order, (c) => diagonal[c]), vectors };
}

/** Rows of `basis` are the transposed columns of Q with Qᵀ A Q tridiagonal: `diagonal`, and `off[i]` between i and i + 1. */
function tridiagonalise(
  a: Float64Array,
  d: number,
): { diagonal: Float64Array; off: Float64Array; basis: Float64Array } {
  const basis = new Float64Array(d * d);
  for (let i = 0; i < d; i++) basis[i * d + i] = 1;
  const v = new Float64Array(d);
  const p = new Float64Array(d);
  for (let k = 0; k < d - 2; k++) {
    let scale = 0;
    for (let i = k + 1; i < d; i++) scale = Math.max(scale, Math.abs(a[i * d + k]));
    if (scale === 0) continue;
    let norm = 0;
    for (let i = k + 1; i < d; i++) {
      v[i] = a[i * d + k] / scale;
      norm += v[i] * v[i];
    }
    const alpha = v[k + 1] > 0 ? -Math.sqrt(norm) : Math.sqrt(norm);
    const beta = 1 / (norm - alpha * v[k + 1]); // 2 / |v|^2 once v is v - alpha e
    v[k + 1] -= alpha;

    // A <- H A H on the trailing block, as A - v wᵀ - w vᵀ
    let vp = 0;
    for (let i = k + 1; i < d; i++) {
      let sum = 0;
      for (let j = k + 1; j < d; j++) sum += a[i * d + j] * v[j];
      p[i] = beta * sum;
      vp += p[i] * v[i];
    }
    for (let i = k + 1; i < d; i++) p[i] -= 0.5 * beta * vp * v[i];
    for (let i = k + 1; i < d; i++) for (let j = k + 1; j < d; j++) a[i * d + j] -= v[i] * p[j] + p[i] * v[j];
    a[(k + 1) * d + k] = alpha * scale;

    // Q <- Q H, kept transposed so that rows stream: every column of Qᵀ is reflected
    p.fill(0);
    for (let i = k + 1; i < d; i++) for (let j = 0; j < d; j++) p[j] += v[i] * basis[i * d + j];
    for (let i = k + 1; i < d; i++) {
      const s = beta * v[i];
      for (let j = 0; j < d; j++) basis[i * d + j] -= s * p[j];
    }
  }
  const diagonal = Float64Array.from({ length: d }, (_, i) => a[i * d + i]);
  const off = Float64Array.from({ length: d }, (_, i) => (i + 1 < d ? a[(i + 1) * d + i] : 0));
  return { diagonal, off, basis };
}

/** Turns `diagonal` into the eigenvalues and the rows of `basis` into the eigenvectors. */
function implicitQl(diagonal: Float64Array, off: Float64Array, basis: Float64Array, d: number): void {
  for (let l = 0; l < d; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      while (m < d - 1 && Math.abs(off[m]) > Number.EPSILON * (Math.abs(diagonal[m]) + Math.abs(diagonal[m + 1]))) m++;
      if (m === l) break;
      if (sweep > 60) throw new LabError("internal", "Eigenvectors: the QL iteration did not settle.");
      // Wilkinson's shift: the eigenvalue of the leading 2 x 2 block next to diagonal[l]
      const half = (diagonal[l + 1] - diagonal[l]) / (2 * off[l]);
      const root = Math.hypot(half, 1);
      let g = diagonal[m] - diagonal[l] + off[l] / (half + (half < 0 ? -root : root));
      let s = 1;
      let c = 1;
      let p = 0;
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * off[i];
        const b = c * off[i];
        const r = Math.hypot(f, g);
        off[i + 1] = r;
        if (r === 0) {
          // the block falls apart early
          diagonal[i + 1] -= p;
          off[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = diagonal[i + 1] - p;
        const t = (diagonal[i] - g) * s + 2 * c * b;
        p = s * t;
        diagonal[i + 1] = g + p;
        g = c * t - b;
        const low = i * d;
        const high = low + d;
        for (let k = 0; k < d; k++) {
          const x = basis[high + k];
          const y = basis[low + k];
          basis[high + k] = s * y + c * x;
          basis[low + k] = c * y - s * x;
        }
      }
      if (i >= l) continue;
      diagonal[l] -= p;
      off[l] = g;
      off[m] = 0;
    }
  }
}
