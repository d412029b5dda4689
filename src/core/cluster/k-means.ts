import { squaredDistances } from "../against-rows";
import { assertShape, LabError } from "../errors";
import { createRng, integer, type Rng } from "../random";
import { quiet, type Task, throwIfCancelled } from "../task";
import { orderBySize } from "./order-by-size";

export interface KMeansOptions {
  readonly n: number;
  readonly d: number;
  readonly k: number;
  readonly seed?: number;
  /** Starts from different seeds; the tightest result is kept. */
  readonly starts?: number;
  readonly maxIterations?: number;
}

export interface KMeansResult {
  readonly codes: Int32Array; // (n,), 0 = the largest cluster
  /** Fewer than k where the data has fewer than k distinct points. */
  readonly nClusters: number;
  /** Sum of squared distances to the own centre. */
  readonly inertia: number;
  readonly iterations: number; // of the start that was kept
}

interface Run {
  readonly codes: Int32Array;
  readonly inertia: number;
  readonly iterations: number;
}

/**
 * k-means clusters: greedy k-means++ starts, Lloyd's iterations until no cell changes its cluster.
 *
 * @param x  points, shape (n, d), row-major
 * @throws LabError("shape") if the sizes disagree, LabError("range") unless 1 <= k <= n and starts >= 1
 * Source: Arthur & Vassilvitskii 2007 with 2 + ln k candidates per centre, as sklearn.cluster.KMeans. Differs: runs to
 *   the fixed point; scikit-learn stops once the centres move little.
 * Cost: O(n k d) per iteration.
 */
export function kMeans(
  x: Float32Array,
  { n, d, k, seed = 0, starts = 4, maxIterations = 300 }: KMeansOptions,
  task: Task = quiet,
): KMeansResult {
  assertShape("Points", [x.length], [n * d]);
  if (!Number.isInteger(k) || k < 1 || k > n)
    throw new LabError("range", `Clusters wanted: expected a whole number from 1 to ${n}, got ${k}.`);
  if (!(starts >= 1)) throw new LabError("range", `k-means starts: expected at least 1, got ${starts}.`);
  const rng = createRng(seed);
  let best: Run | undefined;
  for (let s = 0; s < starts; s++) {
    task.progress(s, starts, `k-means, start ${s + 1} of ${starts}`);
    const run = lloyd(x, plusPlus(x, { n, d, k }, rng), { n, d, k, maxIterations }, task);
    if (!best || run.inertia < best.inertia) best = run;
  }
  const { codes, inertia, iterations } = best as Run;
  return { ...orderBySize(codes), inertia, iterations };
}

/** First centres far apart: each drawn by squared distance to the nearest so far, the best of a few draws kept. */
function plusPlus(x: Float32Array, { n, d, k }: { n: number; d: number; k: number }, rng: Rng): Float64Array {
  const centres = new Float64Array(k * d);
  const nearest = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  let candidate = new Float64Array(n);
  let chosen = new Float64Array(n);
  const draws = 2 + Math.floor(Math.log(k));
  let total = 0;
  for (let c = 0; c < k; c++) {
    let least = Number.POSITIVE_INFINITY;
    let pick = 0;
    for (let t = 0; t < (c === 0 ? 1 : draws); t++) {
      const i = c === 0 ? integer(rng, n) : drawBy(nearest, rng() * total);
      squaredDistances({ x, at: i * d, rows: x, n, d }, candidate);
      let sum = 0;
      for (let j = 0; j < n; j++) {
        candidate[j] = Math.min(nearest[j], candidate[j]);
        sum += candidate[j];
      }
      if (sum >= least) continue;
      least = sum;
      pick = i;
      [candidate, chosen] = [chosen, candidate];
    }
    nearest.set(chosen);
    total = least;
    for (let j = 0; j < d; j++) centres[c * d + j] = x[pick * d + j];
  }
  return centres;
}

function drawBy(weights: Float64Array, at: number): number {
  let left = at;
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i];
    if (left < 0) return i;
  }
  return weights.length - 1;
}

/**
 * Lloyd's iterations, sparing most distances by bounds: a cell whose own centre is surely nearer than any other is not
 * compared again. Source: Hamerly 2010.
 */
function lloyd(
  x: Float32Array,
  centres: Float64Array,
  { n, d, k, maxIterations }: { n: number; d: number; k: number; maxIterations: number },
  task: Task,
): Run {
  const codes = new Int32Array(n).fill(-1);
  const upper = new Float64Array(n).fill(Number.POSITIVE_INFINITY); // at most this far from the own centre
  const lower = new Float64Array(n); // at least this far from every other
  const sums = new Float64Array(k * d);
  const sizes = new Uint32Array(k);
  let iterations = 0;
  for (; iterations < maxIterations; iterations++) {
    throwIfCancelled(task, "k-means");
    if (assign(x, centres, codes, upper, lower, { n, d, k }) === 0) break;
    sums.fill(0);
    sizes.fill(0);
    for (let i = 0; i < n; i++) {
      const c = codes[i];
      sizes[c]++;
      for (let j = 0; j < d; j++) sums[c * d + j] += x[i * d + j];
    }
    const moved = new Float64Array(k);
    for (let c = 0; c < k; c++) {
      if (sizes[c] === 0) continue; // coinciding points: there are fewer distinct ones than centres
      let squares = 0;
      for (let j = 0; j < d; j++) {
        const next = sums[c * d + j] / sizes[c];
        squares += (next - centres[c * d + j]) ** 2;
        centres[c * d + j] = next;
      }
      moved[c] = Math.sqrt(squares);
    }
    const furthest = moved.reduce((a, b) => Math.max(a, b), 0);
    for (let i = 0; i < n; i++) {
      upper[i] += moved[codes[i]];
      lower[i] -= furthest;
    }
  }
  let inertia = 0;
  for (let i = 0; i < n; i++) inertia += toCentre(x, i, centres, codes[i], d);
  return { codes, inertia, iterations };
}

/** Puts each point to its nearest centre, the lower one of equal; how many points changed. */
function assign(
  x: Float32Array,
  centres: Float64Array,
  codes: Int32Array,
  upper: Float64Array,
  lower: Float64Array,
  { n, d, k }: { n: number; d: number; k: number },
): number {
  let changed = 0;
  const toAll = new Float64Array(k);
  for (let i = 0; i < n; i++) {
    // strictly: at equal distance the lower centre may have to take over
    if (upper[i] < lower[i]) continue;
    if (codes[i] >= 0) {
      upper[i] = Math.sqrt(toCentre(x, i, centres, codes[i], d));
      if (upper[i] < lower[i]) continue;
    }
    let nearest = 0;
    let least = Number.POSITIVE_INFINITY;
    let second = Number.POSITIVE_INFINITY;
    squaredDistances({ x, at: i * d, rows: centres, n: k, d }, toAll);
    for (let c = 0; c < k; c++) {
      const sum = toAll[c];
      if (sum < least) {
        second = least;
        least = sum;
        nearest = c;
      } else if (sum < second) second = sum;
    }
    upper[i] = Math.sqrt(least);
    lower[i] = Math.sqrt(second);
    if (codes[i] !== nearest) changed++;
    codes[i] = nearest;
  }
  return changed;
}

/** As `squaredDistances` sums it, to the bit: bounds are compared with each other. */
function toCentre(x: Float32Array, i: number, centres: Float64Array, c: number, d: number): number {
  let sum = 0;
  for (let j = 0; j < d; j++) {
    const diff = x[i * d + j] - centres[c * d + j];
    sum += diff * diff;
  }
  return sum;
}
