import { assertShape, LabError } from "../errors";
import { quiet, type Task, throwIfCancelled } from "../task";
import { choleskyInverse } from "./cholesky-inverse";

/** `full`: each component its own; `tied`: one for all, as mclust's EEE; `diag`: own variances, no covariances. */
export type Covariance = "full" | "tied" | "diag";

export interface MixtureOptions {
  readonly n: number;
  readonly d: number;
  readonly covariance?: Covariance;
  /** Ends once the mean log-likelihood of a point changes by less. */
  readonly tolerance?: number;
  readonly maxIterations?: number;
  /** Added to every variance, so that a component that shrinks to a point keeps a width. */
  readonly regularisation?: number;
}

export interface Mixture {
  readonly codes: Int32Array; // (n,), the likeliest component
  readonly k: number;
  readonly weights: Float64Array; // (k,)
  readonly means: Float64Array; // (k, d)
  /** Mean log-likelihood of a point, nats. */
  readonly logLikelihood: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/** Parameters of the components: each has a mean, and the inverse L⁻¹ of the Cholesky factor of its covariance. */
interface Components {
  readonly k: number;
  readonly weights: Float64Array; // (k,)
  readonly means: Float64Array; // (k, d)
  readonly whiten: readonly Float64Array[]; // (d, d) lower, or (d,) with `diag`; one with `tied`
  readonly logDets: readonly number[]; // log det L⁻¹
}

/**
 * Gaussian mixture by expectation and maximisation from a first partition:
 *   r_ik = π_k N(x_i | μ_k, Σ_k) / Σ_l π_l N(x_i | μ_l, Σ_l);   μ_k, Σ_k, π_k = moments and share of x weighted by r.
 *
 * @param x      points, shape (n, d), row-major; centred points lose the fewest digits
 * @param start  first component of each point, shape (n,), 0 .. k - 1
 * @throws LabError("shape") if the sizes disagree, LabError("range") if a covariance has no inverse
 * Source: sklearn.mixture.GaussianMixture, the same steps and the same end; Dempster, Laird & Rubin 1977.
 * Cost: O(n k d²) an iteration, with `tied` O(n d (d + k)), with `diag` O(n k d); n k numbers of memory.
 */
export function gaussianMixture(
  x: Float32Array,
  start: Int32Array,
  { n, d, covariance = "full", tolerance = 1e-3, maxIterations = 200, regularisation = 1e-6 }: MixtureOptions,
  task: Task = quiet,
): Mixture {
  assertShape("Mixture points", [x.length], [n * d]);
  assertShape("Mixture start", [start.length], [n]);
  const k = start.reduce((most, c) => Math.max(most, c), -1) + 1;
  const responsibilities = new Float64Array(n * k);
  start.forEach((c, i) => {
    responsibilities[i * k + c] = 1;
  });
  const moments = { n, d, k, covariance, regularisation };
  let components = maximise(x, responsibilities, moments);
  let logLikelihood = Number.NEGATIVE_INFINITY;
  let converged = false;
  let iterations = 0;
  while (iterations < maxIterations && !converged) {
    throwIfCancelled(task, "The Gaussian mixture");
    task.progress(iterations, maxIterations, "fitting a Gaussian mixture");
    const now = expect(x, components, moments, responsibilities);
    components = maximise(x, responsibilities, moments);
    converged = Math.abs(now - logLikelihood) < tolerance;
    logLikelihood = now;
    iterations++;
  }
  expect(x, components, moments, responsibilities);
  const codes = Int32Array.from({ length: n }, (_, i) => {
    let best = 0;
    for (let c = 1; c < k; c++) if (responsibilities[i * k + c] > responsibilities[i * k + best]) best = c;
    return best;
  });
  return { codes, k, weights: components.weights, means: components.means, logLikelihood, iterations, converged };
}

interface Sizes {
  readonly n: number;
  readonly d: number;
  readonly k: number;
  readonly covariance: Covariance;
  readonly regularisation: number;
}

/** Writes the responsibilities and returns the mean log-likelihood; exponents are taken less their largest. */
function expect(x: Float32Array, components: Components, { n, d, k, covariance }: Sizes, out: Float64Array): number {
  const { weights, means, whiten, logDets } = components;
  const constant = -0.5 * d * Math.log(2 * Math.PI);
  const diff = new Float64Array(d);
  const logs = new Float64Array(k);
  // with one covariance, whitened means are compared to a point that is whitened once
  const centres = covariance === "tied" ? whitenedRows(means, whiten[0], k, d) : means;
  let total = 0;
  for (let i = 0; i < n; i++) {
    if (covariance === "tied") {
      for (let a = 0; a < d; a++) {
        let sum = 0;
        for (let b = 0; b <= a; b++) sum += whiten[0][a * d + b] * x[i * d + b];
        diff[a] = sum;
      }
    }
    let largest = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < k; c++) {
      let squares = 0;
      if (covariance === "full") {
        const w = whiten[c];
        for (let a = 0; a < d; a++) diff[a] = x[i * d + a] - means[c * d + a];
        for (let a = 0; a < d; a++) {
          let sum = 0;
          const row = a * d;
          for (let b = 0; b <= a; b++) sum += w[row + b] * diff[b];
          squares += sum * sum;
        }
      } else if (covariance === "tied") {
        for (let a = 0; a < d; a++) squares += (diff[a] - centres[c * d + a]) ** 2;
      } else {
        for (let a = 0; a < d; a++) squares += ((x[i * d + a] - means[c * d + a]) * whiten[c][a]) ** 2;
      }
      const det = logDets[covariance === "tied" ? 0 : c];
      logs[c] = Math.log(weights[c]) + constant + det - 0.5 * squares;
      if (logs[c] > largest) largest = logs[c];
    }
    let sum = 0;
    for (let c = 0; c < k; c++) sum += Math.exp(logs[c] - largest);
    const norm = largest + Math.log(sum);
    for (let c = 0; c < k; c++) out[i * k + c] = Math.exp(logs[c] - norm);
    total += norm;
  }
  return total / n;
}

