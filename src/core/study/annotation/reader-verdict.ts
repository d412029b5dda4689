/**
 * @file The verdict of a network and of the linear reader beside it, as one:
 *
 *     p(c | i)  ∝  p_network(c | i)^(1 - s) · p_linear(c | i)^s
 *
 * A study, fine-tuning and prediction all join the two here.
 */
import { LabError } from "../../errors";
import type { Codes } from "../../metrics/contingency";
import type { Slice } from "../../slice/slice";
import { quiet, type Task } from "../../task";
import type { ModelReader } from "../../train/model-reader";
import { type ExpressionRows, expressionRows } from "../baselines/expression-rows";
import type { Annotation } from "./annotation";
import { type LinearReader, learnLinearly, readLinearly } from "./linear-reader";

/** What a reader may learn from. */
export interface ReaderLabels {
  /** Of the slice's own genes (`expressionRows` without a graph). */
  readonly features: ExpressionRows;
  readonly codes: Codes; // (nObs,), of which those of `drawn` alone are read
  /** Cells whose labels are known, those that a network stops by among them. */
  readonly drawn: Uint32Array;
  /** Cells to learn from without their labels; null for a reader of labels alone. */
  readonly unlabelled: Uint32Array | null;
}

/**
 * Teaches the reader that goes with a network.
 *
 * @param classes  codes of the network's classes
 * @throws LabError("missing") if fewer than two classes have a label, LabError("shape") if they are not the network's
 */
export function learnReader(
  { features, codes, drawn, unlabelled }: ReaderLabels,
  classes: readonly number[],
  settings: LinearReader,
  task: Task = quiet,
): ModelReader {
  const { weights, bias, ...learned } = learnLinearly(features, codes, { train: drawn, unlabelled }, settings, task);
  requireSame(classes, learned.classes);
  const { statistics } = features;
  return { share: settings.share, selfTrained: unlabelled !== null, weights, bias, statistics };
}

/** A network's verdict on some cells with that of the reader beside it. */
export function joinedVerdict(network: Annotation, reader: ModelReader, features: ExpressionRows): Annotation {
  const { classes, cells, probability } = network;
  const linear = readLinearly(reader, features, cells);
  return {
    classes,
    cells,
    probability: joined(probability, linear, { nClasses: classes.length, share: reader.share }),
  };
}

/**
 * The same for every cell of a slice as a model reads it (`modelInput`), in the scale that the reader learned in.
 *
 * @param probability  the network's, (nObs, classes)
 * @returns            the same where there is no reader
 */
export function withReader(probability: Float32Array, reader: ModelReader | null, slice: Slice): Float32Array {
  if (!reader) return probability;
  const features = expressionRows(slice, null, reader.statistics);
  const linear = readLinearly(
    reader,
    features,
    Uint32Array.from({ length: slice.nObs }, (_, i) => i),
  );
  return joined(probability, linear, { nClasses: reader.bias.length, share: reader.share });
}

/**
 * p_a^(1-s) p_b^s, each row brought to the sum of 1.
 * @throws LabError("shape") if the two are not of as many cells and classes
 */
export function joined(
  a: Float32Array,
  b: Float32Array,
  { nClasses: k, share }: { readonly nClasses: number; readonly share: number },
): Float32Array {
  if (a.length !== b.length || a.length % k !== 0)
    throw new LabError("shape", "Only verdicts on the same cells and classes can be joined.");
  const probability = new Float32Array(a.length);
  const logs = new Float64Array(k);
  for (let at = 0; at < probability.length; at += k) {
    for (let c = 0; c < k; c++) logs[c] = (1 - share) * logOf(a[at + c]) + share * logOf(b[at + c]);
    const most = logs.reduce((x, y) => Math.max(x, y));
    let sum = 0;
    for (let c = 0; c < k; c++) sum += Math.exp(logs[c] - most);
    for (let c = 0; c < k; c++) probability[at + c] = Math.exp(logs[c] - most) / sum;
  }
  return probability;
}

/** A class that one of the two excludes is unlikely, and the other may still be heard. */
const logOf = (p: number): number => Math.log(Math.max(p, 1e-30));

function requireSame(classes: readonly number[], own: readonly number[]): void {
  if (classes.length !== own.length || classes.some((code, c) => code !== own[c]))
    throw new LabError("shape", "A network and the reader beside it must learn the same classes.");
}
