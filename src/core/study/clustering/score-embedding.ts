import { evaluateClusters } from "../../cluster/evaluate";
import { evaluateTissue } from "../../cluster/evaluate-tissue";
import { refineLabels } from "../../cluster/refine-labels";
import { cellsBySection } from "../../graph/sections";
import type { Task } from "../../task";
import { type ClusterMethod, type ClusterWay, clusterMethods, clustersWanted } from "./cluster-way";
import { clusterer } from "./embedding-clusters";
import type { PreparedSlice } from "./prepare-slice";
import type { ClusteredBeside, Scored } from "./result";

export interface ScoredEmbedding {
  readonly scores: Omit<Scored, "key" | "slice" | "seed" | "seconds">;
  readonly codes: Int32Array; // (nObs,), -1 = not clustered
  /** Of clustering by the given way alone. */
  readonly clusterSeconds: number;
}

export interface EmbeddingToScore {
  readonly embedding: Float32Array; // (nObs, size)
  readonly size: number;
  /** Networks whose embeddings stand side by side in it, each as wide as the others. */
  readonly networks?: number;
  /** Mixtures of each size that a consensus has of each network. */
  readonly repeats?: number;
}

/**
 * Clusters and scores an embedding as a study does: by the plan's way, with the other ways beside it. Cells without a
 * label are clustered with the rest of their section and count in no score.
 */
export async function scoreEmbedding(
  { slice, positions, labels, classes, clustered, graph }: PreparedSlice,
  { embedding, size, networks = 1, repeats = 1 }: EmbeddingToScore,
  { way, seed }: { readonly way: ClusterWay; readonly seed: number },
  task: Task,
): Promise<ScoredEmbedding> {
  const { nObs, section } = slice;
  const clusters = clusterer(rowsOf(embedding, size, clustered), {
    n: clustered.length,
    d: size,
    seed,
    networks,
    repeats,
  });
  const k = clustersWanted(way, classes);
  const by = async (method: ClusterMethod): Promise<Int32Array> => {
    const found = await clusters({ method, k, resolution: way.resolution }, task);
    const codes = new Int32Array(nObs).fill(-1);
    clustered.forEach((cell, r) => {
      codes[cell] = found.codes[r];
    });
    return way.refine > 0
      ? refineLabels(positions, codes, { nNeighbours: way.refine, sections: section.codes })
      : codes;
  };
  const began = performance.now();
  const codes = await by(way.method);
  const clusterSeconds = (performance.now() - began) / 1000;

  const beside: ClusteredBeside[] = [];
  for (const method of clusterMethods) {
    if (method === way.method) continue;
    const other = await by(method);
    const { ari, ami, nmi } = evaluateClusters(other, labels);
    beside.push({ method, k: numberOf(other), ari, ami, nmi });
  }
  const { nScored, ari, ami, nmi, homogeneity, completeness } = evaluateClusters(codes, labels);
  const scored = codes.map((code, i) => (labels.codes[i] < 0 ? -1 : code));
  const largest = cellsBySection(section.codes, nObs).reduce((n, cells) => Math.max(n, cells.length), 0);
  const near = graph({ kind: "knn", k: Math.min(6, largest - 1), symmetrize: "union" }, task);
  const tissue = { embedding, size, codes: scored, positions, sections: section.codes, graph: near };
  const { spatialSilhouette, ...rest } = evaluateTissue(tissue, { seed }, task);
  const defined = Object.fromEntries(
    Object.entries({ ...rest, spatialAsw: spatialSilhouette }).map(([name, v]) => [name, Number.isNaN(v) ? null : v]),
  ) as Record<keyof typeof rest | "spatialAsw", number | null>;
  return {
    scores: {
      label: labels.name,
      k: numberOf(codes),
      classes,
      nScored,
      nObs,
      clustering: way,
      beside,
      ari,
      ami,
      nmi,
      homogeneity,
      completeness,
      ...defined,
    },
    codes,
    clusterSeconds,
  };
}

function numberOf(codes: Int32Array): number {
  return new Set(codes.filter((code) => code >= 0)).size;
}

function rowsOf(embedding: Float32Array, size: number, cells: Int32Array): Float32Array {
  if (cells.length * size === embedding.length) return embedding;
  const rows = new Float32Array(cells.length * size);
  cells.forEach((cell, r) => {
    rows.set(embedding.subarray(cell * size, (cell + 1) * size), r * size);
  });
  return rows;
}
