import type { RunRecipe } from "../../train/recipe";
import type { FailedRun } from "../clustering/result";
import type { AnnotationScores } from "./annotation";
import type { LabelFraction } from "./label-fraction";
import type { LinearReader } from "./linear-reader";
import type { AnnotationBaseline } from "./plan";
import type { Switch, View } from "./recipe-file";

interface Scored extends AnnotationScores {
  readonly key: string;
  readonly fraction: LabelFraction;
  readonly seed: number;
  /** Labels that could be learned from: for a network those it trains on and those it stops by. */
  readonly nLabels: number;
  /** Wall time of learning and predicting; a pretraining that several runs share is told beside it. */
  readonly seconds: number;
}

/** What one fine-tuned network came to on the held-out sections. Plain JSON. */
export interface AnnotationRun extends Scored {
  readonly kind: "run";
  readonly configuration: string;
  readonly view: View;
  readonly ssl: Switch;
  /** Labelled cells that were trained on, and that said when to stop. */
  readonly nTrain: number;
  readonly nValidation: number;
  readonly pretrainSeconds: number | null;
  readonly epochs: number;
  /** Whose weights were kept, counted from 1. */
  readonly bestEpoch: number;
  readonly losses: readonly number[]; // one an epoch
  readonly validationLosses: readonly number[]; // one an epoch; none without validation cells
  readonly recipe: RunRecipe;
  /** What was joined to the network's verdict, and how the network scored without it; none where it stood alone. */
  readonly reader?: LinearReader & {
    readonly selfTrained: boolean;
    readonly networkAlone: { readonly f1Micro: number; readonly f1Macro: number };
  };
  readonly backend: string;
}

export interface AnnotationBaselineResult extends Scored {
  readonly kind: "baseline";
  readonly name: AnnotationBaseline;
}

/** A network trained without labels, for the runs of its seed. */
export interface PretrainResult {
  readonly kind: "pretrain";
  readonly key: string;
  readonly configuration: string;
  readonly view: View;
  readonly seed: number;
  readonly seconds: number;
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly losses: readonly number[];
  readonly validationLosses: readonly number[];
  readonly recipe: RunRecipe;
  readonly backend: string;
}

export type AnnotationScored = AnnotationRun | AnnotationBaselineResult;
export type AnnotationResult = AnnotationScored | PretrainResult;
export type AnnotationOutcome = AnnotationResult | FailedRun;

/** What was predicted for the held-out cells, to be drawn on the tissue. */
export interface Predictions {
  readonly cells: readonly number[]; // of the slice as it was opened
  readonly codes: readonly number[]; // of the label's categories
  readonly probability: readonly number[]; // of the predicted class, to four digits
}

/** The file of a finished job. */
export interface AnnotationFile {
  readonly version: 1;
  readonly result: AnnotationResult;
  /** Null for a pretraining. */
  readonly predictions: Predictions | null;
}
