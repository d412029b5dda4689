import { strToU8, zipSync } from "fflate";
import { failureFile, planFile, resultFile } from "../../../core/study/clustering/plan";
import { type FailedRun, type MetricName, metricNames, type ResultFile } from "../../../core/study/clustering/result";
import type { RankedResult } from "../../../core/study/clustering/summary";
import { saveFile } from "../../../state/download";
import type { Study } from "../../../state/study-state";

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
  const entries = Object.entries(studyFolder(study)).map(([path, text]) => [path, strToU8(text)] as const);
  const bytes = zipSync(Object.fromEntries(entries));
  saveFile(`${name}.zip`, bytes, "application/zip");
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
  return [head, ...rows].map((row) => `${row.map(field).join(",")}\n`).join("");
}

export function saveCsv(results: readonly RankedResult[], name: string): void {
  saveFile(`${name}.csv`, strToU8(studyCsv(results)) as Uint8Array<ArrayBuffer>, "text/csv");
}

/** Quoted where a comma, a quote or a line break would be read as more than that (RFC 4180). */
function field(value: string | number): string {
  const words = String(value);
  return /[",\n\r]/.test(words) ? `"${words.replaceAll('"', '""')}"` : words;
}
