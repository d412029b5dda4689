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
 * Cost: O(m² d / 2) time for m points taken, O(m d) memory: each distance is made once, added to both its points and forgotten.
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
  const within = new Float64Array(m); // to the others of the own cluster, summed
  const nearest = new Float64Array(m).fill(Number.POSITIVE_INFINITY); // least mean to another cluster
  const pass = { p: points, d, sums: new Float64Array(4), across: new Float64Array(m) };
  const { sums, across } = pass;
  for (let a = 0; a < nClusters; a++) {
    const [from, to] = [start[a], start[a + 1]];
    task.progress(from, m, "scoring how far clusters lie apart");
    for (let i = from; i < to; i += 4) {
      if (((i - from) & 0xff) === 0) throwIfCancelled(task, "The silhouette");
      const rows = Math.min(4, to - i);
      for (let r = 0; r < rows; r++) {
        sums[r] = across[i + r];
        for (let s = 0; s < rows; s++) sums[r] += distance(points, i + r, i + s, d);
      }
      fourRows(pass, i, rows, i + rows, to);
      for (let r = 0; r < rows; r++) within[i + r] = sums[r];
    }
    for (let b = a + 1; b < nClusters; b++) {
      const [first, end] = [start[b], start[b + 1]];
      for (let i = from; i < to; i += 4) {
        if (((i - from) & 0xff) === 0) throwIfCancelled(task, "The silhouette");
        const rows = Math.min(4, to - i);
        sums.fill(0);
        fourRows(pass, i, rows, first, end);
        for (let r = 0; r < rows; r++) nearest[i + r] = Math.min(nearest[i + r], sums[r] / (end - first));
      }
      for (let j = first; j < end; j++) nearest[j] = Math.min(nearest[j], across[j] / (to - from));
      across.fill(0, first, end);
    }
  }
  let total = 0;
  for (let a = 0; a < nClusters; a++) {
    const size = start[a + 1] - start[a];
    for (let i = start[a]; i < start[a + 1]; i++) total += size === 1 ? 0 : share(within[i] / (size - 1), nearest[i]);
  }
  return total / m;
}

interface Pass {
  readonly p: Float64Array; // (m, d)
  readonly d: number;
  /** Of each of four rows, the sum of its distances. */
  readonly sums: Float64Array;
  /** Of each point, the sum of its distances to the rows that were walked. */
  readonly across: Float64Array; // (m,)
}

/**
 * Distances of points i to i + rows - 1 to the points from `first` to `end`, added up for both, always by ascending number of
 * the other. Plain locals throughout: written with arrays taken apart, the same loop took five times as long.
 */
function fourRows({ p, d, sums, across }: Pass, i: number, rows: number, first: number, end: number): void {
  // a row past the last repeats it, and counts nothing
  const a = i * d;
  const b = (i + Math.min(1, rows - 1)) * d;
  const c = (i + Math.min(2, rows - 1)) * d;
  const e = (i + rows - 1) * d;
  const w1 = rows > 1 ? 1 : 0;
  const w2 = rows > 2 ? 1 : 0;
  const w3 = rows > 3 ? 1 : 0;
  let s0 = sums[0];
  let s1 = sums[1];
  let s2 = sums[2];
  let s3 = sums[3];
  for (let j = first; j < end; j++) {
    const at = j * d;
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
    q0 = Math.sqrt(q0);
    q1 = w1 * Math.sqrt(q1);
    q2 = w2 * Math.sqrt(q2);
    q3 = w3 * Math.sqrt(q3);
    s0 += q0;
    s1 += q1;
    s2 += q2;
    s3 += q3;
    across[j] = across[j] + q0 + q1 + q2 + q3;
  }
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
}

function distance(p: Float64Array, i: number, j: number, d: number): number {
  let squares = 0;
  for (let f = 0; f < d; f++) squares += (p[i * d + f] - p[j * d + f]) ** 2;
  return Math.sqrt(squares);
}

function share(within: number, other: number): number {
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
