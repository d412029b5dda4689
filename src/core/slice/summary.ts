import { medianNeighbourDistance } from "./neighbour-distance";
import type { CountState, ObsColumn, Slice, SpatialUnit } from "./slice";

/** A section or a label and how many cells have it. */
export interface Tally {
  readonly name: string;
  readonly cells: number;
}

export type ObsSummary =
  | {
      readonly name: string;
      readonly kind: "categorical";
      readonly categories: readonly Tally[];
      readonly missing: number;
    }
  /** min and max are null where every value is missing. */
  | {
      readonly name: string;
      readonly kind: "numeric";
      readonly min: number | null;
      readonly max: number | null;
      readonly missing: number;
    };

/** A slice in a few numbers; plain data, the JSON of `inspect`. */
export interface SliceSummary {
  readonly name: string;
  readonly nObs: number;
  readonly nVars: number;
  /** Entries above zero. */
  readonly nnz: number;
  readonly totalCounts: number;
  readonly countState: CountState;
  /** The element the counts were read from. */
  readonly matrix: string;
  readonly unit: SpatialUnit;
  /** µm; null where no section has two cells. */
  readonly medianNeighbourDistance: number | null;
  readonly sections: readonly Tally[];
  readonly obs: readonly ObsSummary[];
  readonly notes: readonly string[];
}

/** Cost: O(nnz + nObs x columns). */
export function summarize(slice: Slice): SliceSummary {
  const { X, section, unit, provenance } = slice;
  let totalCounts = 0;
  for (let e = 0; e < X.data.length; e++) totalCounts += X.data[e];
  const spacing = medianNeighbourDistance(slice.spatial, section.codes) * unit.micronsPerUnit;
  return {
    name: slice.name,
    nObs: slice.nObs,
    nVars: slice.nVars,
    nnz: X.data.length,
    totalCounts,
    countState: slice.countState,
    matrix: provenance.matrix,
    unit,
    medianNeighbourDistance: Number.isNaN(spacing) ? null : spacing,
    sections: tallies(section.codes, section.names).counted,
    obs: slice.obs.map(summarizeColumn),
    notes: provenance.notes,
  };
}

function summarizeColumn(column: ObsColumn): ObsSummary {
  if (column.kind === "categorical") {
    const { counted, missing } = tallies(column.codes, column.categories);
    return { name: column.name, kind: column.kind, categories: counted, missing };
  }
  let [min, max, missing] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const v of column.values) {
    if (Number.isNaN(v)) missing++;
    if (v < min) min = v;
    if (v > max) max = v;
  }
  const some = missing < column.values.length;
  return { name: column.name, kind: column.kind, min: some ? min : null, max: some ? max : null, missing };
}

function tallies(codes: ArrayLike<number>, names: readonly string[]): { counted: Tally[]; missing: number } {
  const cells = new Uint32Array(names.length);
  let missing = 0;
  for (let i = 0; i < codes.length; i++) {
    if (codes[i] < 0) missing++;
    else cells[codes[i]]++;
  }
  return { counted: names.map((name, code) => ({ name, cells: cells[code] })), missing };
}
