import type { SpatialGraph } from "./spatial-graph";

/** The graph with every cell its own neighbour at distance 0; a loop that is there already is not added again. */
export function addSelfLoops({ nNodes, indptr, indices, distances }: SpatialGraph): SpatialGraph {
  const outPtr = new Uint32Array(nNodes + 1);
  const outIndices = new Uint32Array(indices.length + nNodes);
  const outDistances = new Float32Array(indices.length + nNodes);
  let n = 0;
  for (let i = 0; i < nNodes; i++) {
    let looped = false;
    const loop = (): void => {
      outIndices[n++] = i;
      looped = true;
    };
    for (let e = indptr[i]; e < indptr[i + 1]; e++) {
      if (indices[e] === i) looped = true;
      else if (!looped && indices[e] > i) loop();
      outIndices[n] = indices[e];
      outDistances[n++] = distances[e];
    }
    if (!looped) loop();
    outPtr[i + 1] = n;
  }
  return { nNodes, indptr: outPtr, indices: outIndices.slice(0, n), distances: outDistances.slice(0, n) };
}
