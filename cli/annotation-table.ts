import type { AnnotationScored } from "../src/core/study/annotation/result";
import { gainWords, summarizeAnnotation } from "../src/core/study/annotation/summary";

/** What `study annotation` prints: an entry for each run and each baseline, the table over seeds, and what SSL gained. */
export interface AnnotationTable {
  readonly runs: readonly object[];
  readonly baselines: readonly object[];
  readonly failed: readonly object[];
  readonly rows: readonly object[];
  readonly gains: readonly object[];
  /** What the gains say, one sentence each. */
  readonly words: readonly string[];
}

export function annotationTable(results: readonly AnnotationScored[], failed: readonly object[]): AnnotationTable {
  const { rows, gains } = summarizeAnnotation(results);
  return {
    runs: results.flatMap((result) => (result.kind === "run" ? [entry(result)] : [])),
    baselines: results.flatMap((result) => (result.kind === "baseline" ? [entry(result)] : [])),
    failed,
    rows,
    gains,
    words: gains.map(gainWords),
  };
}

/** Confusion, curves and recipe stay in the run's own file. */
function entry(result: AnnotationScored): object {
  const { f1Micro, f1Macro, f1Weighted, balancedAccuracy, expectedCalibrationError, brier, nScored } = result;
  const { fraction, seed, nLabels, seconds } = result;
  const scores = { f1Micro, f1Macro, f1Weighted, balancedAccuracy, expectedCalibrationError, brier, nScored };
  const perClass = result.perClass;
  if (result.kind === "baseline") return { name: result.name, fraction, seed, ...scores, nLabels, seconds, perClass };
  const { configuration, view, ssl, nTrain, nValidation, pretrainSeconds, epochs, bestEpoch } = result;
  return {
    ...{ configuration, view, ssl, seed, fraction, ...scores, seconds, pretrainSeconds },
    ...{ nLabels, nTrain, nValidation, epochs, bestEpoch, perClass },
  };
}
