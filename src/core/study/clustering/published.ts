import type { SslMethodId } from "../../ssl/catalog";
import type { MetricName } from "./result";

/** Metrics that the published study reports. */
export type PublishedMetric = Extract<MetricName, "ami" | "nmi" | "ari" | "silhouette" | "moransI" | "gearysC">;

/**
 * Means over the three backbones, as published.
 * Source: the eight-method study on the mouse embryo MOSTA E16.5_E1S1 (121,767 spots, 25 tissues), table of its method
 * performance; clusters by Leiden at a fixed resolution, one seed.
 */
export const publishedMeans: Readonly<Partial<Record<SslMethodId, Readonly<Record<PublishedMetric, number>>>>> = {
  vicreg: { ami: 0.655, nmi: 0.656, ari: 0.452, silhouette: 0.269, moransI: 0.942, gearysC: 0.056 },
  "barlow-twins": { ami: 0.657, nmi: 0.658, ari: 0.468, silhouette: 0.266, moransI: 0.945, gearysC: 0.053 },
  mae: { ami: 0.65, nmi: 0.65, ari: 0.441, silhouette: 0.317, moransI: 0.936, gearysC: 0.062 },
  swav: { ami: 0.649, nmi: 0.649, ari: 0.443, silhouette: 0.243, moransI: 0.944, gearysC: 0.054 },
  byol: { ami: 0.637, nmi: 0.637, ari: 0.425, silhouette: 0.247, moransI: 0.936, gearysC: 0.062 },
  moco: { ami: 0.61, nmi: 0.611, ari: 0.44, silhouette: 0.108, moransI: 0.886, gearysC: 0.112 },
  simclr: { ami: 0.593, nmi: 0.593, ari: 0.418, silhouette: 0.107, moransI: 0.896, gearysC: 0.102 },
  simsiam: { ami: 0.591, nmi: 0.591, ari: 0.387, silhouette: 0.308, moransI: 0.942, gearysC: 0.058 },
};

/** Correlation of AMI with Moran's I over its 24 runs, as published. */
export const publishedAmiMoran = 0.82;
/** The run of the best overall score, .915. */
export const publishedBest = { method: "vicreg", backbone: "sage" } as const;
