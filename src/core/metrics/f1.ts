import { LabError } from "../errors";
import type { Codes } from "./contingency";

export interface ClassScore {
  readonly code: number;
  readonly precision: number; // 0 if never predicted
  readonly recall: number; // 0 if it never occurs
  readonly f1: number;
  readonly support: number; // scored cells that have this label
}

export interface F1Scores {
  readonly nScored: number;
  /** Equals the accuracy: every cell has one label and one prediction. */
  readonly micro: number;
  /** Plain mean over the classes that occur in the truth or among the predictions. */
  readonly macro: number;
  /** Mean over classes by support. */
  readonly weighted: number;
  readonly perClass: readonly ClassScore[];
  /** confusion[t * nClasses + p] = scored cells of class perClass[t] predicted as perClass[p]. */
  readonly confusion: Uint32Array;
}

/**
 * F1 scores of predictions.
 *
 * @param truth      codes, shape (n,); negative = not labelled, left out
 * @param predicted  codes, shape (n,); negative = not predicted, left out
 * @param mask       score only the cells where it is not 0
 * @returns          scores, NaN where no cell is left; a class without any prediction has precision 0, as
 *                   sklearn.metrics.f1_score(zero_division=0)
 * @throws LabError("shape") if the lengths differ
 */
export function f1Scores(truth: Codes, predicted: Codes, { mask }: { mask?: Uint8Array } = {}): F1Scores {
  if (truth.length !== predicted.length || (mask && mask.length !== truth.length))
    throw new LabError(
      "shape",
      `Predictions to score: ${truth.length} labels, ${predicted.length} predictions${mask ? `, mask of ${mask.length}` : ""}.`,
    );
  const scored = (i: number): boolean => truth[i] >= 0 && predicted[i] >= 0 && mask?.[i] !== 0;
  let max = -1;
  for (let i = 0; i < truth.length; i++) if (scored(i)) max = Math.max(max, truth[i], predicted[i]);
  const rank = new Int32Array(max + 1).fill(-1);
  for (let i = 0; i < truth.length; i++) if (scored(i)) rank[truth[i]] = rank[predicted[i]] = 0;
  const codes: number[] = [];
  for (let c = 0; c <= max; c++) if (rank[c] === 0) rank[c] = codes.push(c) - 1;

  const nClasses = codes.length;
  const confusion = new Uint32Array(nClasses * nClasses);
  let nScored = 0;
  for (let i = 0; i < truth.length; i++) {
    if (!scored(i)) continue;
    nScored++;
    confusion[rank[truth[i]] * nClasses + rank[predicted[i]]]++;
  }

  let right = 0;
  const perClass = codes.map((code, c): ClassScore => {
    let support = 0;
    let claimed = 0;
    for (let o = 0; o < nClasses; o++) {
      support += confusion[c * nClasses + o];
      claimed += confusion[o * nClasses + c];
    }
    const hit = confusion[c * nClasses + c];
    right += hit;
    return {
      code,
      precision: claimed === 0 ? 0 : hit / claimed,
      recall: support === 0 ? 0 : hit / support,
      f1: (2 * hit) / (support + claimed),
      support,
    };
  });
  return {
    nScored,
    micro: right / nScored,
    macro: perClass.reduce((sum, c) => sum + c.f1, 0) / nClasses,
    weighted: perClass.reduce((sum, c) => sum + c.f1 * c.support, 0) / nScored,
    perClass,
    confusion,
  };
}
