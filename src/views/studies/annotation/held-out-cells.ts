import { labelCodes } from "../../../core/slice/unlabelled";
import { nowhere, parentCodes } from "../../../core/study/annotation/annotation";
import { coarserLevel } from "../../../core/study/annotation/label-levels";
import type { AnnotationPlan } from "../../../core/study/annotation/plan";
import type { Predictions } from "../../../core/study/annotation/result";
import type { StudySliceInfo } from "../../../state/study-state";
import { type TissueCells, tissueCells } from "../clustering/tissue-map";

/** The held-out cells as the maps draw them. */
interface CellsAtLevel {
  readonly cells: TissueCells | null;
  /** The level's code for each code of the label; null for the label itself. */
  readonly parents: Int32Array | null;
}
export const nothing: CellsAtLevel = { cells: null, parents: null };

/**
 * The held-out cells with the label, or with a coarser column: cells without the label then have none there either, and which
 * class lies within which is read from the other sections, as for the scores.
 */
export function cellsAt(
  info: StudySliceInfo,
  { slice: name, label, unlabelled, testSections: sections }: AnnotationPlan,
  level: string | null,
): CellsAtLevel {
  const fine = tissueCells(info, { name, label, unlabelled, sections });
  const [column, coarse] = [label, level].map((wanted) => info.obs.find((c) => c.name === wanted));
  if (column?.kind !== "categorical" || coarse?.kind !== "categorical") return { cells: fine, parents: null };
  const { codes: inSection, names } = info.section;
  const learned = labelCodes(column, unlabelled).map((code, i) => (sections.includes(names[inSection[i]]) ? -1 : code));
  const { of } = coarserLevel(learned, labelCodes(coarse), column.categories.length);
  const cells = tissueCells(info, { name, label: coarse.name, unlabelled: [], sections });
  return {
    cells: {
      ...cells,
      labels: cells.labels.map((code, i) => (fine.labels[i] < 0 ? -1 : code)),
      categories: [...cells.categories, nowhere(coarse.name)],
      labelColors: [...cells.labelColors, [128, 134, 144]],
    },
    parents: parentCodes({ of, categories: coarse.categories }),
  };
}

/** Of each drawn cell the predicted code, -1 where none was predicted; null where the cells are not those of the map. */
export function predictedOn(
  { cells, labels }: Pick<TissueCells, "cells" | "labels">,
  predictions: Predictions,
): Int32Array | null {
  const codes = new Int32Array(labels.length).fill(-1);
  const rowOf = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) rowOf.set(cells ? cells[i] : i, i);
  for (const [r, cell] of predictions.cells.entries()) {
    const row = rowOf.get(cell);
    if (row === undefined) return null;
    codes[row] = predictions.codes[r];
  }
  return codes;
}

/** 0 where a labelled cell was taken for another class, -1 elsewhere. */
export function errorsOf(truth: Int32Array, predicted: Int32Array): Int32Array {
  return truth.map((code, i) => (code >= 0 && predicted[i] !== code ? 0 : -1));
}

/** A place of the confusion matrix. */
export interface Confused {
  readonly truth: string;
  readonly predicted: string;
}

/** 0 for the cells of one place of the confusion matrix, -1 elsewhere. */
export function cellsOf(
  { truth, predicted }: Confused,
  codes: { readonly truth: Int32Array; readonly predicted: Int32Array; readonly categories: readonly string[] },
): Int32Array {
  const [t, p] = [codes.categories.indexOf(truth), codes.categories.indexOf(predicted)];
  return codes.truth.map((code, i) => (code === t && codes.predicted[i] === p ? 0 : -1));
}
