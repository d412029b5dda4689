/** Pairs of column names under which tools write the position of a cell, most telling first. */
export const COORDINATE_COLUMNS: readonly (readonly [x: string, y: string])[] = [
  ["x", "y"],
  ["X", "Y"],
  ["x_centroid", "y_centroid"],
  ["center_x", "center_y"],
  ["CenterX_global_px", "CenterY_global_px"],
  ["x_coord", "y_coord"],
  ["x_um", "y_um"],
  ["pxl_col_in_fullres", "pxl_row_in_fullres"],
  ["imagecol", "imagerow"],
  ["Centroid_X", "Centroid_Y"],
  ["coor_X", "coor_Y"],
  ["spatial_x", "spatial_y"],
];

/** Visium's place on the slide; a lattice of spots, used when nothing better is there. */
export const ARRAY_COLUMNS = ["array_col", "array_row"] as const;

/** Names under which tools write the section a cell is of. */
export const SECTION_COLUMNS: readonly string[] = [
  "section",
  "Section",
  "section_id",
  "sample",
  "sample_id",
  "slice",
  "slice_id",
  "library_id",
  "brain_section_label",
];
