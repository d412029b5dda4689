import { assertShape } from "../errors";
import { quiet, type Task, throwIfCancelled } from "../task";
import { lbfgs, type Objective } from "./lbfgs";

/** Class scores of a row x: weights x + bias. */
export interface SoftmaxWeights {
  readonly nClasses: number;
  readonly d: number;
  readonly weights: Float64Array | Float32Array; // (nClasses, d)
  readonly bias: Float64Array | Float32Array; // (nClasses,)
}

export interface SoftmaxModel extends SoftmaxWeights {
  readonly weights: Float64Array;
  readonly bias: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
}

export interface SoftmaxOptions {
  readonly n: number;
  readonly d: number;
  readonly nClasses: number;
  /** Inverse strength of the penalty on the weights; the bias is free. */
  readonly C?: number;
  /** How much each row counts, shape (n,), in the mean; all alike where none are given. */
  readonly weights?: ArrayLike<number>;
  readonly tolerance?: number;
  readonly maxIterations?: number;
}

/**
 * Multinomial logistic regression with an L2 penalty.
 *
 * @param x      rows, shape (n, d), row-major; standardised by the caller
 * @param codes  class of each row, 0 .. nClasses - 1
 * Source: sklearn.linear_model.LogisticRegression(C=1, solver="lbfgs", tol=1e-4): the mean log loss plus
 *   |W|^2 / (2 C n), stopped when no component of the gradient exceeds tol. Differs: up to 150 iterations, not 100.
 *   Turning and scaling the rows so that the loss is round was measured: more iterations, not fewer, since it is the
 *   separation of the classes, not the columns, that makes it long.
 *   Weights of rows are brought to a mean of 1, which is sklearn's sample_weight of that mean.
 * Cost: O(n d nClasses) per iteration.
 */
export function fitSoftmax(
  x: Float32Array,
  codes: Int32Array,
  { n, d, nClasses, C = 1, weights, tolerance = 1e-4, maxIterations = 150 }: SoftmaxOptions,
  task: Task = quiet,
): SoftmaxModel {
  const found = lbfgs(
    meanLoss(x, codes, { n, d, nClasses, C, weights: ofMeanOne(weights, n) }, task),
    new Float64Array(nClasses * (d + 1)),
    {
      tolerance,
      maxIterations,
      onIteration: (i) => task.progress(i, maxIterations, "learning the labels"),
    },
  );
  return {
    nClasses,
    d,
    weights: found.x.slice(0, nClasses * d),
    bias: found.x.slice(nClasses * d),
    iterations: found.iterations,
    converged: found.converged,
  };
}

/** The most probable class of each row, and its probability. */
export function predictSoftmax(
  { nClasses, d, weights, bias }: SoftmaxModel,
  x: Float32Array,
  n: number,
): { codes: Int32Array; probability: Float32Array } {
  const codes = new Int32Array(n);
  const probability = new Float32Array(n);
  const scores = new Float64Array(nClasses);
  for (let i = 0; i < n; i++) {
    let best = 0;
    for (let c = 0; c < nClasses; c++) {
      let sum = bias[c];
      for (let j = 0; j < d; j++) sum += weights[c * d + j] * x[i * d + j];
      scores[c] = sum;
      if (sum > scores[best]) best = c;
    }
    let total = 0;
    for (let c = 0; c < nClasses; c++) total += Math.exp(scores[c] - scores[best]);
    codes[i] = best;
    probability[i] = 1 / total;
  }
  return { codes, probability };
}

/** The probability of every class for each row, shape (n, nClasses). */
export function softmaxProbabilities(model: SoftmaxWeights, x: Float32Array, n: number): Float32Array {
  const { nClasses, d, weights, bias } = model;
  const out = new Float32Array(n * nClasses);
  const scores = new Float64Array(nClasses);
  for (let i = 0; i < n; i++) {
    let most = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < nClasses; c++) {
      let sum = bias[c];
      for (let j = 0; j < d; j++) sum += weights[c * d + j] * x[i * d + j];
      scores[c] = sum;
      most = Math.max(most, sum);
    }
    let total = 0;
    for (let c = 0; c < nClasses; c++) total += Math.exp(scores[c] - most);
    for (let c = 0; c < nClasses; c++) out[i * nClasses + c] = Math.exp(scores[c] - most) / total;
  }
  return out;
}

