/**
 * @file A linear reader beside the network: multinomial logistic regression on a cell's own standardised genes, classes nearly
 * balanced, whose verdict is joined to the network's (reader-verdict.ts). A network loses rare classes that few genes mark and that a straight line still tells apart; the line knows nothing of the
 * neighbours. With self-training the reader also learns from cells without a label: in each round it takes, of every class, the
 * cells it ranks first for it, as many as a part of what the class's share among the labels leads to expect. Ranks within a class
 * stay right where probabilities do not: of a class with one label no cell ever becomes the most probable one.
 *
 * Source: self-training with a quota for each class, Zou et al. 2018, arXiv:1810.07911, section 4 (class-balanced self-training).
 * Differs: a cell that two classes ask for is given to neither; guessed cells count less than labels; classes are weighed by
 * n_c^-b, where 0 < b < 1 lies between their frequency and balance.
 */
import {
  fitSoftmax,
  type SoftmaxModel,
  type SoftmaxWeights,
  softmaxProbabilities,
} from "../../cluster/softmax-regression";
import { assertShape, LabError } from "../../errors";
import type { Codes } from "../../metrics/contingency";
import { quiet, type Task } from "../../task";
import type { FeatureRows } from "../baselines/expression-rows";

export interface LinearReader {
  /** s: how much of the verdict is the reader's, in [0, 1]. */
  readonly share: number;
  /** Inverse strength of the penalty on weights, by labels: the mean log loss plus |W|² / (2 C labels). */
  readonly C: number;
  /** b: 0 counts classes by their cells, 1 all alike. */
  readonly balance: number;
  readonly selfTraining: SelfTraining;
}

export interface SelfTraining {
  /** Part of each class's expected cells that is guessed, one a round. */
  readonly quotas: readonly number[];
  /** How much a guessed cell counts where a labelled one counts 1. */
  readonly trust: number;
}

/** The values of the preset `lab` (docs/annotation.md). */
export const labReader: LinearReader = {
  share: 0.7,
  C: 1 / 30,
  balance: 0.75,
  selfTraining: { quotas: [0.3, 0.6], trust: 0.5 },
};

/** Of every class, so that one with a single label is not left at it. */
const LEAST_GUESSED = 3;
/** Cells that are looked at, labelled and not: more would take memory and time, and tell little. */
const LARGEST_POOL = 32_768;
/** Values that are written out at once, of which a slice of all genes has many a cell: 256 MB. */
const LARGEST_ROWS = 2 ** 26;
/** Of them for reading, a block at a time. */
const BLOCK_ROWS = 2 ** 22;

/** How many labelled cells, and how many without a label, a reader of so many features looks at. */
export const poolOf = (nFeatures: number): number =>
  Math.min(LARGEST_POOL, Math.max(LEAST_POOL, Math.floor(LARGEST_ROWS / nFeatures)));
const LEAST_POOL = 1024;
/** Labels that a class keeps where there are more than that. */
export const LEAST_KEPT = 100;

/** What a reader has learned, in single precision, as it is kept: read anew from a file it says the same to the last bit. */
export interface LearnedReader {
  /** Codes of the label that were learned, ascending, one a row of the weights. */
  readonly classes: readonly number[];
  readonly weights: Float32Array; // (classes, features)
  readonly bias: Float32Array; // (classes,)
}

/**
 * Teaches a linear reader.
 *
 * @param codes         label per cell, shape (n,), of which those of `train` alone are read
 * @param train         cells whose labels are known
 * @param unlabelled    cells to learn from without their labels; none for a reader of labels alone
 * @throws LabError("missing") if fewer than two classes have a label
 */
export function learnLinearly(
  features: FeatureRows,
  codes: Codes,
  of: { readonly train: Uint32Array; readonly unlabelled: Uint32Array | null },
  reader: Omit<LinearReader, "share">,
  task: Task = quiet,
): LearnedReader {
  const { train } = of;
  const classes = [...new Set(Array.from(train, (i) => codes[i]))].sort((a, b) => a - b);
  if (classes.length < 2 || classes[0] < 0)
    throw new LabError(
      "missing",
      `A linear reader needs labels of at least 2 classes, there are ${classes.filter((c) => c >= 0).length}.`,
      "Take more labels, or a label with more classes.",
    );
  const rank = new Map(classes.map((code, c) => [code, c]));
  const labelled: Guesses = { cells: train, codes: Int32Array.from(train, (i) => rank.get(codes[i]) as number) };
  const known = thinnedByClass(labelled, classes.length, poolOf(features.size));
  const learn = (guesses: Guesses | null) =>
    fitTo(features, { known, guesses, nClasses: classes.length }, reader, task);
  let model = learn(null);
  const pool = of.unlabelled && thinned(of.unlabelled, poolOf(features.size));
  if (pool) {
    for (const quota of reader.selfTraining.quotas) {
      const probability = probabilities(model, features, pool);
      model = learn(guessByQuota(probability, pool, expectedCells(labelled.codes, classes.length, pool.length), quota));
    }
  }
  return { classes, weights: Float32Array.from(model.weights), bias: Float32Array.from(model.bias) };
}

