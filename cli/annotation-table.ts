import { atLevel, levelPurity } from "../src/core/study/annotation/at-level";
import { type AnnotationPlan, annotationJobs, validateAnnotationPlan } from "../src/core/study/annotation/plan";
import type { AnnotationFile, AnnotationScored } from "../src/core/study/annotation/result";
import { bestWords, gainWords, summarizeAnnotation } from "../src/core/study/annotation/summary";
import type { FailedRun } from "../src/core/study/clustering/result";
import type { StudyFolder } from "./study-folder";

export interface AnnotationStudy {
  readonly plan: AnnotationPlan;
  /** In the order of the plan, whatever the names of files. */
  readonly results: readonly AnnotationScored[];
  readonly failed: readonly FailedRun[];
}

/** What is done of the study in a folder. @throws LabError if its plan or a file is damaged */
export function readAnnotationStudy(folder: StudyFolder): AnnotationStudy {
  const plan = validateAnnotationPlan(folder.readPlan());
  const place = new Map(annotationJobs(plan).map(({ key }, i) => [key, i]));
  const at = (key: string): number => place.get(key) ?? -1;
  const results = folder
    .read<AnnotationFile>("results")
    .flatMap(({ result }) => (result.kind === "pretrain" || at(result.key) < 0 ? [] : [result]))
    .sort((a, b) => at(a.key) - at(b.key));
  const failed = folder.read<FailedRun>("failures").filter(({ key }) => at(key) >= 0 && !folder.isDone(key));
  return { plan, results, failed };
}

/** What `study annotation` prints: an entry for each run and each baseline, the table over seeds, and what SSL gained. */
export interface AnnotationTable {
  readonly runs: readonly object[];
  readonly baselines: readonly object[];
  readonly failed: readonly object[];
  readonly rows: readonly object[];
  readonly gains: readonly object[];
  /** Rows and gains by each coarser column. */
  readonly levels: readonly { name: string; purity: number; rows: readonly object[]; gains: readonly object[] }[];
  /** What the numbers say, one sentence each: networks against baselines, SSL against none. */
  readonly words: readonly string[];
}

export function annotationTable(results: readonly AnnotationScored[], failed: readonly object[]): AnnotationTable {
  const { rows, gains, best } = summarizeAnnotation(results);
  return {
    runs: results.flatMap((result) => (result.kind === "run" ? [entry(result)] : [])),
    baselines: results.flatMap((result) => (result.kind === "baseline" ? [entry(result)] : [])),
    failed,
    rows,
    gains,
    levels: levelNames(results).map((name) => {
      const { rows, gains } = summarizeAnnotation(atLevel(results, name));
      return { name, purity: levelPurity(results, name), rows, gains };
    }),
    words: [...best.map(bestWords), ...gains.map(gainWords)],
  };
}

/** Coarser columns that results were scored by, in the order of the plan. */
export const levelNames = (results: readonly AnnotationScored[]): string[] => [
  ...new Set(results.flatMap(({ levels }) => levels.map(({ name }) => name))),
];

/** Confusion, curves and recipe stay in the run's own file. */
function entry(result: AnnotationScored): object {
  const { f1Micro, f1Macro, f1Weighted, balancedAccuracy, expectedCalibrationError, brier, nScored } = result;
  const { fraction, seed, nLabels, seconds } = result;
  const scores = { f1Micro, f1Macro, f1Weighted, balancedAccuracy, expectedCalibrationError, brier, nScored };
  const { perClass } = result;
  const levels = result.levels.map(({ confusion: _, reliability: __, ...level }) => level);
  if (result.kind === "baseline")
    return { name: result.name, fraction, seed, ...scores, nLabels, seconds, levels, perClass };
  const { configuration, view, ssl, nTrain, nValidation, pretrainSeconds, epochs, bestEpoch, reader } = result;
  return {
    ...{ configuration, view, ssl, seed, fraction, ...scores, seconds, pretrainSeconds },
    ...{ nLabels, nTrain, nValidation, epochs, bestEpoch, levels, perClass },
    ...(reader && { networkAlone: reader.networkAlone }),
  };
}
