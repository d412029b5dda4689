import { assertShape, LabError } from "../errors";
import type { Codes } from "./contingency";

export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean probability of the predicted class; NaN in an empty bin. */
  readonly confidence: number;
  /** Share predicted right; NaN in an empty bin. */
  readonly accuracy: number;
}

export interface Calibration {
  readonly nScored: number;
  /** Σ over bins of count / n |accuracy - confidence|: 0 if "80 % sure" is right in 80 of 100 cases. */
  readonly expectedError: number;
  /** Mean over cells of Σ over classes of (probability - truth)², from 0 to 2. */
  readonly brier: number;
  readonly bins: readonly ReliabilityBin[];
}

export interface CalibrationOptions {
  /** Bins of equal width on [0, 1]; the last one holds its right end. */
  readonly nBins?: number;
  /** Score only the cells where it is not 0. */
  readonly mask?: Uint8Array;
}

/**
 * Whether a classifier is as often right as it is sure.
 *
 * @param probability  shape (n, nClasses), row-major, rows summing to 1
 * @param truth        class of each cell, 0 .. nClasses - 1, negative = not labelled, left out. A class that the classifier
 *                     does not know (nClasses or above) has probability 0 and its cells count as wrong.
 * @returns            NaN scores where no cell is left
 * @throws LabError("shape") if the lengths differ, LabError("range") for a probability outside [0, 1]
 * Source: Guo et al. 2017, "On calibration of modern neural networks", eq. 3; sklearn.calibration.calibration_curve
 *   (strategy="uniform") on "was right" against the largest probability; sklearn.metrics.brier_score_loss
 *   (scale_by_half=False).
 */
export function calibration(
  probability: Float32Array,
  truth: Codes,
  nClasses: number,
  { nBins = 10, mask }: CalibrationOptions = {},
): Calibration {
  assertShape("Probabilities", [probability.length], [truth.length * nClasses]);
  if (mask) assertShape("Mask", [mask.length], [truth.length]);
  const count = new Float64Array(nBins);
  const right = new Float64Array(nBins);
  const sure = new Float64Array(nBins);
  let squares = 0;
  let nScored = 0;
  for (let i = 0; i < truth.length; i++) {
    if (truth[i] < 0 || mask?.[i] === 0) continue;
    nScored++;
    let best = 0;
    if (truth[i] >= nClasses) squares++;
    for (let c = 0; c < nClasses; c++) {
      const p = probability[i * nClasses + c];
      // float32 softmax may come out a rounding above 1
      if (!(p >= 0 && p <= 1 + 1e-5))
        throw new LabError("range", `Probabilities: cell ${i} has ${p} for class ${c}, expected 0 to 1.`);
      if (p > probability[i * nClasses + best]) best = c;
      squares += (p - (truth[i] === c ? 1 : 0)) ** 2;
    }
    const p = Math.min(1, probability[i * nClasses + best]);
    const bin = Math.min(nBins - 1, Math.floor(p * nBins));
    count[bin]++;
    sure[bin] += p;
    if (truth[i] === best) right[bin]++;
  }
  const bins = Array.from({ length: nBins }, (_, b) => ({
    from: b / nBins,
    to: (b + 1) / nBins,
    count: count[b],
    confidence: sure[b] / count[b],
    accuracy: right[b] / count[b],
  }));
  const gaps = bins.reduce((sum, { count: n, accuracy, confidence }) => {
    return n === 0 ? sum : sum + n * Math.abs(accuracy - confidence);
  }, 0);
  return { nScored, expectedError: gaps / nScored, brier: squares / nScored, bins };
}
