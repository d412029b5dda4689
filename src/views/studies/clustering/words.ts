import type { Backbone } from "../../../core/nn/encoder-spec";
import { methodCatalog, type SslMethodId } from "../../../core/ssl/catalog";
import type { StudyJob } from "../../../core/study/clustering/plan";
import type { MetricName, StudyResult } from "../../../core/study/clustering/result";

export const backboneNames: Readonly<Record<Backbone, string>> = {
  sage: "SAGE",
  gat: "GAT",
  gcn: "GCN",
  gatv2: "GATv2",
};

const baselineNames: Readonly<Record<string, string>> = {
  pca: "PCA",
  "mean-once": "Neighbour means",
  "mean-twice": "Means of means",
  "pca-and-means": "PCA and means",
  "banksy-0.2": "BANKSY, λ 0.2",
  "banksy-0.8": "BANKSY, λ 0.8",
};

export function methodName(id: string): string {
  return id in methodCatalog ? methodCatalog[id as SslMethodId].name : id;
}

/** "VICReg · SAGE", or the baseline's name. */
export function rowTitle(name: string, backbone: Backbone | null): string {
  return backbone === null ? (baselineNames[name] ?? name) : `${methodName(name)} · ${backboneNames[backbone]}`;
}

export function jobTitle(job: StudyJob | StudyResult): string {
  const title = job.kind === "run" ? rowTitle(job.method, job.backbone) : rowTitle(job.name, null);
  return `${title} · seed ${job.seed}`;
}

/** A metric as a column names it, and what it means. */
export const metricWords: Readonly<Record<MetricName | "overall", { readonly name: string; readonly words: string }>> =
  {
    ari: {
      name: "ARI",
      words: "Adjusted Rand index: agreement with the label over pairs of cells; 0 is chance, 1 identical.",
    },
    ami: {
      name: "AMI",
      words: "Adjusted mutual information with the label, beyond chance; 0 is chance, 1 identical.",
    },
    nmi: { name: "NMI", words: "Normalised mutual information with the label, not corrected for chance." },
    homogeneity: { name: "Homogeneity", words: "1 if every cluster holds cells of one class only." },
    completeness: { name: "Completeness", words: "1 if all cells of a class are in one cluster." },
    silhouette: {
      name: "Silhouette",
      words: "How much nearer a cell lies to its own cluster than to the next one, in the embedding; -1 to 1. Sampled.",
    },
    moransI: {
      name: "Moran's I",
      words: "Likeness of neighbours, averaged over the embedding's dimensions. Smoothing alone raises it.",
    },
    gearysC: { name: "Geary's C", words: "Difference between neighbours over the embedding; less is smoother." },
    clusterMoransI: { name: "Moran, clusters", words: "Moran's I of the clusters, each as cells in it or not." },
    clusterGearysC: { name: "Geary, clusters", words: "Geary's C of the clusters; less is smoother." },
    chaos: { name: "CHAOS", words: "Mean distance to the nearest cell of the same cluster; less is more compact." },
    pas: { name: "PAS", words: "Share of cells whose neighbours are mostly of other clusters; less is smoother." },
    spatialAsw: { name: "Spatial ASW", words: "Silhouette of the clusters over positions in the tissue." },
    overall: {
      name: "Overall",
      words:
        "Weighted mean of the metrics, each scaled from the least to the most among the runs of this slice. It ranks these runs among themselves and nothing else.",
    },
  };

/** Columns of the table before "all scores" is asked for. NMI says nearly what AMI says. */
export const mainMetrics: readonly MetricName[] = ["ari", "ami", "silhouette", "moransI", "gearysC", "chaos", "pas"];

/** What the settings of a study mean. */
export const studyTerms = {
  label: "Annotation that the clusters are compared with. Cells without it count in no score.",
  seeds: "Runs of each method on each backbone, each from other random numbers. Error bars are over them.",
  preset:
    "Settings of the methods. Lab: this lab's own, found by a recorded search. Study: those of the published study.",
  networks:
    "Trained in every run, each from its own random numbers and as long as the length below. Clusters are what they agree on: seeds then differ less, and the run takes as many times as long.",
  budget: "How long each run trains: as the preset has it, or the same number of steps or epochs for all.",
  steps: "Changes of the weights in each run, the same for every method.",
  epochs: "Passes over all cells in each run, the same for every method.",
  cluster: "How every embedding is clustered, the baselines' too: one way for all.",
  k: "As many clusters as the label has classes, or a number.",
  refine: "Cells nearest in space that vote on each cell's cluster; 0 leaves clusters as they are. For baselines too.",
  resolution: "Of Leiden: higher finds more and smaller clusters.",
  graph: "The graph that runs train on. Baselines average over six neighbours in any case.",
  sections: "Sections to keep; training and scoring see nothing of the others.",
} as const;
