import type { ClusteringPlan } from "../../../core/study/clustering/plan";

/** What a study will be: everything that its plan says but the slices, which follow the lab. */
export type Draft = Omit<ClusteringPlan, "slices" | "graph"> & { readonly ownGraph: boolean };

/** A part of the form. */
export interface DraftPart {
  readonly draft: Draft;
  readonly set: (part: Partial<Draft>) => void;
}