function whitenedRows(rows: Float64Array, w: Float64Array, k: number, d: number): Float64Array {
  const out = new Float64Array(k * d);
  for (let c = 0; c < k; c++)
    for (let a = 0; a < d; a++) for (let b = 0; b <= a; b++) out[c * d + a] += w[a * d + b] * rows[c * d + b];
  return out;
}

/** Weights, means and covariances from the responsibilities. */
function maximise(x: Float32Array, r: Float64Array, sizes: Sizes): Components {
  const { n, d, k, covariance, regularisation } = sizes;
  // ten epsilons, as scikit-learn: a component that holds nothing divides by something
  const held = new Float64Array(k).fill(10 * Number.EPSILON);
  const means = new Float64Array(k * d);
  for (let i = 0; i < n; i++)
    for (let c = 0; c < k; c++) {
      const share = r[i * k + c];
      if (share === 0) continue;
      held[c] += share;
      for (let a = 0; a < d; a++) means[c * d + a] += share * x[i * d + a];
    }
  for (let e = 0; e < k * d; e++) means[e] /= held[Math.floor(e / d)];
  const total = held.reduce((sum, h) => sum + h, 0);
  const weights = held.map((h) => h / total);
  if (covariance === "diag") {
    const whiten = diagonals(x, r, means, held, sizes);
    const logDets = whiten.map((w) => w.reduce((sum, v) => sum + Math.log(v), 0));
    return { k, weights, means, whiten, logDets };
  }
  const covariances = covariance === "tied" ? [pooled(x, r, means, total, sizes)] : own(x, r, means, held, sizes);
  const factors = covariances.map((cov, c) => {
    for (let a = 0; a < d; a++) cov[a * d + a] += regularisation;
    const inverse = choleskyInverse(cov, d);
    if (inverse) return inverse;
    throw new LabError(
      "range",
      `Gaussian mixture: the covariance of component ${c + 1} has no inverse.`,
      "Ask for fewer clusters, or for fewer principal components.",
    );
  });
  return { k, weights, means, whiten: factors.map((f) => f.inverse), logDets: factors.map((f) => f.logDet) };
}

function diagonals(
  x: Float32Array,
  r: Float64Array,
  means: Float64Array,
  held: Float64Array,
  { n, d, k, regularisation }: Sizes,
): Float64Array[] {
  const variances = Array.from({ length: k }, () => new Float64Array(d));
  for (let i = 0; i < n; i++)
    for (let c = 0; c < k; c++) {
      const share = r[i * k + c];
      if (share === 0) continue;
      for (let a = 0; a < d; a++) variances[c][a] += share * (x[i * d + a] - means[c * d + a]) ** 2;
    }
  return variances.map((v, c) => v.map((sum) => 1 / Math.sqrt(sum / held[c] + regularisation)));
}

/** Lower triangles; the upper ones are never read. */
function own(
  x: Float32Array,
  r: Float64Array,
  means: Float64Array,
  held: Float64Array,
  { n, d, k }: Sizes,
): Float64Array[] {
  const diff = new Float64Array(d);
  return Array.from({ length: k }, (_, c) => {
    const cov = new Float64Array(d * d);
    for (let i = 0; i < n; i++) {
      const share = r[i * k + c];
      if (share < Number.EPSILON) continue; // below the rounding of the sum
      for (let a = 0; a < d; a++) diff[a] = x[i * d + a] - means[c * d + a];
      for (let a = 0; a < d; a++) {
        const v = share * diff[a];
        for (let b = 0; b <= a; b++) cov[a * d + b] += v * diff[b];
      }
    }
    return cov.map((v) => v / held[c]);
  });
}

/** Σ_i x_i x_iᵀ - Σ_k held_k μ_k μ_kᵀ over the total, which is the covariance around each component's own mean. */
function pooled(
  x: Float32Array,
  r: Float64Array,
  means: Float64Array,
  total: number,
  { n, d, k }: Sizes,
): Float64Array {
  const cov = new Float64Array(d * d);
  const held = new Float64Array(k);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < k; c++) held[c] += r[i * k + c];
    for (let a = 0; a < d; a++) {
      const v = x[i * d + a];
      for (let b = 0; b <= a; b++) cov[a * d + b] += v * x[i * d + b];
    }
  }
  for (let c = 0; c < k; c++)
    for (let a = 0; a < d; a++)
      for (let b = 0; b <= a; b++) cov[a * d + b] -= held[c] * means[c * d + a] * means[c * d + b];
  return cov.map((v) => v / total);
}
