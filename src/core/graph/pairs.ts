import { edgeLengths } from "./edge-lengths";
import type { SpatialGraph } from "./spatial-graph";

/**
 * Graph of undirected edges given once each as [a0, b0, a1, b1, …] in any number of lists; both directions are kept,
 * columns ascending. Edges longer than `maxLength` (µm) are left out.
 */
export function graphFromPairs(
  positions: Float32Array,
  lists: readonly ArrayLike<number>[],
  maxLength: number,
): SpatialGraph {
  const nNodes = positions.length / 2;
  const short = (a: number, b: number): boolean => {
    const dx = positions[2 * b] - positions[2 * a];
    const dy = positions[2 * b + 1] - positions[2 * a + 1];
    return dx * dx + dy * dy <= maxLength * maxLength;
  };
  const eachKept = (visit: (a: number, b: number) => void): void => {
    for (const pairs of lists)
      for (let p = 0; p < pairs.length; p += 2) if (short(pairs[p], pairs[p + 1])) visit(pairs[p], pairs[p + 1]);
  };

  const indptr = new Uint32Array(nNodes + 1);
  eachKept((a, b) => {
    indptr[a + 1]++;
    indptr[b + 1]++;
  });
  for (let i = 0; i < nNodes; i++) indptr[i + 1] += indptr[i];

  const next = indptr.slice(0, nNodes);
  const indices = new Uint32Array(indptr[nNodes]);
  eachKept((a, b) => {
    indices[next[a]++] = b;
    indices[next[b]++] = a;
  });
  const sorted = sortSymmetric(indptr, indices);
  return { nNodes, indptr, indices: sorted, distances: edgeLengths(positions, indptr, sorted) };
}

/** A symmetric pattern with columns ascending: its transpose, written row by row, O(edges) at any degree. */
export function sortSymmetric(indptr: Uint32Array, indices: Uint32Array): Uint32Array {
  const sorted = new Uint32Array(indices.length);
  const next = indptr.slice(0, -1);
  for (let i = 0; i < next.length; i++) for (let e = indptr[i]; e < indptr[i + 1]; e++) sorted[next[indices[e]]++] = i;
  return sorted;
}
