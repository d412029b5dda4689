import { LabError } from "../errors";
import type { Codes } from "../metrics/contingency";
import { deriveRng, shuffle } from "../random";

/**
 * Which labelled cells are kept from training to score it.
 * - `random`   a share of every class. Neighbours of a test cell are then mostly in training, and neighbours share
 *              labels and messages: the score flatters.
 * - `block`    whole blocks of tissue, so that only cells on their rims have neighbours in training
 * - `section`  whole sections, as the SpatialSSL study does
 */
export type Split = "random" | "block" | "section";

export interface HoldOutOptions {
  readonly split: Split;
  /** Share of the labelled cells to keep from training; with `section` it is what the sections hold. */
  readonly holdOut: number;
  readonly seed: number;
  /** (n, 2), for `block`. */
  readonly positions?: Float32Array;
  readonly sectionCodes?: Codes;
  /** Codes of the sections to keep from training, for `section`. */
  readonly testSections?: readonly number[];
}

/** A section is cut into this many strips of equally many cells, and each strip into as many blocks. */
const strips = 5;

/**
 * Draws the cells to score on.
 *
 * @param codes  label per cell, shape (n,), negative = not labelled, in neither part
 * @returns      1 = held out, shape (n,)
 * @throws LabError("range") unless 0 < holdOut < 1, LabError("missing") if positions or sections are needed and absent
 */
export function holdOutMask(codes: Codes, options: HoldOutOptions): Uint8Array {
  if (!(options.holdOut > 0 && options.holdOut < 1))
    throw new LabError("range", `Hold-out: expected a share between 0 and 1, got ${options.holdOut}.`);
  switch (options.split) {
    case "random":
      return randomMask(codes, options);
    case "block":
      return blockMask(codes, options);
    case "section":
      return sectionMask(codes, options);
    default:
      throw new LabError("range", `Hold-out: no split is called "${options.split satisfies never}".`);
  }
}

/** The share of each class, at least one cell to either side where a class has two. */
function randomMask(codes: Codes, { holdOut, seed }: HoldOutOptions): Uint8Array {
  const mask = new Uint8Array(codes.length);
  for (const [code, cells] of groupBy(codes, (i) => codes[i])) {
    const size = cells.length;
    if (size < 2) continue;
    const nTest = Math.min(size - 1, Math.max(1, Math.round(size * holdOut)));
    for (const i of shuffle(cells, deriveRng(seed, code)).slice(0, nTest)) mask[i] = 1;
  }
  return mask;
}

function blockMask(codes: Codes, { holdOut, seed, positions, sectionCodes }: HoldOutOptions): Uint8Array {
  if (!positions || positions.length !== 2 * codes.length)
    throw new LabError("missing", "Hold-out by block: positions of the cells are needed, two numbers each.");
  const mask = new Uint8Array(codes.length);
  for (const [section, cells] of groupBy(codes, (i) => sectionCodes?.[i] ?? 0)) {
    const blocks = cut(cells, (i) => positions[2 * i]).flatMap((strip) => cut(strip, (i) => positions[2 * i + 1]));
    const order = shuffle(
      blocks.map((_, b) => b),
      deriveRng(seed, section),
    );
    const wanted = cells.length * holdOut;
    let held = 0;
    for (const b of order) {
      // the block that comes closest to the share is the last
      if (Math.abs(held + blocks[b].length - wanted) > Math.abs(held - wanted)) break;
      held += blocks[b].length;
      for (const i of blocks[b]) mask[i] = 1;
    }
  }
  return mask;
}

function sectionMask(codes: Codes, { sectionCodes, testSections }: HoldOutOptions): Uint8Array {
  if (!sectionCodes || !testSections?.length)
    throw new LabError("missing", "Hold-out by section: say which sections to score on.");
  return Uint8Array.from(codes, (c, i) => (c >= 0 && testSections.includes(sectionCodes[i]) ? 1 : 0));
}

/** Labelled cells by a key. */
function groupBy(codes: Codes, keyOf: (i: number) => number): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (let i = 0; i < codes.length; i++) {
    if (codes[i] < 0) continue;
    const key = keyOf(i);
    const group = groups.get(key);
    if (group) group.push(i);
    else groups.set(key, [i]);
  }
  return groups;
}

/** Cells in order of a coordinate, cut into parts of equal number. */
function cut(cells: readonly number[], coordinate: (i: number) => number): number[][] {
  const sorted = [...cells].sort((a, b) => coordinate(a) - coordinate(b) || a - b);
  return Array.from({ length: strips }, (_, s) =>
    sorted.slice(Math.round((s * sorted.length) / strips), Math.round(((s + 1) * sorted.length) / strips)),
  ).filter((part) => part.length > 0);
}
