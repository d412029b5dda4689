import type { ProbeResult } from "../../workers/protocol";
import type { AnnotationScored } from "../core/study/annotation/result";
import type { RunRecipe } from "../core/train/recipe";

/** What is said of the classes of cells: by a classifier on the embedding, or by a network that learned the label itself. */
export interface ShownPrediction extends ProbeResult {
  /** Of every class, (nObs, categories); null where only the largest was kept. */
  readonly probabilities?: Float32Array | null;
  /** Categories that are no class: cells of them count as unlabelled. */
  readonly leaveOut?: readonly string[];
}

export type NetworkPrediction = Required<ShownPrediction>;

/** Where the network in hand came from, other than from step 4's own run. */
export type NetworkOrigin =
  | { readonly kind: "study"; readonly result: AnnotationScored }
  /** Trained over so many sections of a collection; `role` is what the open section was to it. */
  | {
      readonly kind: "collection";
      readonly name: string;
      readonly sections: number;
      readonly role: "train" | "validation" | "test";
      readonly epochs: number;
    };

/** The network that answers for cells in place of a run's own, and what it says. */
export interface Network {
  readonly origin: NetworkOrigin;
  /** Its recipe; null where only its predictions were kept, or it is no network (logistic regression). */
  readonly recipe: RunRecipe | null;
  readonly prediction: NetworkPrediction | null;
  /** What was done to the slice, and what it lacks, one sentence each. */
  readonly notes: readonly string[];
}

export interface NetworkState {
  readonly network: Network | null;
  /** Colours the cells by what the network says, after other colours. */
  showNetworkPrediction(): void;
}
