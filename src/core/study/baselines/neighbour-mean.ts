import { assertShape, LabError } from "../../errors";
import type { SpatialGraph } from "../../graph/spatial-graph";

/** `once`, `twice`: the mean, and the mean of means, alone; `all`: own, mean and mean of means side by side. */
export type NeighbourMeans = "once" | "twice" | "all";

/**
 * Features averaged over tissue: row i becomes the mean of row i and its neighbours' rows, one or two times over. A graph
 * network without learning; what it does not beat, it has not learned.
 *
 * @param x  features, shape (n, d), row-major; averaging commutes with PCA's projection, so scores will do
 * @returns  shape (n, d), or (n, 3 d) for `all`
 * @throws LabError("shape") if x is not of the graph's cells
 * Source: the aggregation of Wu et al. 2019 (SGC) with mean instead of symmetric normalisation.
 */
export function neighbourMean(
  x: Float32Array,
  { n, d }: { readonly n: number; readonly d: number },
  graph: SpatialGraph,
  means: NeighbourMeans = "once",
): { readonly embedding: Float32Array; readonly size: number } {
  assertShape("Neighbour mean", [x.length, graph.nNodes], [n * d, n]);
  const once = average(x, d, graph);
  switch (means) {
    case "once":
      return { embedding: once, size: d };
    case "twice":
      return { embedding: average(once, d, graph), size: d };
    case "all": {
      const parts = [x, once, average(once, d, graph)];
      const embedding = new Float32Array(3 * n * d);
      parts.forEach((part, p) => {
        for (let i = 0; i < n; i++) embedding.set(part.subarray(i * d, (i + 1) * d), (3 * i + p) * d);
      });
      return { embedding, size: 3 * d };
    }
    default:
      throw new LabError("range", `Neighbour mean: expected once, twice or all, got ${means satisfies never}.`);
  }
}

function average(x: Float32Array, d: number, { nNodes, indptr, indices }: SpatialGraph): Float32Array {
  const out = new Float32Array(x.length);
  const sum = new Float64Array(d);
  for (let i = 0; i < nNodes; i++) {
    for (let j = 0; j < d; j++) sum[j] = x[i * d + j];
    for (let e = indptr[i]; e < indptr[i + 1]; e++) for (let j = 0; j < d; j++) sum[j] += x[indices[e] * d + j];
    const cells = 1 + indptr[i + 1] - indptr[i];
    for (let j = 0; j < d; j++) out[i * d + j] = sum[j] / cells;
  }
  return out;
}
