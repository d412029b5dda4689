import { pretrainedFile } from "../../../core/study/annotation/plan";
import type { AnnotationFile, AnnotationScored } from "../../../core/study/annotation/result";
import { failureFile, planFile, resultFile } from "../../../core/study/clustering/plan";
import type { FailedRun } from "../../../core/study/clustering/result";
import type { AnnotationStudy } from "../../../state/study-state";
import { csvText, saveText, saveZip } from "../save-files";

/**
 * The study as the command line keeps it in a folder: `study annotation --out` goes on from there, with the weights of the
 * pretrainings. Written from what the page holds, so that it is whole where the browser could keep nothing.
 */
export function annotationFolder(
  study: Pick<AnnotationStudy, "head" | "finished" | "failed">,
): Record<string, string | Uint8Array> {
  const files: Record<string, string | Uint8Array> = { [planFile]: `${JSON.stringify(study.head.plan, null, 2)}\n` };
  for (const [key, { result, predictions, weights }] of study.finished) {
    const file: AnnotationFile = { version: 1, result, predictions };
    files[resultFile(key)] = `${JSON.stringify(file)}\n`;
    if (weights) files[pretrainedFile(key)] = weights;
  }
  for (const [key, error] of study.failed) {
    const file: FailedRun = { kind: "failed", key, error };
    files[failureFile(key)] = `${JSON.stringify(file)}\n`;
  }
  return files;
}

export function saveFolder(study: AnnotationStudy, name: string): void {
  saveZip(annotationFolder(study), name);
}

/** Every run and baseline in one row, in the words of the command line. */
export function annotationCsv(results: readonly AnnotationScored[]): string {
  const scores = ["f1Micro", "f1Macro", "f1Weighted", "balancedAccuracy", "expectedCalibrationError", "brier"] as const;
  const head = ["kind", "name", "view", "ssl", "fraction", "nLabels", "seed", ...scores, "nScored", "seconds"];
  const levels = [...new Set(results.flatMap((r) => r.levels.map(({ name }) => name)))];
  const byLevel = ["f1Micro", "f1Macro"] as const;
  const rows = results.map((r) => {
    const run = r.kind === "run";
    return [
      ...[r.kind, run ? r.configuration : r.name, run ? r.view : "", run ? r.ssl : "", r.fraction, r.nLabels, r.seed],
      ...scores.map((name) => r[name]),
      ...[r.nScored, r.seconds, run ? (r.pretrainSeconds ?? "") : "", run ? r.epochs : "", run ? r.bestEpoch : ""],
      ...levels.flatMap((level) => byLevel.map((score) => r.levels.find(({ name }) => name === level)?.[score] ?? "")),
    ];
  });
  const ofLevels = levels.flatMap((level) => byLevel.map((score) => `${score} by ${level}`));
  return csvText([[...head, "pretrainSeconds", "epochs", "bestEpoch", ...ofLevels], ...rows]);
}

export function saveCsv(results: readonly AnnotationScored[], name: string): void {
  saveText(`${name}.csv`, annotationCsv(results), "text/csv");
}
