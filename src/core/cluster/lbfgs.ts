import { LabError } from "../errors";

/** Value of a smooth function at x; writes its gradient. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface LbfgsOptions {
  /** Stop when no component of the gradient is larger. */
  readonly tolerance?: number;
  readonly maxIterations?: number;
  /** Pairs of steps and gradient changes remembered. */
  readonly memory?: number;
  /** Called after each iteration; may throw to stop. */
  readonly onIteration?: (iteration: number, value: number) => void;
}

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  readonly iterations: number;
  /** False if the iterations ran out first. */
  readonly converged: boolean;
}

/**
 * Minimises a smooth function by limited-memory BFGS with a line search to the strong Wolfe conditions.
 *
 * @param start  left as it is
 * @throws LabError("range") if the function is not finite at the start
 * Source: Nocedal & Wright, Numerical Optimization, 2nd ed., algorithms 7.4, 7.5 and 3.5 (c1 = 1e-4, c2 = 0.9).
 */
export function lbfgs(
  objective: Objective,
  start: Float64Array,
  { tolerance = 1e-4, maxIterations = 1000, memory = 10, onIteration }: LbfgsOptions = {},
): Minimum {
  const size = start.length;
  let x: Float64Array = start.slice();
  let gradient: Float64Array = new Float64Array(size);
  let value = objective(x, gradient);
  if (!Number.isFinite(value)) throw new LabError("range", `Optimisation: the loss at the start is ${value}.`);
  const steps: Float64Array[] = [];
  const changes: Float64Array[] = [];
  let iterations = 0;
  while (iterations < maxIterations && largest(gradient) > tolerance) {
    const direction = descent(gradient, steps, changes);
    // the first direction is the gradient itself, of arbitrary length
    const first = steps.length === 0 ? Math.min(1, 1 / norm(gradient)) : 1;
    const found = lineSearch(objective, x, value, gradient, direction, first);
    if (!found) {
      if (steps.length === 0) break; // as low as rounding lets it go
      steps.length = changes.length = 0;
      continue;
    }
    const step = found.x.map((v, i) => v - x[i]);
    const change = found.gradient.map((v, i) => v - gradient[i]);
    if (dot(step, change) > 1e-300) {
      steps.push(step);
      changes.push(change);
      if (steps.length > memory) {
        steps.shift();
        changes.shift();
      }
    }
    const gained = value - found.value;
    ({ x, gradient, value } = found);
    iterations++;
    onIteration?.(iterations, value);
    if (gained <= 64 * Number.EPSILON * Math.max(Math.abs(value), 1)) break;
  }
  return { x, value, iterations, converged: largest(gradient) <= tolerance || iterations < maxIterations };
}

/** The two-loop recursion: minus the inverse Hessian, as remembered, times the gradient. */
function descent(gradient: Float64Array, steps: Float64Array[], changes: Float64Array[]): Float64Array {
  const q = gradient.slice();
  const m = steps.length;
  const alpha = new Float64Array(m);
  for (let t = m - 1; t >= 0; t--) {
    alpha[t] = dot(steps[t], q) / dot(steps[t], changes[t]);
    addScaled(q, -alpha[t], changes[t]);
  }
  if (m > 0) {
    const scale = dot(steps[m - 1], changes[m - 1]) / dot(changes[m - 1], changes[m - 1]);
    for (let i = 0; i < q.length; i++) q[i] *= scale;
  }
  for (let t = 0; t < m; t++) {
    const beta = dot(changes[t], q) / dot(steps[t], changes[t]);
    addScaled(q, alpha[t] - beta, steps[t]);
  }
  for (let i = 0; i < q.length; i++) q[i] = -q[i];
  return q;
}

interface Point {
  x: Float64Array;
  gradient: Float64Array;
  value: number;
}

/** A step along `direction` with enough descent and little slope left, or null if there is none within rounding. */
function lineSearch(
  objective: Objective,
  x: Float64Array,
  value: number,
  gradient: Float64Array,
  direction: Float64Array,
  first: number,
): Point | null {
  const slope = dot(gradient, direction);
  if (!(slope < 0)) return null;
  let low = 0;
  let lowValue = value;
  let lowSlope = slope;
  let high = Number.POSITIVE_INFINITY;
  let t = first;
  let best: Point | null = null;
  for (let tries = 0; tries < 40; tries++) {
    const at = x.map((v, i) => v + t * direction[i]);
    const g = new Float64Array(x.length);
    const v = objective(at, g);
    const s = dot(g, direction);
    if (!(v <= value + 1e-4 * t * slope) || v > lowValue) {
      high = t;
    } else {
      best = { x: at, gradient: g, value: v };
      if (Math.abs(s) <= -0.9 * slope) return best;
      if (s > 0) high = t;
      else {
        low = t;
        lowValue = v;
        lowSlope = s;
      }
    }
    if (high === Number.POSITIVE_INFINITY) {
      t *= 2;
      continue;
    }
    // minimum of the parabola through the low end, kept away from both ends
    const width = high - low;
    if (width <= 1e-14 * high) break;
    const parabola =
      t === high ? low - (0.5 * lowSlope * width * width) / (v - lowValue - lowSlope * width) : Number.NaN;
    const inside = parabola > low + 0.1 * width && parabola < high - 0.1 * width;
    t = inside ? parabola : low + 0.5 * width;
  }
  return best;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function addScaled(a: Float64Array, scale: number, b: Float64Array): void {
  for (let i = 0; i < a.length; i++) a[i] += scale * b[i];
}

const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));

function largest(a: Float64Array): number {
  let most = 0;
  for (const v of a) most = Math.max(most, Math.abs(v));
  return most;
}
