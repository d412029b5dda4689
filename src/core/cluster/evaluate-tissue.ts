import type { SectionCodes } from "../graph/sections";
import type { SpatialGraph } from "../graph/spatial-graph";
import { chaos } from "../metrics/chaos";
import type { Codes } from "../metrics/contingency";
import { clusterGearysC, meanGearysC } from "../metrics/gearys-c";
import { clusterMoransI, meanMoransI } from "../metrics/morans-i";
import { pas } from "../metrics/pas";
import { silhouette } from "../metrics/silhouette";
import { spatialSilhouette } from "../metrics/spatial-silhouette";
import { spatialWeights } from "../metrics/spatial-weights";
import { quiet, type Task } from "../task";

/** Scores that need no label. NaN where one is not defined. */
export interface TissueScores {
  /** Of the clusters in the embedding. */
  readonly silhouette: number;
  /** Mean over the dimensions of the embedding. */
  readonly moransI: number;
  readonly gearysC: number;
  /** Mean over clusters of "is in this cluster". */
  readonly clusterMoransI: number;
  readonly clusterGearysC: number;
  readonly chaos: number;
  readonly pas: number;
  /** Spatial ASW: the silhouette of the clusters on positions. */
  readonly spatialSilhouette: number;
}

export interface ClusteredTissue {
  readonly embedding: Float32Array; // (nObs, size), row-major
  readonly size: number;
  readonly codes: Codes; // (nObs,), negative = the cell counts in no score
  readonly positions: Float32Array; // (nObs, 2)
  readonly sections: SectionCodes | null;
  readonly graph: SpatialGraph;
}

/** How an embedding and its clusters lie in the tissue, by every metric that needs no label. */
export function evaluateTissue(
  { embedding, size, codes, positions, sections, graph }: ClusteredTissue,
  options: { readonly sampleSize?: number; readonly seed?: number } = {},
  task: Task = quiet,
): TissueScores {
  const weights = spatialWeights(graph, codes);
  return {
    silhouette: silhouette(embedding, codes, { ...options, n: codes.length, d: size }, task),
    moransI: meanMoransI(weights, embedding, size),
    gearysC: meanGearysC(weights, embedding, size),
    clusterMoransI: clusterMoransI(weights, codes),
    clusterGearysC: clusterGearysC(weights, codes),
    chaos: chaos(positions, codes, sections),
    pas: pas(positions, codes, sections),
    spatialSilhouette: spatialSilhouette(positions, codes, sections, options, task),
  };
}
