import { componentsFile } from "../src/core/study/clustering/kept-components";
import type { ClusteringPlan, StudyJob } from "../src/core/study/clustering/plan";
import type { PreparedSlice } from "../src/core/study/clustering/prepare-slice";
import { recipeOfRun } from "../src/core/study/clustering/run-one";
import { readStatisticsFile, writeStatisticsFile } from "../src/core/train/statistics-file";
import type { StudyFolder } from "./study-folder";

/**
 * Gives a run the principal components that another run of the study has left in the folder, be it of another process.
 * @returns leaves those that the run made for others, once it is done
 */
export function componentsIn(
  folder: StudyFolder,
  plan: ClusteringPlan,
  prepared: PreparedSlice,
  job: StudyJob,
): () => Promise<void> {
  const nothing = async () => {};
  if (job.kind !== "run") return nothing;
  const { slice, statistics } = prepared;
  const { preprocess } = recipeOfRun(plan, job, slice.nObs);
  const key = JSON.stringify(preprocess);
  if (statistics.has(key)) return nothing;
  const file = componentsFile(slice, preprocess);
  if (file === null) return nothing;
  const bytes = folder.readOther(file);
  const found = bytes && readStatisticsFile(bytes);
  if (found) {
    statistics.set(key, found);
    return nothing;
  }
  return async () => {
    const made = statistics.get(key);
    if (made) await folder.writeShared(file, writeStatisticsFile(made, slice.nVars));
  };
}