function ofMeanOne(weights: ArrayLike<number> | undefined, n: number): Float64Array | null {
  if (!weights) return null;
  assertShape("Softmax regression's weights", [weights.length], [n]);
  const sum = Array.from(weights).reduce((a, b) => a + b, 0);
  return Float64Array.from(weights, (w) => (w * n) / sum);
}

/** Rows in fours: each weight is then loaded once, and each sum of the gradient stored once, for four of them. */
function meanLoss(
  x: Float32Array,
  codes: Int32Array,
  { n, d, nClasses, C, weights }: { n: number; d: number; nClasses: number; C: number; weights: Float64Array | null },
  task: Task,
): Objective {
  const rows = new Float64Array(4 * d);
  const scores = new Float64Array(4 * nClasses);
  return (theta, gradient) => {
    gradient.fill(0);
    let loss = 0;
    for (let i = 0; i < n; i += 4) {
      if ((i & 0x3fff) === 0) throwIfCancelled(task, "Learning the labels");
      const height = Math.min(4, n - i);
      for (let e = 0; e < height * d; e++) rows[e] = x[i * d + e];
      if (height < 4) rows.fill(0, height * d);

      for (let c = 0; c < nClasses; c++) {
        let s0 = theta[nClasses * d + c];
        let [s1, s2, s3] = [s0, s0, s0];
        const at = c * d;
        for (let j = 0; j < d; j++) {
          const w = theta[at + j];
          s0 += w * rows[j];
          s1 += w * rows[d + j];
          s2 += w * rows[2 * d + j];
          s3 += w * rows[3 * d + j];
        }
        scores[c] = s0;
        scores[nClasses + c] = s1;
        scores[2 * nClasses + c] = s2;
        scores[3 * nClasses + c] = s3;
      }
      for (let r = 0; r < height; r++) {
        const own = toResiduals(scores, r * nClasses, nClasses, codes[i + r]);
        const weight = weights ? weights[i + r] : 1;
        loss += weight * own;
        if (weight !== 1) for (let c = 0; c < nClasses; c++) scores[r * nClasses + c] *= weight;
      }
      if (height < 4) scores.fill(0, height * nClasses);

      for (let c = 0; c < nClasses; c++) {
        const r0 = scores[c];
        const r1 = scores[nClasses + c];
        const r2 = scores[2 * nClasses + c];
        const r3 = scores[3 * nClasses + c];
        const at = c * d;
        for (let j = 0; j < d; j++)
          gradient[at + j] += r0 * rows[j] + r1 * rows[d + j] + r2 * rows[2 * d + j] + r3 * rows[3 * d + j];
        gradient[nClasses * d + c] += r0 + r1 + r2 + r3;
      }
    }
    let squares = 0;
    for (let e = 0; e < gradient.length; e++) {
      gradient[e] /= n;
      if (e >= nClasses * d) continue;
      gradient[e] += theta[e] / (C * n);
      squares += theta[e] * theta[e];
    }
    return loss / n + squares / (2 * C * n);
  };
}

/** Turns the scores of one row into probabilities less the truth, in place; returns the log loss. */
function toResiduals(scores: Float64Array, at: number, nClasses: number, truth: number): number {
  let most = scores[at];
  for (let c = 1; c < nClasses; c++) if (scores[at + c] > most) most = scores[at + c];
  const own = scores[at + truth];
  let total = 0;
  for (let c = 0; c < nClasses; c++) {
    scores[at + c] = Math.exp(scores[at + c] - most);
    total += scores[at + c];
  }
  for (let c = 0; c < nClasses; c++) scores[at + c] /= total;
  scores[at + truth] -= 1;
  return Math.log(total) + most - own;
}
