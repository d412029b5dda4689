import { assertShape } from "../errors";
import { symmetricEigen } from "./symmetric-eigen";

/**
 * Turns a cloud of points onto an earlier one, by the rotation or reflection that brings them closest. Components of a
 * living embedding swap and flip when their variances cross; turned onto the last frame they move as the data does.
 *
 * @param scores    shape (n, k), centred columns of equal spread
 * @param previous  shape (n, k), the earlier frame of the same cells
 * @returns         scores turned, shape (n, k)
 * Source: orthogonal Procrustes, Schönemann 1966; the polar factor of scoresᵀ previous.
 */
export function alignTo(scores: Float32Array, previous: Float32Array, k: number): Float32Array {
  assertShape("Scores to align", [previous.length], [scores.length]);
  const n = scores.length / k;
  const cross = new Float64Array(k * k); // scoresᵀ previous
  for (let i = 0; i < n; i++)
    for (let a = 0; a < k; a++) for (let b = 0; b < k; b++) cross[a * k + b] += scores[i * k + a] * previous[i * k + b];
  const turn = polarFactor(cross, k);
  const out = new Float32Array(n * k);
  for (let i = 0; i < n; i++)
    for (let b = 0; b < k; b++) {
      let sum = 0;
      for (let a = 0; a < k; a++) sum += scores[i * k + a] * turn[a * k + b];
      out[i * k + b] = sum;
    }
  return out;
}

/** Orthogonal matrix closest to m: m (mᵀm)^(-1/2), or the identity where m has lost a direction. */
function polarFactor(m: Float64Array, k: number): Float64Array {
  const gram = new Float64Array(k * k);
  for (let a = 0; a < k; a++)
    for (let b = 0; b < k; b++) for (let r = 0; r < k; r++) gram[a * k + b] += m[r * k + a] * m[r * k + b];
  const { values, vectors } = symmetricEigen(gram, k);
  const out = new Float64Array(k * k);
  if (!(values[k - 1] > 1e-8 * values[0])) {
    for (let a = 0; a < k; a++) out[a * k + a] = 1;
    return out;
  }
  for (let c = 0; c < k; c++) {
    const scale = 1 / Math.sqrt(values[c]);
    for (let a = 0; a < k; a++) {
      let mv = 0; // (m v_c)[a]
      for (let b = 0; b < k; b++) mv += m[a * k + b] * vectors[c * k + b];
      for (let b = 0; b < k; b++) out[a * k + b] += scale * mv * vectors[c * k + b];
    }
  }
  return out;
}
