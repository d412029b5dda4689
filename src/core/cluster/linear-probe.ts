import { assertShape, LabError } from "../errors";
import type { Codes } from "../metrics/contingency";
import { type ClassScore, f1Scores } from "../metrics/f1";
import { deriveRng, shuffle } from "../random";
import { quiet, type Task } from "../task";
import { holdOutMask, type Split } from "./hold-out";
import { fitSoftmax, predictSoftmax } from "./softmax-regression";
import { columnScale, standardise } from "./standardise";

export interface ProbeOptions {
  readonly holdOut?: number;
  readonly split?: Split;
  readonly seed?: number;
  readonly positions?: Float32Array; // (n, 2)
  readonly sectionCodes?: Codes;
  readonly testSections?: readonly number[];
  /** Most cells trained on, drawn at random where there are more. */
  readonly maxTrain?: number;
}

export interface Probe {
  readonly predicted: Int32Array; // (n,), for every cell, labelled or not
  readonly probability: Float32Array; // (n,), of the predicted class
  readonly testMask: Uint8Array; // (n,), 1 = held out and scored
  readonly nTrain: number;
  readonly nTest: number;
  readonly f1Micro: number;
  readonly f1Macro: number;
  readonly f1Weighted: number;
  readonly perClass: readonly ClassScore[];
  readonly confusion: Uint32Array;
  /** Codes that were learned, ascending. */
  readonly classes: readonly number[];
  /** Codes that could not be learned or not be scored, and why, to be told to the person. */
  readonly tooFew: readonly { readonly code: number; readonly nTrain: number; readonly nTest: number }[];
  readonly iterations: number;
  readonly converged: boolean;
}

/**
 * How much a linear classifier reads from an embedding: trained on part of the labelled cells, scored on the rest,
 * and predicting all. The embedding is standardised by the mean and spread of the training cells.
 *
 * @param embedding  shape (n, d), row-major
 * @param codes      label per cell, shape (n,), negative = not labelled: predicted but not scored
 * @throws LabError("shape") if the sizes disagree, LabError("range") if the embedding is not finite,
 *         LabError("missing") if fewer than two classes have cells to train on or none is left to score
 * Source: the linear evaluation of self-supervision; scikit-learn's StandardScaler and LogisticRegression(C=1).
 */
export function linearProbe(
  embedding: Float32Array,
  { n, d }: { n: number; d: number },
  codes: Codes,
  {
    holdOut = 0.2,
    split = "random",
    seed = 0,
    positions,
    sectionCodes,
    testSections,
    maxTrain = 100_000,
  }: ProbeOptions = {},
  task: Task = quiet,
): Probe {
  assertShape("Embedding", [embedding.length], [n * d]);
  assertShape("Labels", [codes.length], [n]);
  const testMask = holdOutMask(codes, {
    split,
    holdOut,
    seed,
    ...(positions && { positions }),
    ...(sectionCodes && { sectionCodes }),
    ...(testSections && { testSections }),
  });
  const { train, classes, tooFew, nTest } = divide(codes, testMask, maxTrain, seed);
  if (classes.length < 2)
    throw new LabError(
      "missing",
      `Prediction: ${classes.length} class has cells to train on, at least 2 are needed.`,
      "Choose a label with more classes, or hold out fewer cells.",
    );
  if (nTest === 0)
    throw new LabError("missing", "Prediction: no labelled cell is left to score on.", "Hold out more cells.");

  const rank = new Map(classes.map((code, c) => [code, c]));
  const x = embedding.slice();
  standardise(x, columnScale(embedding, d, train));
  const trainX = new Float32Array(train.length * d);
  train.forEach((i, r) => {
    trainX.set(x.subarray(i * d, (i + 1) * d), r * d);
  });
  const trainCodes = Int32Array.from(train, (i) => rank.get(codes[i]) as number);
  const model = fitSoftmax(trainX, trainCodes, { n: train.length, d, nClasses: classes.length }, task);

  const found = predictSoftmax(model, x, n);
  const predicted = found.codes.map((c) => classes[c]);
  const scores = f1Scores(codes, predicted, { mask: testMask });
  return {
    predicted,
    probability: found.probability,
    testMask,
    nTrain: train.length,
    nTest,
    f1Micro: scores.micro,
    f1Macro: scores.macro,
    f1Weighted: scores.weighted,
    perClass: scores.perClass,
    confusion: scores.confusion,
    classes,
    tooFew,
    iterations: model.iterations,
    converged: model.converged,
  };
}

/** Fewer cells of a class than this, in training or to score on, say little. */
const fewCells = 5;

function divide(
  codes: Codes,
  testMask: Uint8Array,
  maxTrain: number,
  seed: number,
): Pick<Probe, "classes" | "tooFew" | "nTest"> & { train: number[] } {
  const counts = new Map<number, { nTrain: number; nTest: number }>();
  let train: number[] = [];
  let nTest = 0;
  for (let i = 0; i < codes.length; i++) {
    if (codes[i] < 0) continue;
    const count = counts.get(codes[i]) ?? { nTrain: 0, nTest: 0 };
    counts.set(codes[i], count);
    if (testMask[i]) {
      count.nTest++;
      nTest++;
    } else {
      count.nTrain++;
      train.push(i);
    }
  }
  if (train.length > maxTrain)
    train = shuffle(train, deriveRng(seed, -2))
      .slice(0, maxTrain)
      .sort((a, b) => a - b);
  const classes = [...new Set(train.map((i) => codes[i]))].sort((a, b) => a - b);
  const tooFew = [...counts]
    .filter(([, { nTrain, nTest }]) => nTrain < fewCells || nTest < fewCells)
    .map(([code, count]) => ({ code, ...count }))
    .sort((a, b) => a.code - b.code);
  return { train, classes, tooFew, nTest };
}
