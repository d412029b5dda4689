import { LabError } from "../errors";
import { median, medianNeighbourDistance, nearestDistances } from "./neighbour-distance";
import type { Slice, SpatialUnit } from "./slice";

/** A unit and, in plain words, how it was found. */
export interface UnitEstimate {
  readonly unit: SpatialUnit;
  readonly note: string;
}

const VISIUM_PITCH = 100; // µm between the centres of neighbouring spots
/** Nearest-neighbour distances of cells in tissue, µm: packed nuclei to sparse cells of an assay that sees a few. */
const PLAUSIBLE: readonly [number, number] = [2, 60];
const TYPICAL = 10; // µm, where nothing better is known

const KNOWN: Record<string, number> = {
  µm: 1,
  μm: 1, // the Greek letter beside the micro sign
  um: 1,
  micron: 1,
  microns: 1,
  micrometer: 1,
  micrometers: 1,
  micrometre: 1,
  nm: 1e-3,
  nanometer: 1e-3,
  mm: 1e3,
  millimeter: 1e3,
  cm: 1e4,
  m: 1e6,
};

/** The unit a file declares by name, null where the name has no length ("pixel"). */
export function unitNamed(name: string): SpatialUnit | null {
  const micronsPerUnit = KNOWN[name.trim()] ?? KNOWN[name.trim().toLowerCase()];
  if (micronsPerUnit === undefined) return null;
  return { name: micronsPerUnit === 1 ? "µm" : name.trim(), micronsPerUnit, origin: "declared" };
}

/**
 * µm per unit from the spacing of the cells. A hexagonal lattice is taken for Visium's 100 µm; spacings that
 * cells have in µm (2 to 60) or in mm are taken for these; else the median cell is set 10 µm from its neighbour.
 * An estimate, always marked so: a radius in the wrong unit is a silent error.
 */
export function estimateUnit(spatial: Float32Array, sectionCodes: ArrayLike<number>): UnitEstimate {
  const spacing = medianNeighbourDistance(spatial, sectionCodes);
  if (!(spacing > 0))
    return {
      unit: { name: "unknown", micronsPerUnit: 1, origin: "estimated" },
      note: "The unit of the coordinates is unknown and cannot be estimated, since neighbouring cells do not differ in position; 1 unit is taken for 1 µm.",
    };
  const said = `Median distance to the nearest cell: ${digits(spacing)} units.`;
  const estimated = (name: string, micronsPerUnit: number, note: string): UnitEstimate => ({
    unit: { name, micronsPerUnit, origin: "estimated" },
    note: `${said} ${note} Set the unit if this is wrong.`,
  });
  const [low, high] = PLAUSIBLE;
  if (isHexagonal(spatial, sectionCodes)) {
    if (Math.abs(spacing - VISIUM_PITCH) < 1)
      return estimated("µm", 1, "The spots lie on Visium's hexagonal lattice in µm.");
    const scale = VISIUM_PITCH / spacing;
    return estimated(
      "pixel",
      scale,
      `The spots lie on a hexagonal lattice, taken for Visium's pitch of 100 µm: 1 unit = ${digits(scale)} µm.`,
    );
  }
  if (spacing >= low && spacing <= high) return estimated("µm", 1, "That looks like µm.");
  if (spacing * 1000 >= low && spacing * 1000 <= high) return estimated("mm", 1000, "That looks like mm.");
  const scale = TYPICAL / spacing;
  return estimated(
    "unknown",
    scale,
    `No unit known gives cells that spacing; it is taken for ${TYPICAL} µm: 1 unit = ${digits(scale)} µm.`,
  );
}

/**
 * Do most cells have six neighbours at one distance and the seventh at √3 of it?
 * The margins allow for the rounding of positions to pixels.
 */
export function isHexagonal(spatial: Float32Array, sectionCodes: ArrayLike<number>): boolean {
  const { nQueries, distances } = nearestDistances(spatial, sectionCodes, 7);
  const step = median(distances.filter((d, at) => at % 7 === 0 && Number.isFinite(d)));
  let inside = 0;
  for (let q = 0; q < nQueries; q++) {
    const row = distances.subarray(7 * q, 7 * q + 7);
    if (row[5] < 1.15 * step && row[0] > 0.85 * step && row[6] > 1.5 * step) inside++;
  }
  return nQueries >= 7 && inside > 0.5 * nQueries;
}

/**
 * The same slice with another unit; positions stay as they came.
 * @throws LabError("range") unless micronsPerUnit is a positive number
 */
export function withUnit(slice: Slice, unit: SpatialUnit): Slice {
  if (!(unit.micronsPerUnit > 0 && Number.isFinite(unit.micronsPerUnit)))
    throw new LabError(
      "range",
      `${unit.micronsPerUnit} µm per unit is no scale.`,
      "Give a positive number, for example 0.5 for pixels of half a µm.",
    );
  return { ...slice, unit };
}

function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}
