/**
 * Raw counts of nObs cells by nVars genes in compressed sparse rows: row i owns the entries
 * indptr[i] .. indptr[i + 1] of `indices` (gene) and `data` (count). Genes ascend inside a row; no explicit zeros.
 */
export interface CountMatrix {
  readonly indptr: Uint32Array; // (nObs + 1,)
  readonly indices: Uint16Array | Uint32Array; // (nnz,)
  readonly data: Uint8Array | Uint16Array | Float32Array; // (nnz,), the narrowest type that holds the counts exactly
}

/** UTF-8 strings back to back, as Arrow keeps them, so that five million cell names cost no JavaScript strings. */
export interface Utf8Column {
  readonly offsets: Int32Array; // (n + 1,)
  readonly bytes: Uint8Array;
}

export interface CategoricalColumn {
  readonly kind: "categorical";
  readonly name: string;
  readonly codes: Int8Array | Int16Array | Int32Array; // (nObs,), -1 = missing
  readonly categories: readonly string[];
  /** "#rrggbb" per category where the file brings a palette (`uns['<name>_colors']`). */
  readonly colors?: readonly string[];
}

export interface NumericColumn {
  readonly kind: "numeric";
  readonly name: string;
  readonly values: Float32Array; // (nObs,), NaN = missing
}

export type ObsColumn = CategoricalColumn | NumericColumn;

/** Which unit `spatial` is in, and how we know. */
export interface SpatialUnit {
  /** "µm", "pixel", "mm", "unknown" … as the source or the person says. */
  readonly name: string;
  readonly micronsPerUnit: number;
  /** `declared` by the file, `estimated` from the median nearest-neighbour distance, or `set` by the person. */
  readonly origin: "declared" | "estimated" | "set";
}

/** What X holds. Methods need counts; anything else is said aloud. */
export type CountState = "counts" | "log1p" | "unknown";

/** Where a slice came from, so that a run can be repeated. */
export interface Provenance {
  readonly file: string; // name only, never a path
  readonly format: "arrow" | "h5ad" | "simulated";
  /** The element the counts were read from: "X", "layers/counts", "raw/X". */
  readonly matrix: string;
  /** What the reader did or noticed, one sentence each ("12 genes without a name were dropped"). */
  readonly notes: readonly string[];
}

/**
 * One dropped file: cells (obs) by genes (var), in one or several sections of tissue.
 * Immutable; preprocessing is a recipe applied on reading X, never an overwrite.
 */
export interface Slice {
  readonly name: string;
  readonly nObs: number;
  readonly nVars: number;
  readonly X: CountMatrix;
  readonly countState: CountState;
  readonly obsNames: Utf8Column;
  readonly varNames: readonly string[];
  /**
   * Positions, shape (nObs, 2), row-major, in the source's own unit.
   * Kept as they came, so that correcting the unit loses no bit; `positionsMicrons` gives µm.
   */
  readonly spatial: Float32Array;
  readonly unit: SpatialUnit;
  readonly obs: readonly ObsColumn[];
  /** Which section each cell is of; one section named after the slice where the file has none. */
  readonly section: { readonly codes: Int8Array | Int16Array | Int32Array; readonly names: readonly string[] };
  readonly provenance: Provenance;
}

/** Positions in µm, shape (nObs, 2). Computed in double precision, then rounded once. */
export function positionsMicrons(slice: Pick<Slice, "spatial" | "unit">): Float32Array {
  const { micronsPerUnit } = slice.unit;
  return micronsPerUnit === 1 ? slice.spatial : slice.spatial.map((v) => v * micronsPerUnit);
}
