import { failureFile, planFile, resultFile } from "../../../core/study/clustering/plan";
import { type FailedRun, type MetricName, metricNames, type ResultFile } from "../../../core/study/clustering/result";
import type { RankedResult } from "../../../core/study/clustering/summary";
import type { Study } from "../../../state/study-state";
import { csvText, saveText, saveZip } from "../save-files";

/**
 * The study as the command line keeps it in a folder: `study clustering --out` goes on from there.
 * Written from what the page holds, so that it is whole where the browser could keep nothing.
 */
export function studyFolder(study: Study): Record<string, string> {
  const files: Record<string, string> = { [planFile]: `${JSON.stringify(study.head.plan, null, 2)}\n` };
  for (const [key, { result, codes }] of study.finished) {
    const file: ResultFile = { version: 1, result, codes: [...codes] };
    files[resultFile(key)] = `${JSON.stringify(file)}\n`;
  }
  for (const [key, error] of study.failed) {
    const file: FailedRun = { kind: "failed", key, error };
    files[failureFile(key)] = `${JSON.stringify(file)}\n`;
  }
  return files;
}

export function saveFolder(study: Study, name: string): void {
  saveZip(studyFolder(study), name);
}

/** Every run and baseline in one row, in the words of the command line. */
export function studyCsv(results: readonly RankedResult[]): string {
  const columns: readonly (MetricName | "overall" | "seconds" | "k" | "seed")[] = [
    ...(["seed", "k"] as const),
    ...metricNames,
    ...(["overall", "seconds"] as const),
  ];
  const head = ["slice", "label", "kind", "name", "backbone", ...columns, "steps", "collapsed"];
  const rows = results.map((r) => {
    const run = r.kind === "run";
    return [
      ...[r.slice, r.label, r.kind, run ? r.method : r.name, run ? r.backbone : ""],
      ...columns.map((name) => r[name] ?? ""),
      ...[run ? r.steps : "", run ? Number(r.collapse.words !== null) : ""],
    ];
  });
  return csvText([head, ...rows]);
}

export function saveCsv(results: readonly RankedResult[], name: string): void {
  saveText(`${name}.csv`, studyCsv(results), "text/csv");
}
