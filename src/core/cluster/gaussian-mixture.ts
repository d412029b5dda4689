import { addDotProducts } from "../against-rows";
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
 * Cost: O(n k d²) an iteration, with `tied` or `diag` O(n k d); n k numbers of memory.
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
  const points = Float64Array.from(x); // once, where every sum would convert them again
  const scatter = covariance === "tied" ? scatterOf(points, n, d) : null;
  const moments = { n, d, k, covariance, regularisation, scatter };
  let components = maximise(points, responsibilities, moments);
  let logLikelihood = Number.NEGATIVE_INFINITY;
  let converged = false;
  let iterations = 0;
  while (iterations < maxIterations && !converged) {
    throwIfCancelled(task, "The Gaussian mixture");
    task.progress(iterations, maxIterations, "fitting a Gaussian mixture");
    const now = expect(points, components, moments, responsibilities);
    components = maximise(points, responsibilities, moments);
    converged = Math.abs(now - logLikelihood) < tolerance;
    logLikelihood = now;
    iterations++;
  }
  expect(points, components, moments, responsibilities);
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
  /** Σ_i x_i x_iᵀ, of which one covariance for all needs no more; null for the others. */
  readonly scatter: Float64Array | null;
}

/** Writes the responsibilities and returns the mean log-likelihood; exponents are taken less their largest. */
function expect(x: Float64Array, components: Components, sizes: Sizes, out: Float64Array): number {
  const { n, d, k, covariance, scatter } = sizes;
  if (scatter) return expectTied(x, components, { n, d, k, scatter }, out);
  const { weights, means, whiten, logDets } = components;
  const constant = -0.5 * d * Math.log(2 * Math.PI);
  const diff = new Float64Array(d);
  const logs = new Float64Array(k);
  let total = 0;
  for (let i = 0; i < n; i++) {
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
      } else {
        for (let a = 0; a < d; a++) squares += ((x[i * d + a] - means[c * d + a]) * whiten[c][a]) ** 2;
      }
      logs[c] = Math.log(weights[c]) + constant + logDets[c] - 0.5 * squares;
      if (logs[c] > largest) largest = logs[c];
    }
    total += share(logs, largest, out, i * k);
  }
  return total / n;
}

/**
 * With one precision matrix P for all, x Pxᵀ is the same for every component: it drops out of the responsibilities, and its
 * sum over all points is the product of P with their scatter. What is left of a point and a component is a product of d terms.
 */
function expectTied(
  x: Float64Array,
  { weights, means, whiten, logDets }: Components,
  { n, d, k, scatter }: Pick<Sizes, "n" | "d" | "k"> & { readonly scatter: Float64Array },
  out: Float64Array,
): number {
  const precision = new Float64Array(d * d);
  for (let c = 0; c < d; c++)
    for (let a = 0; a <= c; a++) {
      const v = whiten[0][c * d + a];
      for (let b = 0; b <= c; b++) precision[a * d + b] += v * whiten[0][c * d + b];
    }
  const slopes = new Float64Array(k * d);
  const offsets = new Float64Array(k);
  for (let c = 0; c < k; c++) {
    let squares = 0;
    for (let a = 0; a < d; a++) {
      let sum = 0;
      for (let b = 0; b < d; b++) sum += precision[a * d + b] * means[c * d + b];
      slopes[c * d + a] = sum;
      squares += sum * means[c * d + a];
    }
    offsets[c] = Math.log(weights[c]) - 0.5 * d * Math.log(2 * Math.PI) + logDets[0] - 0.5 * squares;
  }
  const logs = new Float64Array(k);
  let total = 0;
  for (let i = 0; i < n; i++) {
    logs.set(offsets);
    addDotProducts({ x, at: i * d, rows: slopes, n: k, d }, logs);
    let largest = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < k; c++) if (logs[c] > largest) largest = logs[c];
    total += share(logs, largest, out, i * k);
  }
  let squares = 0;
  for (let a = 0; a < d; a++)
    for (let b = 0; b <= a; b++) squares += (a === b ? 1 : 2) * precision[a * d + b] * scatter[a * d + b];
  return (total - 0.5 * squares) / n;
}

/** Responsibilities of one point, exponents taken less their largest; returns the logarithm of their sum. */
function share(logs: Float64Array, largest: number, out: Float64Array, at: number): number {
  const k = logs.length;
  let sum = 0;
  for (let c = 0; c < k; c++) {
    const part = Math.exp(logs[c] - largest);
    out[at + c] = part;
    sum += part;
  }
  for (let c = 0; c < k; c++) out[at + c] /= sum;
  return largest + Math.log(sum);
}

/** Lower triangle of Σ_i x_i x_iᵀ. */
function scatterOf(x: Float64Array, n: number, d: number): Float64Array {
  const sum = new Float64Array(d * d);
  for (let i = 0; i < n; i++)
    for (let a = 0; a < d; a++) {
      const v = x[i * d + a];
      for (let b = 0; b <= a; b++) sum[a * d + b] += v * x[i * d + b];
    }
  return sum;
}

/** Weights, means and covariances from the responsibilities. */
function maximise(x: Float64Array, r: Float64Array, sizes: Sizes): Components {
  const { n, d, k, covariance, regularisation, scatter } = sizes;
  // ten epsilons, as scikit-learn: a component that holds nothing divides by something
  const held = new Float64Array(k).fill(10 * Number.EPSILON);
  const means = new Float64Array(k * d);
  let i = 0;
  // four points at a time, so that a mean is fetched once for them; they are added one after the other
  for (; i + 4 <= n; i += 4)
    for (let c = 0; c < k; c++) {
      const r0 = r[i * k + c];
      const r1 = r[(i + 1) * k + c];
      const r2 = r[(i + 2) * k + c];
      const r3 = r[(i + 3) * k + c];
      if (r0 === 0 && r1 === 0 && r2 === 0 && r3 === 0) continue;
      held[c] = held[c] + r0 + r1 + r2 + r3;
      const mean = c * d;
      const from = i * d;
      for (let a = 0; a < d; a++) {
        const at = from + a;
        means[mean + a] = means[mean + a] + r0 * x[at] + r1 * x[at + d] + r2 * x[at + 2 * d] + r3 * x[at + 3 * d];
      }
    }
  for (; i < n; i++)
    for (let c = 0; c < k; c++) {
      const share = r[i * k + c];
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
  const covariances = scatter ? [pooled(scatter, r, means, total, sizes)] : own(x, r, means, held, sizes);
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
  x: Float64Array,
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
  x: Float64Array,
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
  scatter: Float64Array,
  r: Float64Array,
  means: Float64Array,
  total: number,
  { n, d, k }: Sizes,
): Float64Array {
  const cov = scatter.slice();
  const held = new Float64Array(k);
  for (let i = 0; i < n; i++) for (let c = 0; c < k; c++) held[c] += r[i * k + c];
  for (let c = 0; c < k; c++)
    for (let a = 0; a < d; a++)
      for (let b = 0; b <= a; b++) cov[a * d + b] -= held[c] * means[c * d + a] * means[c * d + b];
  return cov.map((v) => v / total);
}
