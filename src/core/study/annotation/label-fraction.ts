import { LabError } from "../../errors";
import type { Codes } from "../../metrics/contingency";
import { deriveRng, shuffle } from "../../random";

/** Share of the labelled training cells whose labels may be used (up to 1), or their number (above 1). */
export type LabelFraction = number;

/**
 * Which labels a run may learn from. One seed puts all labelled training cells in one order, and a fraction takes the
 * first of them: smaller sets lie within larger ones, and every method with that seed gets the same cells.
 *
 * - The draw is random over cells and spread over the sections in proportion; classes get about their share.
 * - Differs from a plain draw: the first cell of each class in that order comes before all others, so that no class that
 *   occurs goes unlearned. It matters for classes that would be expected less than once or twice. There are never fewer
 *   cells than classes, however small the fraction.
 *
 * @param codes         label per cell, shape (n,), negative = not labelled
 * @param trainable     1 = may be learned from, shape (n,)
 * @param sectionCodes  section per cell, shape (n,)
 * @returns             cells, ascending
 * @throws LabError("range") for a fraction that is not positive, or is above 1 and not whole; a number above that of the
 *         labels takes them all
 */
export function drawLabels(
  codes: Codes,
  {
    trainable,
    sectionCodes,
    fraction,
    seed,
  }: {
    readonly trainable: Uint8Array;
    readonly sectionCodes: Codes;
    readonly fraction: LabelFraction;
    readonly seed: number;
  },
): Uint32Array {
  if (!(fraction > 0) || (fraction > 1 && !Number.isInteger(fraction)))
    throw new LabError(
      "range",
      `Labels: expected a share above 0 and up to 1, or a whole number of cells, got ${fraction}.`,
    );
  const sections = new Map<number, number[]>();
  for (let i = 0; i < codes.length; i++) {
    if (codes[i] < 0 || !trainable[i]) continue;
    const cells = sections.get(sectionCodes[i]);
    if (cells) cells.push(i);
    else sections.set(sectionCodes[i], [i]);
  }
  // the r-th of m cells of a section comes at (r + 1/2) / m of the whole: every beginning has its share of each section
  const placed = [...sections].flatMap(([section, cells]) =>
    shuffle(cells, deriveRng(seed, section)).map((cell, r) => ({ cell, at: (r + 0.5) / cells.length })),
  );
  placed.sort((a, b) => a.at - b.at || a.cell - b.cell);
  const met = new Set<number>();
  const first = placed.filter(({ cell }) => !met.has(codes[cell]) && met.add(codes[cell]));
  const firsts = new Set(first.map(({ cell }) => cell));
  const order = [...first, ...placed.filter(({ cell }) => !firsts.has(cell))];

  const wanted = fraction <= 1 ? Math.round(fraction * order.length) : fraction;
  return Uint32Array.from(order.slice(0, Math.max(wanted, first.length)), ({ cell }) => cell).sort();
}
