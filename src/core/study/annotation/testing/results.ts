import { defaultRecipe } from "../../../train/recipe";
import type { AnnotationJob } from "../plan";
import type { AnnotationResult, AnnotationScored } from "../result";

/** A finished result of a job with the given macro F1: three classes, of which the rarest took a cell of the second. */
export function annotationResult(job: AnnotationJob, f1 = 0.5): AnnotationResult {
  const recipe = defaultRecipe();
  const curves = { epochs: 2, bestEpoch: 1, losses: [2, 1], validationLosses: [2, 1], recipe, backend: "wasm" };
  if (job.kind === "pretrain") {
    const { key, configuration, view, seed } = job;
    return { kind: "pretrain", key, configuration, view, seed, seconds: 4, ...curves };
  }
  const { key, fraction, seed } = job;
  const of = (name: string, f: number, support: number) => {
    return { name, f1: f, precision: f, recall: f, support, nTrain: 10 * support };
  };
  const scored: Omit<AnnotationScored, "kind"> = {
    ...{ key, fraction, seed, nLabels: fraction <= 1 ? Math.round(1000 * fraction) : fraction, seconds: 2 },
    ...{ nScored: 60, f1Micro: f1 + 0.1, f1Macro: f1, f1Weighted: f1, balancedAccuracy: f1 },
    ...{ expectedCalibrationError: 0.1, brier: 0.2, reliability: [], levels: [] },
    perClass: [of("A", f1, 40), of("B", f1, 15), of("C", f1, 5)],
    confusion: [
      [40, 0, 0],
      [0, 14, 1],
      [0, 0, 5],
    ],
  };
  if (job.kind === "baseline") return { ...scored, kind: "baseline", name: job.name } as AnnotationResult;
  const { configuration, view, ssl } = job;
  return {
    ...{ ...scored, kind: "run", configuration, view, ssl, nTrain: 600, nValidation: 100 },
    ...{ pretrainSeconds: ssl === "on" ? 4 : null, ...curves },
  } as AnnotationResult;
}
