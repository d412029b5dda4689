import type { SliceInfo } from "../../workers/protocol";
import type { Progress } from "../../workers/rpc";
import type { LabError } from "../core/errors";
import type { AnnotationJob, AnnotationPlan } from "../core/study/annotation/plan";
import type { AnnotationResult, Predictions } from "../core/study/annotation/result";
import type { ClusteringPlan, StudyJob } from "../core/study/clustering/plan";
import type { FailedRun, MetricName, StudyResult } from "../core/study/clustering/result";
import type { RunTimes } from "../core/study/clustering/time-left";
import type { StudyHead } from "./study-archive";

/** What a study draws of a slice that the lab may have closed long since. */
export type StudySliceInfo = Pick<SliceInfo, "name" | "summary" | "obs" | "section" | "positions">;

export interface FinishedRun {
  readonly result: StudyResult;
  readonly codes: Int32Array; // (nObs,), -1 = none
}

/** A job of an annotation study that is done. */
export interface FinishedAnnotation {
  readonly result: AnnotationResult;
  /** Null for a pretraining. */
  readonly predictions: Predictions | null;
  /** What a pretraining learned, as a safetensors file; null for all else. */
  readonly weights: Uint8Array<ArrayBuffer> | null;
}

export type AnyPlan = ClusteringPlan | AnnotationPlan;
export type AnyJob = StudyJob | AnnotationJob;

/** A study on the screen, of whichever kind. */
interface StudyOf<Plan extends AnyPlan, Job extends AnyJob, Finished> {
  readonly head: StudyHead<Plan>;
  readonly jobs: readonly Job[];
  /** By the key of the job. */
  readonly finished: ReadonlyMap<string, Finished>;
  readonly failed: ReadonlyMap<string, FailedRun["error"]>;
  readonly slices: ReadonlyMap<string, StudySliceInfo>;
  /** What was measured of its runs before it started. */
  readonly times: RunTimes;
}

/** A clustering study. */
export type Study = StudyOf<ClusteringPlan, StudyJob, FinishedRun>;
export type AnnotationStudy = StudyOf<AnnotationPlan, AnnotationJob, FinishedAnnotation>;
export type AnyStudy = Study | AnnotationStudy;

export function isAnnotation(study: AnyStudy): study is AnnotationStudy {
  return study.head.plan.kind === "annotation";
}

export type StudyQueue =
  /** Nothing runs; there may be runs left to do. */
  | { readonly kind: "idle" }
  | { readonly kind: "starting"; readonly what: string }
  | {
      readonly kind: "running" | "paused";
      readonly job: AnyJob;
      readonly progress: Progress | null;
      /** When the run began, and how long of that it was paused; ms. */
      readonly began: number;
      readonly rested: number;
    }
  /** The study could not go on at all; what is finished is kept. */
  | { readonly kind: "failed"; readonly error: LabError };

/** About how long the runs of a plan take. */
export interface StudyEstimate {
  /** What it was made for (`estimateSubject`). */
  readonly about: string;
  readonly times: RunTimes;
  readonly measured: number;
  readonly of: number;
  readonly measuring: boolean;
  readonly error: LabError | null;
}

export interface StudyState {
  /** Kept studies, newest first; null until they have been looked up. */
  readonly studies: readonly StudyHead[] | null;
  readonly study: AnyStudy | null;
  readonly queue: StudyQueue;
  /** How long the finished runs took, by key, ms; those of this visit. */
  readonly runTimes: ReadonlyMap<string, number>;
  readonly studyEstimate: StudyEstimate | null;
  /** What could not be kept for a reload, and why. */
  readonly keepError: LabError | null;
  /** A run of a study that the lab shows, for as long as its clusters are there. */
  readonly shownRun: { readonly codes: Int32Array; readonly result: StudyResult } | null;
  /** Why something asked of a study could not be done. */
  readonly studyError: LabError | null;
  dismissStudyError(): void;
  /** Weights of the overall score. */
  readonly overallWeights: Readonly<Partial<Record<MetricName, number>>>;
  /** Looks up the kept studies and shows the newest. */
  loadStudies(): Promise<void>;
  showStudy(id: string): Promise<void>;
  /** Puts the form in place of the study; it stays kept. */
  newStudy(): void;
  removeStudy(id: string): Promise<void>;
  startStudy(plan: AnyPlan): Promise<void>;
  /** Goes on where the study stopped; runs that failed are done again. */
  continueStudy(): Promise<void>;
  /** Holds the run in hand where it is. */
  pauseStudy(): void;
  resumeStudy(): void;
  /** Gives up the run in hand; finished ones stay, and the study can be continued. */
  stopStudy(): void;
  repeatRun(key: string): Promise<void>;
  estimateStudy(plan: ClusteringPlan): Promise<void>;
  stopEstimating(): void;
  setOverallWeight(metric: MetricName, weight: number): void;
  resetOverallWeights(): void;
  /** Shows a finished run in the lab: its slice, its recipe, its clusters. */
  openRun(key: string): Promise<void>;
}
