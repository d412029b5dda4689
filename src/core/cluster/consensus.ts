import { assertShape, LabError } from "../errors";
import { quiet, type Task, throwIfCancelled } from "../task";
import { orderBySize } from "./order-by-size";

export interface ConsensusOptions {
  readonly k: number;
  /** Groups of cells that no partition parts are joined as one; beyond so many, the smaller follow the larger. */
  readonly mostGroups?: number;
}

/**
 * The clusters that several partitions of the same cells agree on. Two cells are as far apart as is the share of partitions
 * that part them,  d_ij = 1 - (1/B) Σ_b [c_bi = c_bj],  and the two clusters with the smallest mean distance between their
 * cells are joined until k are left.
 *
 * Partitions need no common names, nor as many clusters as k. Cells that all of them keep together are one point with their
 * weight, which changes no result and leaves hundreds of points in place of thousands of cells.
 *
 * @param partitions  one or more, each of shape (n,), codes from 0
 * @returns           codes of shape (n,), 0 = the largest; fewer than k clusters where there are fewer groups of cells
 * @throws LabError("shape") if their lengths differ, LabError("range") without partitions or unless k >= 1
 * Source: evidence accumulation with average linkage, Fred & Jain 2005. Differs: ties go to the groups met first.
 * Cost: O(n B) for the groups and O(g² B) for g of them, at most `mostGroups`.
 */
export function consensusClusters(
  partitions: readonly Int32Array[],
  { k, mostGroups = 4096 }: ConsensusOptions,
  task: Task = quiet,
): { readonly codes: Int32Array; readonly nClusters: number } {
  if (partitions.length === 0) throw new LabError("range", "Consensus: no partition was given.");
  if (!Number.isInteger(k) || k < 1)
    throw new LabError("range", `Consensus: expected a whole number of clusters from 1, got ${k}.`);
  const n = partitions[0].length;
  for (const codes of partitions) assertShape("Consensus, cells", [codes.length], [n]);
  const { groupOf, tuples, weights } = groups(partitions);
  const bySize = Array.from(weights.keys()).sort((a, b) => weights[b] - weights[a] || a - b);
  const joined = bySize.slice(0, mostGroups).sort((a, b) => a - b);
  const clusterOf = new Int32Array(weights.length).fill(-1);
  averageLinkage(
    joined.map((g) => tuples[g]),
    joined.map((g) => weights[g]),
    k,
    task,
  ).forEach((cluster, place) => {
    clusterOf[joined[place]] = cluster;
  });
  // those left out go where most cells stand with them
  for (const g of bySize.slice(mostGroups))
    clusterOf[g] = nearestCluster(tuples[g], { joined, tuples, weights }, clusterOf);
  return orderBySize(groupOf.map((g) => clusterOf[g]));
}

interface Groups {
  readonly groupOf: Int32Array; // (n,)
  /** The cluster of a group's cells in each partition. */
  readonly tuples: readonly (readonly number[])[];
  readonly weights: readonly number[]; // cells
}

function groups(partitions: readonly Int32Array[]): Groups {
  const places = new Map<string, number>();
  const tuples: number[][] = [];
  const weights: number[] = [];
  const groupOf = Int32Array.from(partitions[0], (_, i) => {
    const tuple = partitions.map((codes) => codes[i]);
    const key = tuple.join();
    let place = places.get(key);
    if (place === undefined) {
      place = tuples.push(tuple) - 1;
      weights.push(0);
      places.set(key, place);
    }
    weights[place]++;
    return place;
  });
  return { groupOf, tuples, weights };
}

const parted = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((count, code, p) => count + (code === b[p] ? 0 : 1), 0);

/** The cluster of each point, by the slot of one of its points. Source: Lance & Williams 1967, group average. */
function averageLinkage(
  tuples: readonly (readonly number[])[],
  sizes: readonly number[],
  k: number,
  task: Task,
): Int32Array {
  const m = tuples.length;
  const weight = Float64Array.from(sizes);
  const distance = new Float32Array(m * m).fill(Number.POSITIVE_INFINITY);
  for (let a = 0; a < m; a++)
    for (let b = 0; b < a; b++) distance[a * m + b] = distance[b * m + a] = parted(tuples[a], tuples[b]);
  const nearest = new Int32Array(m);
  const search = (a: number): void => {
    let best = a === 0 && m > 1 ? 1 : 0;
    for (let b = 0; b < m; b++) if (distance[a * m + b] < distance[a * m + best]) best = b;
    nearest[a] = best;
  };
  for (let a = 0; a < m; a++) search(a);
  const slot = Int32Array.from({ length: m }, (_, a) => a);
  const alive = new Uint8Array(m).fill(1);
  for (let left = m; left > k; left--) {
    if ((left & 0xff) === 0) throwIfCancelled(task, "The consensus of clusters");
    let a = -1;
    for (let c = 0; c < m; c++)
      if (alive[c] && (a < 0 || distance[c * m + nearest[c]] < distance[a * m + nearest[a]])) a = c;
    const b = nearest[a];
    const whole = weight[a] + weight[b];
    for (let c = 0; c < m; c++) {
      if (!alive[c] || c === a || c === b) continue;
      const d = (weight[a] * distance[a * m + c] + weight[b] * distance[b * m + c]) / whole;
      distance[a * m + c] = distance[c * m + a] = d;
    }
    for (let c = 0; c < m; c++) distance[b * m + c] = distance[c * m + b] = Number.POSITIVE_INFINITY;
    alive[b] = 0;
    weight[a] = whole;
    for (let c = 0; c < m; c++) {
      if (slot[c] === b) slot[c] = a;
      if (!alive[c]) continue;
      if (c === a || nearest[c] === a || nearest[c] === b) search(c);
      else if (distance[c * m + a] < distance[c * m + nearest[c]]) nearest[c] = a;
    }
  }
  return slot;
}

function nearestCluster(
  tuple: readonly number[],
  { joined, tuples, weights }: { joined: readonly number[]; tuples: Groups["tuples"]; weights: Groups["weights"] },
  clusterOf: Int32Array,
): number {
  const sums = new Map<number, { distance: number; cells: number }>();
  for (const g of joined) {
    const sum = sums.get(clusterOf[g]) ?? { distance: 0, cells: 0 };
    sum.distance += weights[g] * parted(tuple, tuples[g]);
    sum.cells += weights[g];
    sums.set(clusterOf[g], sum);
  }
  let best = { cluster: -1, mean: Number.POSITIVE_INFINITY };
  for (const [cluster, { distance, cells }] of sums)
    if (distance / cells < best.mean) best = { cluster, mean: distance / cells };
  return best.cluster;
}
