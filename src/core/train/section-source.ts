import { type Collection, readSection } from "../collection/collection";
import type { Agreement } from "../collection/conform";
import type { SectionStore } from "../collection/section-store";
import { geneMoments, medianTotal, type PreprocessStatistics, type TotalsTally } from "../preprocess/statistics";
import { quiet, type Task, throwIfCancelled } from "../task";
import { prepareSection, type SectionPlan, type SectionSource } from "./prepared-section";
import type { RunRecipe } from "./recipe";

/** As much of a collection as reading its sections takes; plain data. */
export type Readable = Agreement & {
  readonly sections: readonly { readonly file: string; readonly name: string; readonly nObs: number }[];
};

/** Reads and prepares each section in this thread, when it is asked for. */
export function sectionsHere(
  store: SectionStore,
  collection: Readable,
  plan: SectionPlan,
  task: Task = quiet,
): SectionSource {
  return {
    ahead: false,
    at: async (section) => prepareSection(await readSection(store, collection, section), plan, task),
  };
}

/**
 * What preprocessing takes from the sections to train on, so that all sections are brought into one scale, those to validate
 * and test on as well. The median library size follows from what the collection knows; where genes are scaled or centred every
 * section is read once, one after the other. Otherwise gene means only start the decoder's bias and the token of hidden cells,
 * and are those of the section that a run begins with.
 *
 * @param train  numbers of the sections to train on
 */
export async function sectionStatistics(
  store: SectionStore,
  collection: Collection,
  { preprocess }: Pick<RunRecipe, "preprocess">,
  train: readonly number[],
  task: Task = quiet,
): Promise<PreprocessStatistics> {
  const { sections, countState, varNames } = collection;
  const asCounts = countState !== "log1p";
  const totals: TotalsTally = new Map();
  for (const s of train)
    for (const [total, cells] of sections[s].totals) totals.set(total, (totals.get(total) ?? 0) + cells);
  const wanted = preprocess.targetSum === "median" ? medianTotal(totals) : preprocess.targetSum;
  const targetSum = asCounts ? wanted : null;
  if (!preprocess.scale && !preprocess.center) return { targetSum, geneMeans: null, inverseDeviations: null };

  const moments = geneMoments(varNames.length, { targetSum, log1p: preprocess.log1p });
  for (const [at, s] of train.entries()) {
    throwIfCancelled(task, "Looking at the genes");
    task.progress(at, train.length, "mean and deviation of genes");
    moments.add(await readSection(store, collection, s));
  }
  const { geneMeans, inverseDeviations } = moments.result();
  return { targetSum, geneMeans, inverseDeviations: preprocess.scale ? inverseDeviations : null };
}
