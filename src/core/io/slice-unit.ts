import { LabError } from "../errors";
import type { Slice, SpatialUnit } from "../slice/slice";
import { estimateUnit } from "../slice/unit";

/**
 * The slice with the unit the person set, else the one the file declares, else an estimate that is said in the notes.
 * Call after the coordinates were validated.
 * @throws LabError("range") if the set unit has no positive scale
 */
export function settleUnit(
  slice: Slice,
  set: { readonly name: string; readonly micronsPerUnit: number } | undefined,
  declared: SpatialUnit | null,
): Slice {
  if (set) {
    if (!(set.micronsPerUnit > 0 && Number.isFinite(set.micronsPerUnit)))
      throw new LabError("range", `${set.micronsPerUnit} µm per unit is no scale.`, "Give a positive number.");
    return { ...slice, unit: { ...set, origin: "set" } };
  }
  if (declared) return { ...slice, unit: declared };
  const { unit, note } = estimateUnit(slice.spatial, slice.section.codes);
  return { ...slice, unit, provenance: { ...slice.provenance, notes: [...slice.provenance.notes, note] } };
}
