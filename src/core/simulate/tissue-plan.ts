import type { TissueName } from "./options";

/** A region of the tissue with a name and a make-up of its own: a layer, an organ, a nucleus. */
export interface Domain {
  readonly name: string;
  /** "#rrggbb", told apart by the colour-blind from its neighbours in the tissue. */
  readonly color: string;
  /** Cells per area, relative to the densest domain at 1. */
  readonly density: number;
}

export interface CellType {
  readonly name: string;
  readonly class: string;
  /** Counts of a cell relative to the average cell. */
  readonly size: number;
  /** Share of each domain's cells, relative; one number per domain. */
  readonly abundance: readonly number[];
}

/** A row of a tissue's table of types. */
export const cellType = (name: string, of: string, size: number, abundance: readonly number[]): CellType => ({
  name,
  class: of,
  size,
  abundance,
});

/** One place of a section, written by `TissuePlan.locate`. */
export interface Place {
  /** Index into `domains`, -1 outside the tissue. */
  domain: number;
  /** Position along the tissue's own axis, 0 to 1. */
  axis: number;
}

/** Drawing of a tissue, in its own unit: it lies within [-1.3, 1.3] × [-1.3, 1.3], y upwards. */
export interface TissuePlan {
  readonly name: TissueName;
  readonly domains: readonly Domain[];
  readonly types: readonly CellType[];
  /** Name of the axis ("depth"), which becomes an obs column. */
  readonly axisName: string;
  /** Outlines and domains of one section; `level` from -1 (first section) to 1 (last) moves through the tissue. */
  section(seed: number, level: number): (x: number, y: number, place: Place) => void;
}
