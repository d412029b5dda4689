import type { CountState, Provenance, Slice, SpatialUnit } from "../slice/slice";

/** Everything about a slice but its cells: known before the first is written. */
export interface ArrowLayout {
  readonly name: string;
  readonly varNames: readonly string[];
  /** The narrowest type that holds every count to come. */
  readonly countType: "uint8" | "uint16" | "float32";
  readonly unit: SpatialUnit;
  readonly countState: CountState;
  readonly provenance: Provenance;
  readonly sectionNames: readonly string[];
  /** Name of the obs column that is the section as well, if one is; it is then written once. */
  readonly sectionColumn?: string;
  readonly obs: readonly ObsLayout[];
}

export type ObsLayout =
  | { readonly kind: "numeric"; readonly name: string }
  | {
      readonly kind: "categorical";
      readonly name: string;
      readonly categories: readonly string[];
      readonly colors?: readonly string[];
    };

/** Some cells, rows from 0; one record batch. */
export type CellChunk = Pick<Slice, "X" | "obsNames" | "spatial"> & {
  readonly sectionCodes: Slice["section"]["codes"];
  /** Per column of the layout, in its order: codes or values. */
  readonly obs: readonly (Int8Array | Int16Array | Int32Array | Float32Array)[];
};
