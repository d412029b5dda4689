// Which cells are hidden whole: at random, by type, or with their surroundings.
import { LabError } from "../errors";
import { integer, type Rng, shuffle } from "../random";
import type { GraphBatch } from "./graph-batch";
import { type Choice, drawHidden } from "./hidden-cells";
import type { MaskKind } from "./mask-kinds";

/**
 * Draws the cells to hide whole; none of any kind where `kind` is "none".
 *
 * @param maskRatio  share of the targets; "types" and "niches" pass it with the last type or niche that they take
 * @throws LabError("missing") for "types" without a label
 */
export function drawMask(batch: GraphBatch, kind: MaskKind, maskRatio: number, rng: Rng): Choice {
  switch (kind) {
    case "cells":
      return drawHidden(batch, maskRatio, rng);
    case "types":
      return orSome(batch, drawTypes(batch, maskRatio, rng), maskRatio, rng);
    case "niches":
      return orSome(batch, drawNiches(batch, maskRatio, rng), maskRatio, rng);
    case "none":
      return { targets: new Uint32Array(), others: new Uint32Array() };
    default:
      return kind satisfies never;
  }
}

/** All cells of types drawn one after the other until the share is reached: what lives beside a type must tell it. */
function drawTypes({ labels, cells, nObs, nTargets }: GraphBatch, maskRatio: number, rng: Rng): Uint8Array {
  if (!labels)
    throw new LabError("missing", "Masks by type need a label that says the types.", "Choose a label: --label NAME.");
  const typeOf = (row: number): number => labels.codes[cells[row]];
  const counts = new Uint32Array(labels.nClasses);
  for (let row = 0; row < nTargets; row++) if (typeOf(row) >= 0) counts[typeOf(row)]++;
  const order = shuffle(
    Uint32Array.from(counts.keys()).filter((type) => counts[type] > 0),
    rng,
  );
  const drawn = new Uint8Array(labels.nClasses);
  let n = 0;
  for (const type of order) {
    if (n >= maskRatio * nTargets) break;
    drawn[type] = 1;
    n += counts[type];
  }
  return Uint8Array.from({ length: nObs }, (_, row) => (typeOf(row) >= 0 ? drawn[typeOf(row)] : 0));
}

/** Targets drawn as seeds, each with its neighbours, until the share is reached. */
function drawNiches({ graphs, nObs, nTargets }: GraphBatch, maskRatio: number, rng: Rng): Uint8Array {
  // the rows of the last graph are the targets, its columns rows of the batch
  const { indptr, indices } = graphs[graphs.length - 1].csr;
  const hidden = new Uint8Array(nObs);
  let n = 0;
  const hide = (row: number): void => {
    if (hidden[row] || row >= nObs) return;
    hidden[row] = 1;
    if (row < nTargets) n++;
  };
  while (n < maskRatio * nTargets) {
    const seed = integer(rng, nTargets);
    hide(seed);
    for (let e = indptr[seed]; e < indptr[seed + 1]; e++) hide(indices[e]);
  }
  return hidden;
}

/** The rows that are marked; drawn cells in their place where no target would be hidden, or none left to see. */
function orSome(batch: GraphBatch, hidden: Uint8Array, maskRatio: number, rng: Rng): Choice {
  const { nObs, nTargets } = batch;
  const rows = Uint32Array.from({ length: nObs }, (_, row) => row).filter((row) => hidden[row] === 1);
  const targets = rows.filter((row) => row < nTargets);
  if (targets.length === 0 || rows.length === nObs) return drawHidden(batch, maskRatio, rng);
  return { targets, others: rows.filter((row) => row >= nTargets) };
}
