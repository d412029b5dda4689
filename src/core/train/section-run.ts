import { type Collection, readSection } from "../collection/collection";
import { sectionClasses } from "../collection/section-classes";
import type { SectionStore } from "../collection/section-store";
import { buildGraph } from "../graph/build-graph";
import type { SpatialGraph } from "../graph/spatial-graph";
import { positionsMicrons, type Slice } from "../slice/slice";
import type { RunRecipe } from "./recipe";
import type { TrainedSection } from "./section-trainer";

/** What a run over sections learns from and, where it learns a label, into what. */
export interface SectionTask {
  /** Sections without a cell to learn from are not among them. */
  readonly train: readonly TrainedSection[];
  /** Null where no label is learned. */
  readonly classes: readonly string[] | null;
  /** n / (K n_k) over all sections to train on: all classes count alike. */
  readonly classWeights?: Float32Array;
}

/**
 * @param train  numbers of the sections to train on
 * @throws LabError as `sectionClasses` if the recipe's label cannot be learned from these sections
 */
export function sectionTask(
  collection: Collection,
  { label }: Pick<RunRecipe, "label">,
  train: readonly number[],
): SectionTask {
  if (!label)
    return {
      train: train.map((section) => ({ section, nTargets: collection.sections[section].nObs })),
      classes: null,
    };
  const { classes, cells, labelled } = sectionClasses(collection, label, train);
  const all = cells.reduce((a, b) => a + b, 0);
  return {
    train: train.map((section) => ({ section, nTargets: labelled[section] })).filter(({ nTargets }) => nTargets > 0),
    classes,
    classWeights: Float32Array.from(cells, (n) => all / (cells.length * n)),
  };
}

/** The section that the memory of a run follows, with its graph. */
export async function largestSection(
  store: SectionStore,
  collection: Collection,
  among: readonly number[],
  recipe: Pick<RunRecipe, "graph">,
): Promise<{ slice: Slice; graph: SpatialGraph }> {
  const { sections } = collection;
  const largest = among.reduce((a, b) => (sections[b].nObs > sections[a].nObs ? b : a));
  const slice = await readSection(store, collection, largest);
  return { slice, graph: buildGraph(positionsMicrons(slice), slice.section.codes, recipe.graph).graph };
}
