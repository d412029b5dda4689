import { kMeans } from "../../cluster/k-means";
import { leiden } from "../../cluster/leiden";
import { leidenToK } from "../../cluster/leiden-to-k";
import { mixtureClusters } from "../../cluster/mixture-clusters";
import { mixtureConsensus } from "../../cluster/mixture-consensus";
import { unionGraph } from "../../embed/fuzzy-graph";
import { nearestNeighbours } from "../../embed/knn";
import type { Csr } from "../../graph/csr";
import { quiet, type Task } from "../../task";
import type { ClusterMethod } from "./cluster-way";

export interface EmbeddingClusters {
  readonly codes: Int32Array; // (n,), 0 = the largest
  readonly nClusters: number;
  /** Null for k-means and mixtures, which have none. */
  readonly resolution: number | null;
  readonly modularity: number | null;
}

export interface ClusterRequest {
  readonly method: ClusterMethod;
  /** Clusters wanted; Leiden at a fixed resolution ignores it. */
  readonly k: number;
  /** Of `leiden`; the others ignore it. */
  readonly resolution: number;
}

const nNeighbours = 15; // as scanpy

/**
 * Clusters one embedding in several ways: Leiden on the graph of each point's 15 nearest, which is made once, k-means, and
 * a Gaussian mixture, and what several mixtures agree on.
 *
 * @param x         shape (n, d), row-major
 * @param networks  whose embeddings stand side by side in x: the consensus is of the mixtures of each, the others see x whole
 * @param repeats   mixtures of each size for the consensus, from starts of their own
 */
export function clusterer(
  x: Float32Array,
  {
    n,
    d,
    seed,
    networks = 1,
    repeats = 1,
  }: {
    readonly n: number;
    readonly d: number;
    readonly seed: number;
    readonly networks?: number;
    readonly repeats?: number;
  },
): (request: ClusterRequest, task?: Task) => Promise<EmbeddingClusters> {
  let graph: Csr | null = null;
  const neighbours = async (task: Task): Promise<Csr> => {
    graph ??= unionGraph(await nearestNeighbours(x, { n, d, k: Math.min(nNeighbours, n - 1), seed }, task));
    return graph;
  };
  return async ({ method, k, resolution }, task = quiet) => {
    switch (method) {
      case "leiden":
        return leiden(await neighbours(task), { resolution, seed }, task);
      case "leiden-to-k":
        return leidenToK(await neighbours(task), k, { seed }, task);
      case "k-means": {
        const { codes, nClusters } = kMeans(x, { n, d, k, seed }, task);
        return { codes, nClusters, resolution: null, modularity: null };
      }
      case "gmm": {
        const { codes, nClusters } = mixtureClusters(x, { n, d, k, seed }, task);
        return { codes, nClusters, resolution: null, modularity: null };
      }
      case "consensus": {
        const { codes, nClusters } = mixtureConsensus(x, { n, d, k, seed, networks, repeats }, task);
        return { codes, nClusters, resolution: null, modularity: null };
      }
      default:
        return method satisfies never;
    }
  };
}
