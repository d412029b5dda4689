import { LabError } from "../errors";
import type { Csr } from "../graph/csr";
import { quiet, type Task } from "../task";
import { type Clustering, type LeidenOptions, leidenOn } from "./leiden";
import { weightedGraph } from "./weighted-graph";

export interface LeidenToKOptions extends Omit<LeidenOptions, "resolution"> {
  /** Most clusterings tried. */
  readonly tries?: number;
}

export interface MatchedClustering extends Clustering {
  /** The number of clusters asked for; `nClusters` is what was reached. */
  readonly wanted: number;
  readonly tries: number;
}

/**
 * Leiden with the resolution that gives k clusters, found by bisection on its logarithm. The number of clusters
 * grows with the resolution only roughly, so k may be missed: the nearest one met is returned, and says so.
 *
 * @param graph  symmetric CSR (n, n), weights >= 0
 * @param k      clusters wanted, 1 <= k <= n
 * @throws LabError("range") if k is outside its bounds
 */
export function leidenToK(
  graph: Csr,
  k: number,
  { tries = 24, ...options }: LeidenToKOptions = {},
  task: Task = quiet,
): MatchedClustering {
  if (!Number.isInteger(k) || k < 1 || k > graph.nRows)
    throw new LabError("range", `Clusters wanted: expected a whole number from 1 to ${graph.nRows}, got ${k}.`);
  const prepared = weightedGraph(graph);
  let low = -10; // log2 of a resolution with too few clusters
  let high = 10; // and of one with too many
  let next = 0;
  let best: Clustering | undefined;
  let tried = 0;
  while (tried < tries) {
    task.progress(tried, tries, `finding ${k} clusters, resolution ${(2 ** next).toPrecision(3)}`);
    const found = leidenOn(
      prepared,
      { ...options, resolution: 2 ** next },
      {
        progress() {},
        get cancelled() {
          return task.cancelled;
        },
      },
    );
    tried++;
    if (!best || Math.abs(found.nClusters - k) < Math.abs(best.nClusters - k)) best = found;
    if (found.nClusters === k || high - low < 1e-3) break;
    if (found.nClusters < k) low = next;
    else high = next;
    // the answer is mostly near 1: widen from there before halving, so that few tries are spent on extremes
    if (low === -10) next = Math.max(-10, 2 * next - 1);
    else if (high === 10) next = Math.min(10, 2 * next + 1);
    else next = (low + high) / 2;
  }
  return { ...(best as Clustering), wanted: k, tries: tried };
}
