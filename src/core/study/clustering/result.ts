import type { LabErrorCode } from "../../errors";
import type { Backbone } from "../../nn/encoder-spec";
import type { SslMethodId } from "../../ssl/catalog";
import type { CollapseReport } from "../../ssl/collapse";
import type { RunRecipe } from "../../train/recipe";
import type { BaselineRecipe } from "../baselines/baseline";
import type { ClusterMethod, ClusterWay } from "./cluster-way";

/** The metrics of a table, and which way is better. `overall` belongs to a table and is none of them (summary.ts). */
export const metricDirections = {
  ari: "higher",
  ami: "higher",
  nmi: "higher",
  homogeneity: "higher",
  completeness: "higher",
  silhouette: "higher",
  moransI: "higher",
  gearysC: "lower",
  clusterMoransI: "higher",
  clusterGearysC: "lower",
  chaos: "lower",
  pas: "lower",
  spatialAsw: "higher",
} as const satisfies Record<string, "higher" | "lower">;

export type MetricName = keyof typeof metricDirections;
export const metricNames = Object.keys(metricDirections) as readonly MetricName[];

/** Null where a metric is not defined, such as the silhouette of a single cluster. */
export type MetricValues = Readonly<Record<MetricName, number | null>>;

/** The same embedding clustered another way, to show how much of a score is the clustering's. */
export interface ClusteredBeside {
  readonly method: ClusterMethod;
  readonly k: number;
  readonly ari: number;
  readonly ami: number;
  readonly nmi: number;
}

export interface Scored extends MetricValues {
  readonly key: string;
  readonly slice: string;
  readonly label: string;
  readonly seed: number;
  /** Clusters found, by the plan's way of clustering and after its refinement. */
  readonly k: number;
  /** Classes of the label, and cells that have one; the others count in no score. */
  readonly classes: number;
  readonly nScored: number;
  readonly nObs: number;
  readonly clustering: ClusterWay;
  readonly beside: readonly ClusteredBeside[];
  /** Wall time of training or embedding, and of clustering by the plan's way; scores are not counted. */
  readonly seconds: number;
}

/** What one run of a method came to. Plain JSON. */
export interface RunResult extends Scored {
  readonly kind: "run";
  readonly method: SslMethodId;
  readonly backbone: Backbone;
  /** Trained for it, each from a seed of its own; absent in results from before there could be several: one. */
  readonly networks?: number;
  /** Changes of the weights and passes over all cells begun, of each network. */
  readonly steps: number;
  readonly epochs: number;
  readonly firstLoss: number;
  readonly finalLoss: number;
  readonly collapse: CollapseReport;
  readonly recipe: RunRecipe;
  readonly backend: string;
}

export interface BaselineResult extends Scored {
  readonly kind: "baseline";
  readonly name: string;
  readonly recipe: BaselineRecipe;
}

export type StudyResult = RunResult | BaselineResult;

/** A run that ended with an error; it is done again when the study is continued. */
export interface FailedRun {
  readonly kind: "failed";
  readonly key: string;
  readonly error: {
    readonly code: LabErrorCode;
    readonly message: string;
    readonly hint: string;
    readonly detail: string;
  };
}

/** The file of a finished run. `codes` has one cluster for each cell, -1 for none, in the order of the slice. */
export interface ResultFile {
  readonly version: 1;
  readonly result: StudyResult;
  readonly codes: readonly number[];
}
