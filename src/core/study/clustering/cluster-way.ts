import { LabError } from "../../errors";
import { integer, number, object, oneOf } from "../../fields";

export const clusterMethods = ["leiden", "leiden-to-k", "k-means", "gmm", "consensus"] as const;
export type ClusterMethod = (typeof clusterMethods)[number];

/** How the embeddings of a study are clustered: one way for methods and baselines alike. */
export interface ClusterWay {
  /** `leiden` takes the resolution as it is; the others look for as many clusters as `k` says. */
  readonly method: ClusterMethod;
  /** `classes`: as many as the label has. */
  readonly k: number | "classes";
  readonly resolution: number;
  /** Nearest cells in space that then vote on each cell's cluster; 0 leaves clusters as they are. */
  readonly refine: number;
}

/** What the recorded search found best and steadiest on the real slices, for baselines as for networks (docs/search.md). */
export const defaultClusterWay: ClusterWay = { method: "consensus", k: "classes", resolution: 1, refine: 25 };

/**
 * Checks a way of clustering that came from a file or a form.
 * @throws LabError("range") naming the key, what it may be and what came
 */
export function validateClusterWay(value: unknown): ClusterWay {
  const w = object("clustering", value, ["method", "k", "resolution", "refine"]);
  return {
    method: oneOf("clustering.method", w.method, clusterMethods),
    k: w.k === "classes" ? "classes" : integer("clustering.k", w.k, { min: 1, max: 1_000_000 }),
    resolution: number("clustering.resolution", w.resolution, { min: 1e-3, max: 1e3 }),
    refine: integer("clustering.refine", w.refine, { min: 0, max: 10_000 }),
  };
}

/** The number of clusters to look for. */
export function clustersWanted({ k }: ClusterWay, classes: number): number {
  if (k !== "classes") return k;
  if (classes >= 1) return classes;
  throw new LabError("missing", "No cell has the label.", "Choose another label, or give the number of clusters.");
}
