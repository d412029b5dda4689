import type { Predictions } from "../../../core/study/annotation/result";
import type { TissueCells } from "../clustering/tissue-map";

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
