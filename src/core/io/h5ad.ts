import { LabError } from "../errors";
import { stateOf } from "../slice/count-values";
import type { ObsColumn, Slice, SpatialUnit } from "../slice/slice";
import { unitNamed } from "../slice/unit";
import { validateSlice } from "../slice/validate";
import { quiet, type Task } from "../task";
import type { ByteSource } from "./byte-source";
import { nameFromFile } from "./file-name";
import { withColors } from "./h5ad-colors";
import { readCoordinates } from "./h5ad-coordinates";
import { chooseMatrix } from "./h5ad-counts";
import { columnNames, readColumn, rowNames, strings } from "./h5ad-dataframe";
import { type MatrixElement, matrixRanges, readMatrix, sampleState } from "./h5ad-matrix";
import { type Hdf5File, openHdf5 } from "./hdf5-file";
import type { OpenOptions } from "./open-options";
import { noCounts, type RowStream } from "./row-stream";
import { sectionsOf } from "./sections";
import { settleUnit } from "./slice-unit";

/**
 * An AnnData file as a slice: counts from X, layers/counts or raw/X, labels and numbers of obs, positions of obsm,
 * palettes of uns. Reads what it needs, piece by piece; the file is never whole in memory.
 *
 * @throws LabError as `openSlice`
 * Source: anndata's on-disk format, encodings 0.1.0 and 0.2.0, and the unversioned one before.
 */
export async function readH5ad(source: ByteSource, options: OpenOptions = {}, task: Task = quiet): Promise<Slice> {
  task.progress(0, 1, "opening the file");
  const file = await openHdf5(source);
  try {
    const { head, element, declared } = readHead(file, options);
    const X = readMatrix(file, element, task);
    // chosen for its counts by a sample: decimals elsewhere in it are an error, not another kind of matrix
    const countState = options.matrix !== undefined && X.data instanceof Float32Array ? stateOf(X.data) : "counts";
    return settleUnit(validateSlice({ ...head, X, countState }), options.unit, declared);
  } finally {
    file.close();
  }
}

/**
 * An AnnData file whose counts come by ranges of cells, in the order of the file: no more of them is held than a range.
 * A matrix by columns knows no cell before its end, so that one is read whole.
 *
 * @throws LabError as `openSlice`, but for what only the counts themselves show
 */
export async function streamH5ad<T>(
  source: ByteSource,
  options: OpenOptions,
  task: Task,
  use: (rows: RowStream) => Promise<T>,
): Promise<T> {
  const file = await openHdf5(source);
  try {
    const { head, element, declared } = readHead(file, options);
    const state = options.matrix === undefined ? "counts" : sampleState(file, element).state;
    return await use({
      head: settleUnit({ ...head, countState: state }, options.unit, declared),
      ranges: () => matrixRanges(file, element, task),
    });
  } finally {
    file.close();
  }
}

interface Head {
  /** All but the counts. */
  readonly head: Slice;
  readonly element: MatrixElement;
  readonly declared: SpatialUnit | null;
}

function readHead(file: Hdf5File, options: OpenOptions): Head {
  const notes: string[] = [];
  const element = chooseMatrix(file, options.matrix, notes);
  const frame = (name: string) => {
    if (file.kind(name) === null)
      throw new LabError(
        "missing",
        `${file.name} has no ${name}.`,
        "It is no complete AnnData file; write it again with anndata.",
      );
    return rowNames(file, name);
  };
  const obsNames = frame("obs");
  const varNames = strings(frame(element.path === "raw/X" ? "raw/var" : "var"));
  const nObs = obsNames.offsets.length - 1;
  if (element.nObs !== nObs || element.nVars !== varNames.length)
    throw new LabError(
      "shape",
      `${file.name}: ${element.path} is ${element.nObs} x ${element.nVars}, but there are ${nObs} cells and ${varNames.length} genes.`,
      "The file is inconsistent; write it again with anndata.",
    );
  const coordinates = readCoordinates(file, nObs, options.coordinates, notes);
  const obs = readObs(file, coordinates.columns, notes);
  const name = nameFromFile(file.name);

  const head: Slice = {
    name,
    nObs,
    nVars: varNames.length,
    X: noCounts(nObs),
    countState: "counts",
    obsNames,
    varNames,
    spatial: coordinates.spatial,
    unit: { name: "unknown", micronsPerUnit: 1, origin: "estimated" },
    obs,
    section: sectionsOf(obs, options.sectionColumn, name, nObs),
    provenance: { file: file.name, format: "h5ad", matrix: element.path, notes },
  };
  const declared: SpatialUnit | null = coordinates.unit
    ? { ...coordinates.unit, origin: "declared" }
    : declaredUnit(file, coordinates.from);
  return { head, element, declared };
}

function readObs(file: Hdf5File, leaveOut: readonly string[], notes: string[]): ObsColumn[] {
  return columnNames(file, "obs")
    .filter((name) => !leaveOut.includes(name))
    .map((name) => readColumn(file, "obs", name, notes))
    .filter((column) => column !== null)
    .map((column) => (column.kind === "categorical" ? withColors(file, column, notes) : column));
}

/**
 * A unit the file names: an attribute of the coordinates, or an entry of uns. AnnData has no convention for it;
 * `microns_per_pixel` is what Visium HD's scale factors say.
 */
function declaredUnit(file: Hdf5File, from: string): SpatialUnit | null {
  for (const path of [from, "uns/spatial"]) {
    for (const key of ["unit", "units"]) {
      const named = file.kind(path) === null ? undefined : file.attribute(path, key);
      const unit = typeof named === "string" ? unitNamed(named) : null;
      if (unit) return unit;
    }
  }
  for (const key of ["spatial_unit", "spatial_units", "unit"]) {
    const path = `uns/${key}`;
    if (file.kind(path) !== "dataset" || file.element(path) !== "text") continue;
    const unit = unitNamed(strings(file.text(path))[0] ?? "");
    if (unit) return unit;
  }
  for (const library of file.keys("uns/spatial")) {
    const path = `uns/spatial/${library}/scalefactors/microns_per_pixel`;
    if (file.kind(path) !== "dataset") continue;
    const scale = file.numbers(path)[0];
    if (scale > 0) return { name: "pixel", micronsPerUnit: scale, origin: "declared" };
  }
  return null;
}
