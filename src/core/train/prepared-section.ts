import { LabError } from "../errors";
import { bareGraph } from "../graph/build-graph";
import type { Csr } from "../graph/csr";
import { reorder } from "../graph/reorder";
import type { RawExpression } from "../kernels/expression";
import { fitNormalization, type Normalization } from "../preprocess/normalize";
import type { PreprocessStatistics } from "../preprocess/statistics";
import type { CategoricalColumn } from "../slice/slice";
import { positionsMicrons, type Slice } from "../slice/slice";
import { labelCodes } from "../slice/unlabelled";
import { type Task, throwIfCancelled } from "../task";
import { convolutionMatrix } from "./convolution-matrix";
import type { RunRecipe } from "./recipe";
import { rowOrderOf } from "./row-order";

/** What every section of a run is prepared by. Plain data, so that another thread can be told. */
export interface SectionPlan {
  readonly recipe: RunRecipe;
  /** Of the sections that are trained on. */
  readonly statistics: PreprocessStatistics;
  /** Classes of the label that is learned, the same in all sections; null where none is. */
  readonly classes: readonly string[] | null;
}

/** A section as a step needs it, in plain arrays: all that reading costs is done. */
export interface PreparedSection {
  readonly raw: RawExpression;
  readonly normalization: Normalization;
  /** The cell of each row of a full-graph batch. */
  readonly order: Uint32Array;
  /** What the convolution reads, in that order. */
  readonly matrix: Csr;
  /** The same in the order of cells, which sub-graphs are cut from; null for runs on the full graph. */
  readonly byCell: Csr | null;
  /** Class of each cell, −1 without label; null where none is learned. */
  readonly codes: Int32Array | null;
}

/** Graph, normalisation and the order of rows; as the trainer of a single slice makes them. */
export function prepareSection(
  slice: Slice,
  { recipe, statistics, classes }: SectionPlan,
  task: Task,
): PreparedSection {
  if (recipe.preprocess.components)
    throw new LabError(
      "range",
      "Principal components are made of one slice, not of many sections.",
      "Train on the genes themselves, or open one section.",
    );
  const graph = bareGraph(positionsMicrons(slice), slice.section.codes, recipe.graph, task);
  throwIfCancelled(task, "Preparing a section");
  const matrix = convolutionMatrix(graph, recipe.backbone);
  const { cells: order } = rowOrderOf(slice);
  const { nObs, nVars, X } = slice;
  return {
    raw: { nObs, nVars, X },
    normalization: fitNormalization(slice, recipe.preprocess, statistics),
    order,
    matrix: reorder(matrix, order),
    byCell: recipe.view.kind === "full" ? null : matrix,
    codes: classes && classCodes(slice, recipe, classes),
  };
}

/** Codes of a section among classes that may not all occur in it. */
function classCodes(slice: Slice, { label }: RunRecipe, classes: readonly string[]): Int32Array {
  const column = slice.obs.find((c): c is CategoricalColumn => c.kind === "categorical" && c.name === label?.name);
  if (!label || !column) return new Int32Array(slice.nObs).fill(-1);
  const place = new Map(classes.map((name, k) => [name, k]));
  const to = column.categories.map((name) => place.get(name) ?? -1);
  return labelCodes(column, label.leaveOut).map((code) => (code < 0 ? -1 : to[code]));
}

/**
 * The buffers of a prepared section, each once, to be moved to another thread. The statistics are the plan's, by which the next
 * section is prepared too: they are copied.
 */
export function buffersOf(section: PreparedSection): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const visit = (value: unknown): void => {
    if (ArrayBuffer.isView(value)) {
      if (value.buffer instanceof ArrayBuffer) buffers.add(value.buffer);
    } else if (typeof value === "object" && value !== null) Object.values(value).forEach(visit);
  };
  visit({ ...section, normalization: { ...section.normalization, statistics: null } });
  return [...buffers];
}

/** Where a run's sections come from: this thread, or another one that is ahead. */
export interface SectionSource {
  /** The section of that number; its arrays are the caller's. */
  at(section: number): Promise<PreparedSection>;
  /** Whether asking early brings it early: sections are prepared elsewhere while this thread trains. */
  readonly ahead: boolean;
}
