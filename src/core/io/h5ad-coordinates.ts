import { LabError } from "../errors";
import { ARRAY_COLUMNS, COORDINATE_COLUMNS } from "./coordinate-columns";
import { columnNames } from "./h5ad-dataframe";
import type { Hdf5File, NumericArray } from "./hdf5-file";

export interface Coordinates {
  readonly spatial: Float32Array; // (nObs, 2)
  /** Where they came from: "obsm/spatial" or "obs/x, obs/y". */
  readonly from: string;
  /** Columns of obs that hold nothing but the coordinates. */
  readonly columns: readonly string[];
  /** Known from the source alone; null where it must be estimated. */
  readonly unit: { readonly name: string; readonly micronsPerUnit: number } | null;
}

const VISIUM_PITCH = 100; // µm between the centres of neighbouring spots
const OBSM = ["spatial", "X_spatial"];

/**
 * Positions of the cells: `wanted` ("obsm/x" or "colx,coly" of obs), else obsm/spatial, obsm/X_spatial,
 * then the coordinate columns of obs that tools write.
 * @throws LabError("missing") naming what was looked for
 */
export function readCoordinates(
  file: Hdf5File,
  nObs: number,
  wanted: string | undefined,
  notes: string[],
): Coordinates {
  const columns = new Set(columnNames(file, "obs"));
  const numeric = (name: string) =>
    columns.has(name) && file.kind(`obs/${name}`) === "dataset" && file.element(`obs/${name}`) === "number";

  if (wanted !== undefined) {
    const pair = wanted.split(",").map((part) => part.trim());
    if (pair.length === 2 && pair.every(numeric)) return fromColumns(file, pair[0], pair[1], nObs);
    const key = wanted.replace(/^obsm\//, "");
    if (file.kind(`obsm/${key}`)) return fromObsm(file, key, nObs, notes);
    throw new LabError(
      "missing",
      `${file.name} has no coordinates ${wanted}.`,
      `Choose one of ${[...file.keys("obsm").map((k) => `obsm/${k}`), ...columns].join(", ") || "nothing: the file has none"}.`,
    );
  }
  for (const key of OBSM) if (file.kind(`obsm/${key}`)) return fromObsm(file, key, nObs, notes);
  for (const [x, y] of COORDINATE_COLUMNS) if (numeric(x) && numeric(y)) return fromColumns(file, x, y, nObs);
  if (ARRAY_COLUMNS.every(numeric)) return fromArrayPosition(file, nObs, notes);

  throw new LabError(
    "missing",
    `${file.name} has no coordinates: neither obsm/spatial nor obsm/X_spatial, nor columns like x and y in obs.`,
    'Put the positions of the cells into adata.obsm["spatial"], shape (cells, 2), and save the file again.',
  );
}

function fromObsm(file: Hdf5File, key: string, nObs: number, notes: string[]): Coordinates {
  const path = `obsm/${key}`;
  const from = { from: path, columns: [], unit: null };
  if (file.kind(path) === "group") {
    const names = columnNames(file, path);
    if (names.length < 2 || file.kind(`${path}/indptr`))
      throw new LabError(
        "format",
        `${file.name}: ${path} is not a table of positions.`,
        "Store it as an array of shape (cells, 2).",
      );
    if (names.length > 2) notes.push(`${path} has ${names.length} columns; ${names[0]} and ${names[1]} are used.`);
    return {
      spatial: interleave(
        file.numbers(`${path}/${names[0]}`),
        file.numbers(`${path}/${names[1]}`),
        nObs,
        file.name,
        path,
      ),
      ...from,
    };
  }
  const [rows, width = 1] = file.shape(path);
  if (rows !== nObs || width < 2)
    throw new LabError(
      "shape",
      `${file.name}: ${path} has shape (${file.shape(path).join(", ")}), expected (${nObs}, 2).`,
      "It must hold one row of x and y for every cell.",
    );
  const values = file.numbers(path);
  if (width > 2) notes.push(`${path} has ${width} columns; the first two are used as x and y.`);
  const spatial = new Float32Array(2 * nObs);
  for (let i = 0; i < nObs; i++) {
    spatial[2 * i] = values[width * i];
    spatial[2 * i + 1] = values[width * i + 1];
  }
  return { spatial, ...from };
}

function fromColumns(file: Hdf5File, x: string, y: string, nObs: number): Coordinates {
  const spatial = interleave(file.numbers(`obs/${x}`), file.numbers(`obs/${y}`), nObs, file.name, `obs/${x}`);
  const unit = /_um$/.test(x) ? { name: "µm", micronsPerUnit: 1 } : null;
  return { spatial, from: `obs/${x}, obs/${y}`, columns: [x, y], unit };
}

// Visium numbers its columns so that neighbours in a row are two apart and rows are shifted by one.
function fromArrayPosition(file: Hdf5File, nObs: number, notes: string[]): Coordinates {
  const [column, row] = ARRAY_COLUMNS;
  const columns = file.numbers(`obs/${column}`);
  const rows = file.numbers(`obs/${row}`);
  const from = { from: `obs/${column}, obs/${row}`, columns: [] };
  let shifted = true;
  for (let i = 0; i < nObs; i++) if ((columns[i] + rows[i]) % 2 !== 0) shifted = false;
  if (!shifted) return { spatial: interleave(columns, rows, nObs, file.name, `obs/${column}`), unit: null, ...from };

  notes.push(`Positions come from ${column} and ${row}, taken for Visium's lattice of ${VISIUM_PITCH} µm.`);
  const x = Float64Array.from(columns, (c) => (c * VISIUM_PITCH) / 2);
  const y = Float64Array.from(rows, (r) => (r * VISIUM_PITCH * Math.sqrt(3)) / 2);
  return {
    spatial: interleave(x, y, nObs, file.name, `obs/${column}`),
    unit: { name: "µm", micronsPerUnit: 1 },
    ...from,
  };
}

function interleave(x: NumericArray, y: NumericArray, nObs: number, file: string, path: string): Float32Array {
  if (x.length !== nObs || y.length !== nObs)
    throw new LabError(
      "shape",
      `${file}: ${path} has ${x.length} values for ${nObs} cells.`,
      "The file is damaged; export it again.",
    );
  const spatial = new Float32Array(2 * nObs);
  for (let i = 0; i < nObs; i++) {
    spatial[2 * i] = x[i];
    spatial[2 * i + 1] = y[i];
  }
  return spatial;
}
