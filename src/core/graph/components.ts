/**
 * Connected components, edges taken both ways; an isolated cell is a component of its own.
 * Union-find with path halving; the root of a component is its lowest cell.
 *
 * @returns  `labels` shape (nNodes,), numbered by the lowest cell of each component; `count`
 */
export function connectedComponents({
  nNodes,
  indptr,
  indices,
}: {
  readonly nNodes: number;
  readonly indptr: Uint32Array;
  readonly indices: Uint32Array;
}): { readonly labels: Uint32Array; readonly count: number } {
  const parent = Uint32Array.from({ length: nNodes }, (_, i) => i);
  const find = (i: number): number => {
    let root = i;
    while (parent[root] !== root) {
      parent[root] = parent[parent[root]];
      root = parent[root];
    }
    return root;
  };
  for (let i = 0; i < nNodes; i++)
    for (let e = indptr[i]; e < indptr[i + 1]; e++) {
      const a = find(i);
      const b = find(indices[e]);
      if (a < b) parent[b] = a;
      else parent[a] = b;
    }

  const labels = new Uint32Array(nNodes);
  let count = 0;
  for (let i = 0; i < nNodes; i++) {
    const root = find(i);
    labels[i] = root === i ? count++ : labels[root];
  }
  return { labels, count };
}
