/**
 * Inverse of the Cholesky factor: L⁻¹ with Σ = L Lᵀ, so that |L⁻¹ z|² = zᵀ Σ⁻¹ z, and log det L⁻¹.
 *
 * @param matrix  symmetric, shape (d, d), row-major; only its lower triangle is read
 * @returns       L⁻¹, lower triangular, or null where the matrix is not positive definite
 * Source: Golub & Van Loan, Matrix Computations, 4th ed., algorithm 4.2.1. Cost: O(d³).
 */
export function choleskyInverse(matrix: Float64Array, d: number): { inverse: Float64Array; logDet: number } | null {
  const lower = new Float64Array(d * d);
  let logDet = 0;
  for (let a = 0; a < d; a++)
    for (let b = 0; b <= a; b++) {
      let sum = matrix[a * d + b];
      for (let e = 0; e < b; e++) sum -= lower[a * d + e] * lower[b * d + e];
      if (a !== b) lower[a * d + b] = sum / lower[b * d + b];
      else if (!(sum > 0)) return null;
      else {
        lower[a * d + a] = Math.sqrt(sum);
        logDet -= Math.log(lower[a * d + a]);
      }
    }
  const inverse = new Float64Array(d * d);
  for (let column = 0; column < d; column++)
    for (let a = column; a < d; a++) {
      let sum = a === column ? 1 : 0;
      for (let b = column; b < a; b++) sum -= lower[a * d + b] * inverse[b * d + column];
      inverse[a * d + column] = sum / lower[a * d + a];
    }
  return { inverse, logDet };
}
