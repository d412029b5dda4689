import type { ProbeResult } from "../../workers/protocol";
import type { LabError } from "../core/errors";
import type { AnnotationScores } from "../core/study/annotation/annotation";
import type { HeldOutCells, NetworkScores } from "../core/study/annotation/fine-tune";
import type { LabelFraction } from "../core/study/annotation/label-fraction";
import type { AnnotationScored } from "../core/study/annotation/result";
import type { FineTuneStart } from "../core/train/fine-tune-recipe";
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
  /** A model that was dropped or chosen. */
  | { readonly kind: "file"; readonly name: string }
  /** Trained over so many sections of a collection; `role` is what the open section was to it. */
  | {
      readonly kind: "collection";
      readonly name: string;
      readonly sections: number;
      readonly role: "train" | "validation" | "test";
      readonly epochs: number;
    }
  | {
      readonly kind: "fine-tuned";
      readonly request: FineTuneRequest;
      readonly scores: AnnotationScores;
      /** Without the linear reader; null where none was joined. */
      readonly networkAlone: NetworkScores | null;
      /** Of the run whose encoder it took. */
      readonly pretraining: RunRecipe;
      readonly pretrainLosses: readonly number[];
    };

/** What a person asks of a fine-tuning. */
export interface FineTuneRequest {
  readonly label: string;
  readonly leaveOut: readonly string[];
  readonly start: FineTuneStart;
  readonly heldOut: HeldOutCells;
  readonly fraction: LabelFraction;
  readonly epochs: number;
  /** Another graph layer between encoder and classifier. */
  readonly headLayer: boolean;
  /** Whether a linear reader of a cell's own genes is joined to the network. */
  readonly reader: boolean;
}

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
  /** Loss of each epoch of the fine-tuning under way, or of the one that made the network in hand. */
  readonly fineTuneLosses: readonly number[];
  /** Why the last fine-tuning, or the export of a network, did not come about; the network before it stays. */
  readonly networkError: { readonly where: "fine-tune" | "network" | "model"; readonly error: LabError } | null;
  dismissNetworkError(): void;
  /** The run that can be fine-tuned: the one in hand if it learned no label, or the one that the network in hand began with. */
  pretraining(): RunRecipe | null;
  fineTune(request: FineTuneRequest): Promise<void>;
  /**
   * Asks a model about the open slice: a `.safetensors`, a zip with one, or the files of a folder with one, by whose name it goes then. Genes are matched by
   * name. What is no such model leaves the run in hand as it is.
   */
  openModel(files: readonly File[], folder?: string | null): Promise<void>;
  /** The predictions of every cell, with their probabilities, as CSV. */
  exportPredictions(): Promise<void>;
  /** A folder for `predict --model`, as a zip. */
  exportModel(): Promise<void>;
  /** Colours the cells by what the network says, after other colours. */
  showNetworkPrediction(): void;
}
