/** What a person can say where a file leaves it open. */
export interface OpenOptions {
  /** Element to read the expression from: "X", "layers/counts", "raw/X". */
  readonly matrix?: string;
  /** "obsm/X_spatial", or two columns of obs, "x_centroid,y_centroid". */
  readonly coordinates?: string;
  readonly unit?: { readonly name: string; readonly micronsPerUnit: number };
  /** Column of obs that names the section of a cell. */
  readonly sectionColumn?: string;
}
