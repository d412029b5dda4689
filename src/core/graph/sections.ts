import { LabError } from "../errors";

/** Section of each cell, as the slice keeps it. */
export type SectionCodes = Int8Array | Int16Array | Int32Array;

/**
 * Cells of each section, ascending; a missing section (-1) counts as one of its own.
 *
 * @param codes  shape (nObs,); null means one section
 * @throws LabError("shape") unless there is one code per cell
 */
export function cellsBySection(codes: SectionCodes | null, nObs: number): Uint32Array[] {
  if (codes === null) return nObs === 0 ? [] : [Uint32Array.from({ length: nObs }, (_, i) => i)];
  if (codes.length !== nObs)
    throw new LabError("shape", `sectionCodes: expected ${nObs} codes, one per cell, got ${codes.length}.`);

  const sizes = new Map<number, number>();
  for (let i = 0; i < nObs; i++) sizes.set(codes[i], (sizes.get(codes[i]) ?? 0) + 1);
  const cells = new Map([...sizes].sort(([a], [b]) => a - b).map(([code, size]) => [code, new Uint32Array(size)]));
  const filled = new Map<number, number>();
  for (let i = 0; i < nObs; i++) {
    const to = filled.get(codes[i]) ?? 0;
    cells.get(codes[i])![to] = i;
    filled.set(codes[i], to + 1);
  }
  return [...cells.values()];
}
