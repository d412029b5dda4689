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

/** How well predictions agree with one column; plain JSON. */
interface ColumnScores {
  readonly nScored: number;
  readonly f1Micro: number;
  readonly f1Macro: number;
  readonly f1Weighted: number;
  readonly balancedAccuracy: number;
  readonly expectedCalibrationError: number;
  readonly brier: number;
  /** By confidence; empty bins are left out. */
  readonly reliability: readonly ReliabilityBin[];
  /** Classes that occur in the truth or among the predictions, confusable ones side by side. */
  readonly perClass: readonly ClassResult[];
  /** Cells by true and predicted class, in the order of perClass, rows truth. */
  readonly confusion: readonly (readonly number[])[];
}

/**
 * The same predictions by a coarser column. A cell counts there if it has the label, too; the probability of a coarse class,
 * for calibration, is the sum over the classes within it.
 */
export interface LevelScores extends ColumnScores {
  readonly name: string;
  /** Share of training cells whose level follows from their label (label-levels.ts). */
  readonly purity: number;
}

/** A coarser column, and what it follows from. */
export interface LabelLevel extends CoarserLevel {
  readonly name: string;
  readonly codes: Int32Array; // of every cell of the slice, -1 = missing
  readonly categories: readonly string[];
}

/** How well labels were predicted; plain JSON. */
export interface AnnotationScores extends ColumnScores {
  /** The same predictions by coarser columns. */
  readonly levels: readonly LevelScores[];
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
  const predicted = predictedCodes(annotation);
  return {
    ...columnScores(annotation, predicted, { codes, train, categories }),
    levels: levels.map((level) => {
      const { name, purity, codes: ofCells, categories } = level;
      const truth = ofCells.map((code, i) => (codes[i] < 0 ? -1 : code));
      const of = parentCodes(level);
      const scores = columnScores(
        coarsened(annotation, of),
        predicted.map((code) => of[code]),
        { codes: truth, train, categories: [...categories, nowhere(name)] },
      );
      return { name, purity, ...scores };
    }),
  };
}

/**
 * The coarse class of each fine one. Those that lie within none, since no cell to learn from says so, share a class that no
 * cell has, so that predicting them is wrong: its code is one beyond the level's own.
 */
export function parentCodes({ of, categories }: Pick<LabelLevel, "of" | "categories">): Int32Array {
  return of.map((code) => (code < 0 ? categories.length : code));
}

/** What the class beyond a level's own is called. */
export const nowhere = (level: string): string => `no ${level}`;

/** Probabilities of coarse classes: sums over the fine ones within each. */
function coarsened({ classes, cells, probability }: Annotation, of: Int32Array): Annotation {
  const coarse = [...new Set(classes.map((code) => of[code]))].sort((a, b) => a - b);
  const column = classes.map((code) => coarse.indexOf(of[code]));
  const sums = new Float32Array(cells.length * coarse.length);
  for (let r = 0; r < cells.length; r++)
    column.forEach((c, fine) => {
      sums[r * coarse.length + c] += probability[r * classes.length + fine];
    });
  return { classes: coarse, cells, probability: sums };
}

function columnScores(
  { classes, cells, probability }: Annotation,
  predicted: Int32Array,
  { codes, train, categories }: { codes: Codes; train: Uint32Array; categories: readonly string[] },
): ColumnScores {
  const truth = Int32Array.from(cells, (i) => codes[i]);
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
    perClass: order.map((c) => {
      const { code, precision, recall, f1, support } = scores.perClass[c];
      const name = categories[code];
      return { name, precision, recall, f1, support, nTrain: learned.get(code) ?? 0 };
    }),
    confusion: order.map((t) => order.map((p) => scores.confusion[t * k + p])),
  };
}
