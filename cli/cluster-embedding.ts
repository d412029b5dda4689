import { refineLabels } from "../src/core/cluster/refine-labels";
import { LabError } from "../src/core/errors";
import type { EmbeddingTable } from "../src/core/io/run-tables";
import { clusterer, type EmbeddingClusters } from "../src/core/study/clustering/embedding-clusters";
import type { Task } from "../src/core/task";

export type ClusterRequest =
  | { readonly method: "leiden"; readonly resolution: number; readonly seed: number }
  | { readonly method: "leiden-to-k" | "k-means" | "gmm" | "consensus"; readonly k: number; readonly seed: number };

/**
 * Clusters of an embedding: Leiden on the graph of each cell's 15 nearest, k-means, a Gaussian mixture, or the
 * consensus of several.
 *
 * @param sections  codes of the sections to cluster; cells of others get -1
 */
export async function clusterEmbedding(
  { embedding, size, section }: Pick<EmbeddingTable, "embedding" | "size" | "section">,
  request: ClusterRequest,
  task: Task,
  sections: readonly number[] = section.names.map((_, code) => code),
): Promise<EmbeddingClusters> {
  const cells = Int32Array.from(section.codes.keys()).filter((i) => sections.includes(section.codes[i]));
  if (cells.length === section.codes.length) return clusterRows(embedding, size, request, task);
  const rows = new Float32Array(cells.length * size);
  cells.forEach((cell, r) => {
    rows.set(embedding.subarray(cell * size, (cell + 1) * size), r * size);
  });
  const found = await clusterRows(rows, size, request, task);
  const codes = new Int32Array(section.codes.length).fill(-1);
  cells.forEach((cell, r) => {
    codes[cell] = found.codes[r];
  });
  return { ...found, codes };
}

function clusterRows(
  embedding: Float32Array,
  size: number,
  request: ClusterRequest,
  task: Task,
): Promise<EmbeddingClusters> {
  const clusters = clusterer(embedding, { n: embedding.length / size, d: size, seed: request.seed });
  return clusters({ k: 1, resolution: 1, ...request }, task);
}

/** Clusters smoothed in space: each cell takes the most frequent one of its nearest, section by section. */
export function refineClusters(
  { positions, section }: Pick<EmbeddingTable, "positions" | "section">,
  codes: Int32Array,
  nNeighbours: number,
): Int32Array {
  if (Number.isNaN(positions[0]))
    throw new LabError("missing", "The embedding has no columns x and y to refine by.", "Leave --refine out.");
  return refineLabels(positions, codes, { nNeighbours, sections: section.codes });
}
