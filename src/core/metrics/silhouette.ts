import { assertShape, LabError } from "../errors";
import { createRng, integer } from "../random";
import { quiet, type Task, throwIfCancelled } from "../task";
import type { Codes } from "./contingency";

export interface SilhouetteOptions {
  readonly n: number;
  readonly d: number;
  /** More labelled points than this are sampled, without replacement. */
  readonly sampleSize?: number;
  readonly seed?: number;
}

/**
 * Mean silhouette of a clustering: over the points i, (b_i - a_i) / max(a_i, b_i), where a_i is the mean Euclidean
 * distance to the others of the own cluster and b_i the least mean distance to another cluster; 0 for a cluster of one.
 *
 * @param x      points, shape (n, d), row-major
 * @param codes  cluster of each point, negative = none (left out)
 * @returns      -1 to 1; NaN unless there are at least 2 clusters, and fewer clusters than points
 * @throws LabError("shape") if the sizes disagree, LabError("range") if sampleSize < 2 or a value is not finite
 * Source: Rousseeuw 1987; sklearn.metrics.silhouette_score(sample_size), whose distances, too, are those within the
 *   sample. Differs: the draws.
 * Cost: O(m² d) time for m points taken, O(m d) memory: four rows of distances are made at a time and forgotten.
 */
export function silhouette(
  x: Float32Array,
  codes: Codes,
  { n, d, sampleSize = 10_000, seed = 0 }: SilhouetteOptions,
  task: Task = quiet,
): number {
  assertShape("Silhouette points", [x.length], [n * d]);
  assertShape("Silhouette clusters", [codes.length], [n]);
  if (!(sampleSize >= 2)) throw new LabError("range", `Silhouette: expected a sample of 2 or more, got ${sampleSize}.`);
  const labelled: number[] = [];
  for (let i = 0; i < n; i++) if (codes[i] >= 0) labelled.push(i);
  const cells = labelled.length > sampleSize ? sample(labelled, sampleSize, seed) : labelled;
  // by cluster, so that the sum over a cluster is a sum over neighbours in memory
  cells.sort((a, b) => codes[a] - codes[b] || a - b);
  const m = cells.length;
  const start: number[] = [];
  for (let i = 0; i < m; i++) if (i === 0 || codes[cells[i]] !== codes[cells[i - 1]]) start.push(i);
  const nClusters = start.length;
  start.push(m);
  if (nClusters < 2 || nClusters >= m) return Number.NaN;

  const points = new Float64Array(m * d);
  for (let i = 0; i < m; i++) for (let j = 0; j < d; j++) points[i * d + j] = x[cells[i] * d + j];
  for (const v of points) if (!Number.isFinite(v)) throw new LabError("range", `Silhouette: a value is ${v}.`);
  const sums = new Float64Array(4 * nClusters);
  let total = 0;
  let own = 0;
  for (let i = 0; i < m; i += 4) {
    if ((i & 0xff) === 0) {
      throwIfCancelled(task, "The silhouette");
      task.progress(i, m, "scoring how far clusters lie apart");
    }
    fourRows(points, i, { m, d, start, sums });
    for (let r = 0; r < 4 && i + r < m; r++) {
      while (start[own + 1] <= i + r) own++;
      total += ofRow(sums.subarray(r * nClusters, (r + 1) * nClusters), own, start);
    }
  }
  return total / m;
}

interface Rows {
  readonly m: number;
  readonly d: number;
  readonly start: readonly number[];
  readonly sums: Float64Array;
}

/**
 * Sums of the distances of points i to i + 3 to all points of each cluster. A row past the end repeats the last.
 * Plain locals throughout: written with arrays taken apart, the same loop took five times as long.
 */
function fourRows(p: Float64Array, i: number, { m, d, start, sums }: Rows): void {
  const nClusters = start.length - 1;
  const a = i * d;
  const b = Math.min(i + 1, m - 1) * d;
  const c = Math.min(i + 2, m - 1) * d;
  const e = Math.min(i + 3, m - 1) * d;
  for (let k = 0; k < nClusters; k++) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    const end = start[k + 1] * d;
    for (let at = start[k] * d; at < end; at += d) {
      let q0 = 0;
      let q1 = 0;
      let q2 = 0;
      let q3 = 0;
      for (let f = 0; f < d; f++) {
        const v = p[at + f];
        const d0 = p[a + f] - v;
        const d1 = p[b + f] - v;
        const d2 = p[c + f] - v;
        const d3 = p[e + f] - v;
        q0 += d0 * d0;
        q1 += d1 * d1;
        q2 += d2 * d2;
        q3 += d3 * d3;
      }
      s0 += Math.sqrt(q0);
      s1 += Math.sqrt(q1);
      s2 += Math.sqrt(q2);
      s3 += Math.sqrt(q3);
    }
    sums[k] = s0;
    sums[nClusters + k] = s1;
    sums[2 * nClusters + k] = s2;
    sums[3 * nClusters + k] = s3;
  }
}

function ofRow(sums: Float64Array, own: number, start: readonly number[]): number {
  const size = start[own + 1] - start[own];
  if (size === 1) return 0;
  const within = sums[own] / (size - 1);
  let other = Number.POSITIVE_INFINITY;
  for (let k = 0; k < sums.length; k++) if (k !== own) other = Math.min(other, sums[k] / (start[k + 1] - start[k]));
  const larger = Math.max(within, other);
  return larger === 0 ? 0 : (other - within) / larger; // coinciding points are no nearer to their own
}

/** The first `size` of a shuffle, without shuffling the rest. */
function sample(from: readonly number[], size: number, seed: number): number[] {
  const rng = createRng(seed);
  const all = Int32Array.from(from);
  for (let i = 0; i < size; i++) {
    const j = i + integer(rng, all.length - i);
    [all[i], all[j]] = [all[j], all[i]];
  }
  return [...all.subarray(0, size)];
}
