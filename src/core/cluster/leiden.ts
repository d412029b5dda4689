import { LabError } from "../errors";
import type { Csr } from "../graph/csr";
import { createRng, type Rng } from "../random";
import { quiet, type Task } from "../task";
import { connectedParts } from "./connected-parts";
import { moveNodes } from "./local-moving";
import { modularity } from "./modularity";
import { orderBySize } from "./order-by-size";
import { refine } from "./refinement";
import { aggregate, type WeightedGraph, weightedGraph } from "./weighted-graph";

export interface LeidenOptions {
  /** More than 1 gives more and smaller communities. */
  readonly resolution?: number;
  readonly seed?: number;
  /** Rounds over the whole graph, each starting from the partition of the last; -1 = until none improves. */
  readonly iterations?: number;
  /** Randomness of the refinement, in mean edge weights. */
  readonly theta?: number;
}

export interface Clustering {
  readonly codes: Int32Array; // (nNodes,), 0 = the largest community
  readonly nClusters: number;
  readonly resolution: number;
  /** At resolution 1, comparable between resolutions. */
  readonly modularity: number;
  /** At the resolution asked for: what was maximised. */
  readonly quality: number;
  readonly iterations: number;
}

/**
 * Communities of a weighted undirected graph by the Leiden algorithm on modularity with a resolution.
 * Every community is connected. The same graph and seed give the same communities.
 *
 * @param graph  symmetric CSR (n, n), weights >= 0; isolated nodes become communities of one
 * @throws LabError("range") for a resolution, theta or count of iterations outside its bounds; for the graph see
 *         `weightedGraph`
 * Source: Traag, Waltman & van Eck 2019, "From Louvain to Leiden"; quality as RBConfigurationVertexPartition of
 *   leidenalg. Differs: the refinement draws at random as in the paper, leidenalg takes the best merger.
 * Cost: about O(edges) per round, ten rounds or fewer.
 */
export function leiden(graph: Csr, options: LeidenOptions = {}, task: Task = quiet): Clustering {
  return leidenOn(weightedGraph(graph), options, task);
}

/** The same on a graph that is checked and prepared, for repeated runs. */
export function leidenOn(
  graph: WeightedGraph,
  { resolution = 1, seed = 0, iterations = -1, theta = 0.01 }: LeidenOptions = {},
  task: Task = quiet,
): Clustering {
  if (!(resolution > 0)) throw new LabError("range", `Leiden resolution: expected more than 0, got ${resolution}.`);
  if (!(theta > 0)) throw new LabError("range", `Leiden theta: expected more than 0, got ${theta}.`);
  if (!Number.isInteger(iterations) || iterations === 0 || iterations < -1)
    throw new LabError("range", `Leiden iterations: expected -1 or a whole number from 1, got ${iterations}.`);

  const rng = createRng(seed);
  const merging = { resolution, theta: (theta * graph.totalWeight) / Math.max(1, graph.indices.length) };
  let codes: Int32Array = Int32Array.from({ length: graph.nNodes }, (_, v) => v);
  let quality = modularity(graph, codes, resolution);
  let done = 0;
  while (graph.totalWeight > 0 && done !== iterations) {
    const total = iterations > 0 ? iterations : Math.max(10, done + 1);
    task.progress(done, total, `finding communities, round ${done + 1}`);
    codes = improve(graph, codes, merging, rng, task);
    done++;
    const better = modularity(graph, codes, resolution);
    const gained = better - quality;
    quality = better;
    if (gained < leastGain) break;
  }
  const ordered = orderBySize(codes);
  return { ...ordered, resolution, modularity: modularity(graph, codes), quality, iterations: done };
}

/** A round that gains less modularity than this ends the search: single nodes trading places. */
const leastGain = 1e-5;

/** One round: move, refine, aggregate, until every community is a single node of the aggregated graph. */
function improve(
  graph: WeightedGraph,
  start: Int32Array,
  merging: { resolution: number; theta: number },
  rng: Rng,
  task: Task,
): Int32Array {
  let level = graph;
  let codes: Int32Array = start.slice();
  const nodeOf = Int32Array.from({ length: graph.nNodes }, (_, v) => v); // node of `level` that holds each node
  for (;;) {
    moveNodes(level, codes, merging.resolution, rng, task);
    if (new Set(codes).size === level.nNodes) break;
    const { parts, nParts } = refine(level, codes, merging, rng, task);
    if (nParts === level.nNodes) {
      // nothing merged: what remains together may hang by nothing, so hold to what is connected
      codes = connectedParts(level, codes);
      break;
    }
    const lifted = new Int32Array(nParts);
    for (let v = 0; v < level.nNodes; v++) lifted[parts[v]] = codes[v];
    for (let v = 0; v < graph.nNodes; v++) nodeOf[v] = parts[nodeOf[v]];
    level = aggregate(level, parts, nParts);
    codes = compact(lifted);
  }
  return compact(nodeOf.map((v) => codes[v]));
}

/** Renumbers to 0 .. below the length, as the next level needs. */
function compact(codes: Int32Array): Int32Array {
  let max = 0;
  for (const c of codes) if (c > max) max = c;
  const rank = new Int32Array(max + 1).fill(-1);
  let n = 0;
  return codes.map((c) => {
    if (rank[c] < 0) rank[c] = n++;
    return rank[c];
  });
}
