import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { LabError } from "../../src/core/errors";
import { planFile } from "../../src/core/study/clustering/plan";
import { type FailedRun, metricNames, type ResultFile } from "../../src/core/study/clustering/result";
import { type AnnotationStudy, annotationTable, readAnnotationStudy } from "../annotation-table";
import type { Command } from "../command";
import { annotationReport } from "../report/annotation-report";
import { studyReport } from "../report/study-report";
import { type StudyFolder, studyFolder } from "../study-folder";
import { studyTable } from "../study-table";
import { writeBytes } from "../write-file";

export const studyReportCommand: Command = {
  usage: `study report DIR [--out FILE.html] [--metric ${metricNames.join("|")}]`,
  summary: "Folds the finished runs of a study, or of all clustering studies in a folder, into one table and one page.",
  options: { out: { type: "string" }, metric: { type: "string" } },
  positionals: ["DIR"],
  async run(args, { cwd, say }) {
    const [name] = args.positionals;
    const metric = args.choice("metric", metricNames, "ari");
    const out = args.text("out", join(name, "report.html"));
    const folders = studiesIn(name, cwd);
    const annotation = annotationStudy(folders, name);
    if (annotation) {
      const { plan, results, failed } = annotation;
      await writeBytes(resolve(cwd, out), annotationReport(plan, results, failed));
      return { report: out, ...annotationTable(results, failed) };
    }
    const results = folders.flatMap((folder) => folder.read<ResultFile>("results").map(({ result }) => result));
    const failed = folders.flatMap((folder) =>
      folder.read<FailedRun>("failures").filter(({ key }) => !folder.isDone(key)),
    );
    const keys = results.map(({ key }) => key);
    const twice = keys.find((key, i) => keys.indexOf(key) < i);
    if (twice)
      throw new LabError(
        "range",
        `${name} holds two runs called ${twice}.`,
        "Give the slices different names (--name).",
      );
    const clusterings = new Set(results.map(({ clustering }) => JSON.stringify(clustering)));
    if (clusterings.size > 1) say("warning: not all of these runs were clustered in the same way.");
    await writeBytes(resolve(cwd, out), studyReport(results, failed, metric));
    return { report: out, ...studyTable(results, failed) };
  },
};

/** The annotation study among those folders; null where there is none. Such a study is told by itself. */
function annotationStudy(folders: readonly StudyFolder[], name: string): AnnotationStudy | null {
  const of = folders.filter((folder) => (folder.readPlan() as { kind?: unknown } | null)?.kind === "annotation");
  if (of.length === 0) return null;
  if (folders.length > 1)
    throw new LabError(
      "range",
      `${name} holds ${folders.length} studies, of which ${of.length} of annotation.`,
      "Give the folder of one.",
    );
  return readAnnotationStudy(of[0]);
}

/** The study in a folder, or those one level below it. */
function studiesIn(name: string, cwd: string): StudyFolder[] {
  const full = resolve(cwd, name);
  if (!existsSync(full) || existsSync(join(full, planFile))) return [studyFolder(name, cwd)];
  const below = readdirSync(full, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(full, entry.name, planFile)))
    .map((entry) => join(name, entry.name))
    .sort();
  return below.length > 0 ? below.map((folder) => studyFolder(folder, cwd)) : [studyFolder(name, cwd)];
}
