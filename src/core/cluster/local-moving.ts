import { type Rng, shuffle } from "../random";
import { type Task, throwIfCancelled } from "../task";
import type { WeightedGraph } from "./weighted-graph";

/**
 * Moves single nodes to the community that gains most modularity until no move gains any. Only nodes whose
 * neighbourhood changed are visited again.
 *
 * @param codes  community of each node, shape (nNodes,), in 0 .. nNodes - 1; changed in place
 * Source: Traag, Waltman & van Eck 2019, algorithm A.2, MoveNodesFast.
 */
export function moveNodes(graph: WeightedGraph, codes: Int32Array, resolution: number, rng: Rng, task: Task): void {
  const { nNodes, indptr, indices, weights, strength, totalWeight } = graph;
  const strengthOf = new Float64Array(nNodes);
  const sizeOf = new Uint32Array(nNodes);
  for (let v = 0; v < nNodes; v++) {
    strengthOf[codes[v]] += strength[v];
    sizeOf[codes[v]]++;
  }
  const empty: number[] = [];
  for (let c = nNodes - 1; c >= 0; c--) if (sizeOf[c] === 0) empty.push(c);

  // a ring: a node is in it at most once, so nNodes places are enough
  const queue = shuffle(
    Uint32Array.from({ length: nNodes }, (_, v) => v),
    rng,
  );
  const waiting = new Uint8Array(nNodes).fill(1);
  let head = 0;
  let nWaiting = nNodes;

  const weightTo = new Float64Array(nNodes);
  const nearby = new Int32Array(nNodes);
  for (let visits = 0; nWaiting > 0; visits++) {
    if ((visits & 0x3fff) === 0) throwIfCancelled(task, "Leiden clustering");
    const v = queue[head];
    head = head + 1 === nNodes ? 0 : head + 1;
    nWaiting--;
    waiting[v] = 0;

    let nNearby = 0;
    for (let e = indptr[v]; e < indptr[v + 1]; e++) {
      const u = indices[e];
      if (u === v) continue;
      const c = codes[u];
      if (weightTo[c] === 0) nearby[nNearby++] = c;
      weightTo[c] += weights[e];
    }

    const own = codes[v];
    strengthOf[own] -= strength[v];
    sizeOf[own]--;
    const chance = (resolution * strength[v]) / totalWeight;
    // strengths of communities are running sums: a gain below their rounding is none
    const least = 1e-10 * strength[v];
    let best = own;
    let bestGain = weightTo[own] - chance * strengthOf[own];
    for (let t = 0; t < nNearby; t++) {
      const c = nearby[t];
      const gain = weightTo[c] - chance * strengthOf[c];
      if (gain > bestGain + least) {
        best = c;
        bestGain = gain;
      }
      weightTo[c] = 0;
    }
    // alone is better than in any bad company
    if (bestGain < -least && sizeOf[own] > 0) best = empty.pop() as number;

    strengthOf[best] += strength[v];
    sizeOf[best]++;
    if (best === own) continue;
    codes[v] = best;
    if (sizeOf[own] === 0) {
      strengthOf[own] = 0;
      empty.push(own);
    }
    for (let e = indptr[v]; e < indptr[v + 1]; e++) {
      const u = indices[e];
      if (waiting[u] === 1 || codes[u] === best || u === v) continue;
      waiting[u] = 1;
      const tail = head + nWaiting;
      queue[tail >= nNodes ? tail - nNodes : tail] = u;
      nWaiting++;
    }
  }
}
