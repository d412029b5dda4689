import { type Rng, shuffle } from "../random";
import { type Task, throwIfCancelled } from "../task";
import type { WeightedGraph } from "./weighted-graph";

export interface RefinementOptions {
  readonly resolution: number;
  /** How readily a merger that gains less than the best is taken, in units of modularity gain times 2m. */
  readonly theta: number;
}

/**
 * Splits each community into well-connected parts: from single nodes, merges within the community that lose nothing,
 * chosen at random in favour of gain. A node or part that hangs on its community by too little is left out.
 *
 * @param codes  community of each node, shape (nNodes,)
 * @returns      part of each node, numbered 0 .. nParts - 1; every part is connected and lies in one community
 * Source: Traag, Waltman & van Eck 2019, algorithm A.2, RefinePartition and MergeNodesSubset.
 */
export function refine(
  graph: WeightedGraph,
  codes: Int32Array,
  { resolution, theta }: RefinementOptions,
  rng: Rng,
  task: Task,
): { parts: Int32Array; nParts: number } {
  const { nNodes, indptr, indices, weights, strength, totalWeight } = graph;
  const perStrength = resolution / totalWeight;
  const communityStrength = new Float64Array(nNodes);
  for (let v = 0; v < nNodes; v++) communityStrength[codes[v]] += strength[v];

  const parts = Int32Array.from({ length: nNodes }, (_, v) => v);
  const partStrength = strength.slice();
  const partSize = new Uint32Array(nNodes).fill(1);
  // weight between a part and the rest of its community
  const cut = new Float64Array(nNodes);
  for (let v = 0; v < nNodes; v++)
    for (let e = indptr[v]; e < indptr[v + 1]; e++) {
      const u = indices[e];
      if (u !== v && codes[u] === codes[v]) cut[v] += weights[e];
    }
  const wellConnected = (part: number, community: number): boolean =>
    cut[part] >= perStrength * partStrength[part] * (communityStrength[community] - partStrength[part]);

  const weightTo = new Float64Array(nNodes);
  const nearby = new Int32Array(nNodes);
  const gains = new Float64Array(nNodes);
  const order = shuffle(
    Uint32Array.from({ length: nNodes }, (_, v) => v),
    rng,
  );
  for (let visits = 0; visits < nNodes; visits++) {
    if ((visits & 0x3fff) === 0) throwIfCancelled(task, "Leiden clustering");
    const v = order[visits];
    const community = codes[v];
    if (partSize[parts[v]] !== 1 || !wellConnected(parts[v], community)) continue;

    let nNearby = 0;
    for (let e = indptr[v]; e < indptr[v + 1]; e++) {
      const u = indices[e];
      if (u === v || codes[u] !== community) continue;
      const part = parts[u];
      if (weightTo[part] === 0) nearby[nNearby++] = part;
      weightTo[part] += weights[e];
    }
    // staying alone gains nothing and is always possible
    let bestGain = 0;
    let nChoices = 0;
    for (let t = 0; t < nNearby; t++) {
      const part = nearby[t];
      const gain = weightTo[part] - perStrength * strength[v] * partStrength[part];
      if (gain < 0 || !wellConnected(part, community)) {
        weightTo[part] = 0;
        continue;
      }
      nearby[nChoices] = part;
      gains[nChoices++] = gain;
      if (gain > bestGain) bestGain = gain;
    }
    const chosen = choose(gains, nChoices, bestGain, theta, rng);
    const part = chosen < 0 ? -1 : nearby[chosen];
    if (part >= 0) {
      cut[part] += cut[v] - 2 * weightTo[part];
      partStrength[part] += strength[v];
      partSize[part]++;
      partSize[v] = 0;
      parts[v] = part;
    }
    for (let t = 0; t < nChoices; t++) weightTo[nearby[t]] = 0;
  }
  return number(parts, partSize);
}

/** Draws with probability proportional to exp(gain / theta), among the choices and "stay" (gain 0, returned as -1). */
function choose(gains: Float64Array, n: number, best: number, theta: number, rng: Rng): number {
  if (n === 0) return -1;
  const stay = Math.exp(-best / theta);
  let sum = stay;
  for (let t = 0; t < n; t++) {
    gains[t] = Math.exp((gains[t] - best) / theta);
    sum += gains[t];
  }
  let left = rng() * sum - stay;
  if (left < 0) return -1;
  for (let t = 0; t < n; t++) {
    left -= gains[t];
    if (left < 0) return t;
  }
  return n - 1;
}

function number(parts: Int32Array, partSize: Uint32Array): { parts: Int32Array; nParts: number } {
  const rank = new Int32Array(parts.length);
  let nParts = 0;
  for (let p = 0; p < parts.length; p++) if (partSize[p] > 0) rank[p] = nParts++;
  for (let v = 0; v < parts.length; v++) parts[v] = rank[parts[v]];
  return { parts, nParts };
}
