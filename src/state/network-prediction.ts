import type { SliceInfo } from "../../workers/protocol";
import { f1Scores } from "../core/metrics/f1";
import { mostProbable } from "../core/metrics/most-probable";
import { labelCodes } from "../core/slice/unlabelled";
import type { Predictions } from "../core/study/annotation/result";
import type { NetworkPrediction, ShownPrediction } from "./network-state";

type Facts = Pick<NetworkPrediction, "label" | "leaveOut" | "epoch" | "f1Micro" | "f1Macro" | "nTrain" | "nTest">;

/** What the class probabilities of every cell say, as the stage and the inspector show it. */
export function predictionOf(
  probabilities: Float32Array,
  about: { classes: readonly string[]; heldOut: Uint8Array } & Facts,
): NetworkPrediction {
  const { classes: categories, ...rest } = about;
  const k = categories.length;
  const predicted = mostProbable({ probabilities }, k);
  const probability = Float32Array.from(predicted, (code, i) => probabilities[i * k + code]);
  return { ...rest, categories, predicted, probability, probabilities };
}

/**
 * What a network says of a slice that may have its label: scored on every labelled cell of it. Cells of classes that it did not
 * learn count as wrong.
 */
export function predictionWithScores(
  { classes, probabilities }: { readonly classes: readonly string[]; readonly probabilities: Float32Array },
  { label, leaveOut, epoch }: Pick<Facts, "label" | "leaveOut" | "epoch">,
  { obs }: Pick<SliceInfo, "obs">,
): NetworkPrediction {
  const column = obs.find(({ name }) => name === label);
  const nObs = probabilities.length / classes.length;
  const heldOut = new Uint8Array(nObs).fill(1);
  const none = { nTrain: 0, nTest: 0, f1Micro: Number.NaN, f1Macro: Number.NaN };
  const found = predictionOf(probabilities, { ...none, label, leaveOut, epoch, classes, heldOut });
  if (column?.kind !== "categorical") return found;
  const { categories } = column;
  const names = [...classes, ...categories.filter((name) => !classes.includes(name))];
  const truth = labelCodes(column, leaveOut).map((code) => (code < 0 ? -1 : names.indexOf(categories[code])));
  const { micro: f1Micro, macro: f1Macro, nScored: nTest } = f1Scores(truth, found.predicted);
  return { ...found, f1Micro, f1Macro, nTest };
}

/** Predictions that a study kept of its held-out cells alone; -1 for all others. */
export function predictionOfSome(
  { cells, codes, probability: sure }: Predictions,
  about: { categories: readonly string[]; nObs: number } & Facts,
): NetworkPrediction {
  const { nObs, ...rest } = about;
  const predicted = new Int32Array(nObs).fill(-1);
  const probability = new Float32Array(nObs);
  const heldOut = new Uint8Array(nObs);
  cells.forEach((cell, r) => {
    predicted[cell] = codes[r];
    probability[cell] = sure[r];
    heldOut[cell] = 1;
  });
  return { ...rest, predicted, probability, heldOut, probabilities: null };
}

/** 1 for the cells of these sections, (nObs,). */
export function cellsIn({ codes, names }: SliceInfo["section"], sections: readonly string[]): Uint8Array {
  return Uint8Array.from(codes, (code) => Number(sections.includes(names[code])));
}

/**
 * Whether each scored cell was predicted right: 0 right, 1 wrong, -1 for cells that were learned from, have no label or no
 * prediction.
 */
export function rightAndWrong(
  { label, categories, predicted, heldOut, leaveOut }: ShownPrediction,
  { obs }: Pick<SliceInfo, "obs">,
): Int8Array {
  const column = obs.find(({ name }) => name === label);
  if (column?.kind !== "categorical") return new Int8Array(predicted.length).fill(-1);
  const truth = labelCodes(column, leaveOut);
  return Int8Array.from(predicted, (code, i) => {
    if (!heldOut[i] || truth[i] < 0 || code < 0) return -1;
    return categories[code] === column.categories[truth[i]] ? 0 : 1;
  });
}
