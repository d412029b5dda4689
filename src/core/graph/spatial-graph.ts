/**
 * Neighbourhood graph of cells. Row i lists the cells that i receives messages from, columns ascending,
 * without self-loops (a layer that wants them adds them). Never an edge across sections.
 * `doubled` symmetrisation keeps duplicates, as the eight-method study did; every other mode has none.
 */
export interface SpatialGraph {
  readonly nNodes: number;
  readonly indptr: Uint32Array; // (nNodes + 1,)
  readonly indices: Uint32Array; // (nEdges,), directed edges
  readonly distances: Float32Array; // (nEdges,), µm
}

export type Symmetrize = "union" | "intersection" | "doubled" | "none";

/** How a graph is made; the same words in the page, the command line and the run file. */
export type GraphRecipe =
  | { readonly kind: "knn"; readonly k: number; readonly symmetrize: Symmetrize }
  | { readonly kind: "radius"; readonly radiusMicrons: number }
  | { readonly kind: "delaunay"; readonly maxEdgeMicrons: number | null };

/** Facts told before training. */
export interface GraphStatistics {
  readonly nodes: number;
  /** Directed edges, as a layer sees them. */
  readonly edges: number;
  readonly isolated: number;
  readonly components: number;
  readonly medianDegree: number;
  readonly maxDegree: number;
  /** counts[d] = cells of degree d; the last bin gathers all degrees from there on. */
  readonly degreeHistogram: Uint32Array;
  readonly medianEdgeLength: number; // µm, NaN without edges
  /** What the person should know ("k = 6 ties on a square lattice: …"), one sentence each. */
  readonly warnings: readonly string[];
}
