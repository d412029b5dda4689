import { assertShape } from "../../errors";
import { balancedAccuracy } from "../../metrics/balanced-accuracy";
import { calibration, type ReliabilityBin } from "../../metrics/calibration";
import { confusionOrder } from "../../metrics/confusion";
import type { Codes } from "../../metrics/contingency";
import { f1Scores } from "../../metrics/f1";
import type { CoarserLevel } from "./label-levels";

/** Class probabilities of some cells, whoever made them. */
export interface Annotation {
  /** Codes of the label that were learned, one a column. */
  readonly classes: readonly number[];
  readonly cells: Uint32Array;
  readonly probability: Float32Array; // (cells.length, classes.length), rows summing to 1
}

export interface ClassResult {
  readonly name: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Cells of this class that were scored, and that were learned from. */
  readonly support: number;
  readonly nTrain: number;
}

export interface LevelScores {
  readonly name: string;
  readonly f1Micro: number;
  readonly f1Macro: number;
  readonly nScored: number;
  /** Share of training cells whose level follows from their label (label-levels.ts). */
  readonly purity: number;
}

/** A coarser column, and what it follows from. */
export interface LabelLevel extends CoarserLevel {
  readonly name: string;
  readonly codes: Int32Array; // of every cell of the slice, -1 = missing
}

/** How well labels were predicted; plain JSON. */
export interface AnnotationScores {
  readonly nScored: number;
  readonly f1Micro: number;
  readonly f1Macro: number;
  readonly f1Weighted: number;
  readonly balancedAccuracy: number;
  readonly expectedCalibrationError: number;
  readonly brier: number;
  /** By confidence; empty bins are left out. */
  readonly reliability: readonly ReliabilityBin[];
  /** The same predictions by coarser columns. */
  readonly levels: readonly LevelScores[];
  /** Classes that occur in the truth or among the predictions, confusable ones side by side. */
  readonly perClass: readonly ClassResult[];
  /** Cells by true and predicted class, in the order of perClass, rows truth. */
  readonly confusion: readonly (readonly number[])[];
}

/** The most probable class of each cell, as a code of the label, shape (cells.length,). */
export function predictedCodes({ classes, cells, probability }: Annotation): Int32Array {
  const k = classes.length;
  assertShape("Annotation", [probability.length], [cells.length * k]);
  return Int32Array.from(cells, (_, r) => {
    let best = 0;
    for (let c = 1; c < k; c++) if (probability[r * k + c] > probability[r * k + best]) best = c;
    return classes[best];
  });
}

/**
 * Scores each annotated cell that has a label once.
 *
 * @param codes       truth of every cell of the slice, shape (n,), negative = not labelled
 * @param train       cells that were learned from, for `nTrain`
 * @param categories  names of the codes
 * @param levels      coarser columns; a cell is right there if its predicted class lies within its own
 */
export function scoreAnnotation(
  annotation: Annotation,
  {
    codes,
    train,
    categories,
    levels = [],
  }: { codes: Codes; train: Uint32Array; categories: readonly string[]; levels?: readonly LabelLevel[] },
): AnnotationScores {
  const { classes, cells, probability } = annotation;
  const truth = Int32Array.from(cells, (i) => codes[i]);
  const predicted = predictedCodes(annotation);
  const scores = f1Scores(truth, predicted);
  // a class that was not learned has no column: beyond the last one it counts as wrong
  const columns = truth.map((code) =>
    code < 0 ? -1 : (classes.indexOf(code) + classes.length + 1) % (classes.length + 1),
  );
  const sure = calibration(probability, columns, classes.length);
  const learned = new Map<number, number>();
  for (const i of train) learned.set(codes[i], (learned.get(codes[i]) ?? 0) + 1);
  const k = scores.perClass.length;
  const order = [...confusionOrder(scores.confusion, k)];
  return {
    nScored: scores.nScored,
    f1Micro: scores.micro,
    f1Macro: scores.macro,
    f1Weighted: scores.weighted,
    balancedAccuracy: balancedAccuracy(scores),
    expectedCalibrationError: sure.expectedError,
    brier: sure.brier,
    reliability: sure.bins.filter((bin) => bin.count > 0),
    levels: levels.map(({ name, codes: ofLevel, of, purity }) => {
      const level = Int32Array.from(cells, (i) => ofLevel[i]);
      const { micro, macro, nScored } = f1Scores(
        level,
        predicted.map((code) => of[code]),
      );
      return { name, f1Micro: micro, f1Macro: macro, nScored, purity };
    }),
    perClass: order.map((c) => {
      const { code, precision, recall, f1, support } = scores.perClass[c];
      return { name: categories[code], precision, recall, f1, support, nTrain: learned.get(code) ?? 0 };
    }),
    confusion: order.map((t) => order.map((p) => scores.confusion[t * k + p])),
  };
}