/**
 * Class probabilities of cells by a reader, shape (cells.length, classes).
 * @param features  as it learned from, standardised alike
 */
export function readLinearly(
  { weights, bias }: Pick<LearnedReader, "weights" | "bias">,
  features: FeatureRows,
  cells: Uint32Array,
): Float32Array {
  const [nClasses, d] = [bias.length, features.size];
  assertShape("A linear reader's weights", [weights.length], [nClasses * d]);
  return probabilities({ nClasses, d, weights, bias }, features, cells);
}

export interface Guesses {
  readonly cells: Uint32Array;
  readonly codes: Int32Array; // of the classes learned
}

/**
 * Of every class the cells that rank first for it, `quota` times as many as are expected, at least three; ties go to the earlier
 * cell. A cell that two classes ask for is left out.
 *
 * @param probability  (cells.length, expected.length)
 * @param expected     cells of each class among `cells`
 */
export function guessByQuota(
  probability: Float32Array,
  cells: Uint32Array,
  expected: readonly number[],
  quota: number,
): Guesses {
  const k = expected.length;
  const asked = new Int32Array(cells.length).fill(-1);
  const disputed = new Uint8Array(cells.length);
  for (let c = 0; c < k; c++) {
    const count = Math.min(cells.length, Math.max(LEAST_GUESSED, Math.floor(quota * expected[c])));
    const order = Uint32Array.from(cells.keys()).sort(
      (i, j) => probability[j * k + c] - probability[i * k + c] || i - j,
    );
    for (const row of order.subarray(0, count)) {
      if (asked[row] >= 0) disputed[row] = 1;
      asked[row] = c;
    }
  }
  const rows = Uint32Array.from(cells.keys()).filter((row) => asked[row] >= 0 && !disputed[row]);
  return { cells: rows.map((row) => cells[row]), codes: Int32Array.from(rows, (row) => asked[row]) };
}

function expectedCells(codes: Int32Array, nClasses: number, nCells: number): number[] {
  const counts = new Array<number>(nClasses).fill(0);
  for (const code of codes) counts[code]++;
  return counts.map((count) => (count / codes.length) * nCells);
}

function fitTo(
  features: FeatureRows,
  of: { readonly known: Guesses; readonly guesses: Guesses | null; readonly nClasses: number },
  { C, balance, selfTraining }: Omit<LinearReader, "share">,
  task: Task,
): SoftmaxModel {
  const { known, guesses, nClasses } = of;
  const cells = [...known.cells, ...(guesses?.cells ?? [])];
  const codes = Int32Array.from([...known.codes, ...(guesses?.codes ?? [])]);
  const trust = (row: number): number => (row < known.cells.length ? 1 : selfTraining.trust);
  const counts = new Float64Array(nClasses);
  codes.forEach((code, row) => {
    counts[code] += trust(row);
  });
  const weights = Float64Array.from(codes, (code, row) => trust(row) * counts[code] ** -balance);
  const shape = { n: cells.length, d: features.size, nClasses };
  // fitSoftmax counts the penalty by rows, of which the guessed ones are no labels
  const penalty = { C: (C * known.cells.length) / cells.length };
  return fitSoftmax(features.of(cells), codes, { ...shape, ...penalty, weights, maxIterations: 60 }, task);
}

/** Features are wider than probabilities, so they are written out for some cells at a time. */
function probabilities(model: SoftmaxWeights, features: FeatureRows, cells: Uint32Array): Float32Array {
  const out = new Float32Array(cells.length * model.nClasses);
  const block = Math.max(1, Math.min(4096, Math.floor(BLOCK_ROWS / features.size)));
  for (let from = 0; from < cells.length; from += block) {
    const some = cells.subarray(from, from + block);
    out.set(softmaxProbabilities(model, features.of(some), some.length), from * model.nClasses);
  }
  return out;
}

/** Evenly spread over the cells as they come. */
function thinned(cells: Uint32Array, most: number): Uint32Array {
  if (cells.length <= most) return cells;
  return Uint32Array.from({ length: most }, (_, r) => cells[Math.floor((r * cells.length) / most)]);
}

/**
 * At most about as many labels, evenly spread in each class; no class falls below a hundred by it.
 * @param most  labels are left as they are up to here
 */
export function thinnedByClass({ cells, codes }: Guesses, nClasses: number, most: number): Guesses {
  if (cells.length <= most) return { cells, codes };
  const byClass = Array.from({ length: nClasses }, (_, c) =>
    Uint32Array.from(codes.keys()).filter((r) => codes[r] === c),
  );
  const rows = byClass.flatMap((of) => [
    ...thinned(of, Math.max(LEAST_KEPT, Math.floor((of.length * most) / cells.length))),
  ]);
  rows.sort((a, b) => a - b);
  return { cells: Uint32Array.from(rows, (r) => cells[r]), codes: Int32Array.from(rows, (r) => codes[r]) };
}
