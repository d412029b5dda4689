// Cells that are hidden from the encoder and rebuilt: how they are drawn, and what is kept of them.
import * as tf from "@tensorflow/tfjs-core";
import { HIDDEN, type RowList, uploadRows } from "../kernels/expression";
import { gatherRows } from "../kernels/gather-rows";
import type { Targets } from "../nn/linear-decoder-mse";
import { integer, type Rng } from "../random";
import type { GraphBatch } from "./graph-batch";

export interface HiddenView {
  readonly batch: GraphBatch;
  /** What the encoder sees: the rows of the batch, the hidden ones marked. */
  readonly seen: RowList;
  readonly hidden: HiddenCells;
}

/** The rows that are hidden and rebuilt; the decoder sees them and no others. */
export interface HiddenCells {
  readonly targets: Targets;
  readonly index: tf.Tensor1D; // their rows in the batch, int32
  readonly inverse: tf.Tensor1D; // where each row of the last graph stands among them, -1 if it is not hidden, int32
}

/** Rows of a batch to hide: targets, which are rebuilt, and others. */
export interface Choice {
  readonly targets: Uint32Array;
  readonly others: Uint32Array;
}

/** Draws the asked share of the targets, at least one, and of the other cells of the batch. */
export function drawHidden({ nObs, nTargets }: GraphBatch, maskRatio: number, rng: Rng): Choice {
  const some = (n: number, take: number) => drawOrder(n, take, rng).subarray(0, take);
  const targets = some(nTargets, hiddenCount(nTargets, maskRatio));
  // the others are hidden at the same rate, so that a target sees as much as it would in the full graph
  const others = some(nObs - nTargets, Math.round((nObs - nTargets) * maskRatio)).map((i) => nTargets + i);
  return { targets, others };
}

/**
 * Hides those rows.
 *
 * @param standIn  the cell that is seen in place of a hidden row, HIDDEN for none
 */
export function hide(batch: GraphBatch, choice: Choice, standIn: (row: number) => number = () => HIDDEN): HiddenView {
  return { batch, seen: seenRows(batch, choice, standIn), hidden: hiddenCells(batch, choice.targets) };
}

/** What the encoder sees of a batch whose chosen rows are hidden. */
export function seenRows(
  { x, cells }: GraphBatch,
  { targets, others }: Choice,
  standIn: (row: number) => number = () => HIDDEN,
): RowList {
  const seen = cells.slice();
  for (let i = 0; i < others.length; i++) seen[others[i]] = standIn(others[i]);
  const chosen = new Uint8Array(cells.length);
  for (let i = 0; i < targets.length; i++) chosen[targets[i]] = 1;
  // ascending, so that what is drawn for a row does not depend on the order in which rows were drawn
  for (let row = 0, n = 0; n < targets.length; row++) {
    if (chosen[row] === 0) continue;
    seen[row] = standIn(row);
    n++;
  }
  return uploadRows(x, seen);
}

/** Targets that are compared with what is rebuilt of them, at least one. */
export function hiddenCells({ x, cells, graphs, rowSquares }: GraphBatch, targets: Uint32Array): HiddenCells {
  const inverse = new Int32Array(graphs[graphs.length - 1].matrix.nRows).fill(-1);
  for (let i = 0; i < targets.length; i++) inverse[targets[i]] = 0;
  const [index, own] = [new Int32Array(targets.length), new Int32Array(targets.length)];
  const squares = new Float32Array(targets.length);
  // in the order of the rows, in which the layers leave them
  for (let row = 0, place = 0; place < targets.length; row++) {
    if (inverse[row] < 0) continue;
    index[place] = row;
    own[place] = cells[row];
    squares[place] = rowSquares[cells[row]];
    inverse[row] = place++;
  }
  return {
    targets: { x, rows: uploadRows(x, own), rowSquares: tf.tensor2d(squares, [own.length, 1]) },
    index: tf.tensor1d(index, "int32"),
    inverse: tf.tensor1d(inverse, "int32"),
  };
}

/** One row hidden, to be rebuilt. */
export function hideOne(batch: GraphBatch, row: number): HiddenView {
  return hide(batch, { targets: Uint32Array.of(row), others: new Uint32Array(0) });
}

/**
 * What `errorsOf` gives for each cell while it is hidden: every cell is hidden exactly once, in rounds of at least the mask
 * ratio and at most a fifth less than all.
 *
 * @param errorsOf  (nHidden, 1) for the cells that one round hides
 * @returns         (nObs,)
 */
export function whileHidden(
  batch: GraphBatch,
  maskRatio: number,
  rng: Rng,
  errorsOf: (choice: Choice) => { readonly errors: tf.Tensor2D; readonly view: HiddenView },
): tf.Tensor1D {
  const { nObs } = batch;
  const rounds = Math.min(nObs, 5, Math.ceil(1 / maskRatio));
  const order = drawOrder(nObs, nObs, rng);
  const start = (round: number): number => Math.round((nObs * round) / rounds);
  const share = (round: number): tf.Tensor2D => {
    const targets = order.subarray(start(round), start(round + 1));
    const { errors, view } = errorsOf({ targets, others: new Uint32Array(0) });
    return gatherRows(errors, view.hidden.inverse, view.hidden.index);
  };
  let errors = tf.tidy(() => share(0));
  for (let round = 1; round < rounds; round++) errors = tf.tidy(() => tf.add(errors, share(round)));
  return tf.reshape(errors, [nObs]);
}

/** At least one cell is hidden, and one seen where there are two. */
function hiddenCount(nObs: number, maskRatio: number): number {
  return Math.max(1, Math.min(Math.round(nObs * maskRatio), nObs - 1));
}

/** The first `take` of a random order of all cells. Source: Durstenfeld's shuffle, stopped early. */
function drawOrder(nObs: number, take: number, rng: Rng): Uint32Array {
  const order = new Uint32Array(nObs);
  for (let i = 0; i < nObs; i++) order[i] = i;
  for (let i = 0; i < take; i++) {
    const j = i + integer(rng, nObs - i);
    const cell = order[i];
    order[i] = order[j];
    order[j] = cell;
  }
  return order;
}
