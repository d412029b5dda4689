import { LabError } from "../errors";
import { stateOf } from "../slice/count-values";
import type { ObsColumn, Slice } from "../slice/slice";
import { packStrings } from "../slice/utf8-column";
import { validateSlice } from "../slice/validate";
import { quiet, type Task } from "../task";
import { type DataType, DataType as Types } from "./apache-arrow.mjs";
import { joinPieces, namesOf, obsColumn, type Piece, readPiece } from "./arrow-columns";
import { checkLists, joinedMatrix, viewMatrix } from "./arrow-counts";
import { type ArrowFile, openArrow } from "./arrow-file";
import { columnOf, decodeMetadata, FIELD, type LayoutMetadata } from "./arrow-layout";
import type { ByteSource } from "./byte-source";
import { COORDINATE_COLUMNS } from "./coordinate-columns";
import { nameFromFile } from "./file-name";
import type { OpenOptions } from "./open-options";
import { sectionsOf } from "./sections";
import { settleUnit } from "./slice-unit";

/**
 * A file in the lab's Arrow layout as a slice. Of a file with one record batch, which the lab writes, the counts
 * stay where they were read to; of several, each batch is copied once into place and given up.
 *
 * @throws LabError as `openSlice`
 */
export async function readArrow(source: ByteSource, options: OpenOptions = {}, task: Task = quiet): Promise<Slice> {
  const file = await openArrow(source, task);
  const names = file.schema.fields.map((field) => field.name);
  const [x, y] = coordinateFields(source.name, names, options.coordinates);
  const metadata = decodeMetadata(source.name, file.schema.metadata);
  const notes: string[] = [];
  const { X, columns } = await readBatches(source.name, file, metadata.varNames.length, notes);

  const nObs = X.indptr.length - 1;
  const name = metadata.name ?? nameFromFile(source.name);
  const cell = columns.get(FIELD.cell);
  const obs: ObsColumn[] = [];
  for (const [field, piece] of columns) {
    if ([x, y, FIELD.cell].includes(field)) continue;
    if (metadata.section?.field === field && !metadata.section.label) continue;
    const column = obsColumn(columnOf(field), piece);
    if (column) obs.push(withPalette(column, metadata));
    else notes.push(`Column ${field} is left out: too many different texts for a label.`);
  }
  const kept = metadata.provenance;
  const slice: Slice = {
    name,
    nObs,
    nVars: metadata.varNames.length,
    X,
    countState: metadata.countState ?? (X.data instanceof Float32Array ? stateOf(X.data) : "counts"),
    obsNames: cell ? namesOf(cell) : packStrings(Array.from({ length: nObs }, (_, i) => String(i))),
    varNames: metadata.varNames,
    spatial: interleave(source.name, columns, x, y, nObs),
    unit: metadata.unit ?? { name: "unknown", micronsPerUnit: 1, origin: "estimated" },
    obs,
    section: sectionOf(source.name, columns, obs, metadata, options.sectionColumn, name, nObs),
    // the origin of the data, not of this copy of it: a slice written, read and written again is the same file
    provenance: kept
      ? { ...kept, notes: [...kept.notes, ...notes.filter((note) => !kept.notes.includes(note))] }
      : { file: source.name, format: "arrow", matrix: "gene, count", notes },
  };
  return settleUnit(validateSlice(slice), options.unit, metadata.unit ?? null);
}

async function readBatches(name: string, file: ArrowFile, nVars: number, notes: string[]) {
  const { fields } = file.schema;
  const at = {
    gene: fields.findIndex((f) => f.name === FIELD.gene),
    count: fields.findIndex((f) => f.name === FIELD.count),
  };
  const geneNode = fields.slice(0, at.gene).reduce((n, field) => n + nodesOf(field.type), 0);
  const sizes = Array.from({ length: file.nBatches }, (_, i) => file.sizes(i));
  const nObs = sizes.reduce((n, size) => n + size.nRows, 0);
  const nnz = sizes.reduce((n, size) => n + size.nodes[geneNode + 1], 0);
  const joined = file.nBatches === 1 ? null : allocate(name, nObs, nnz, nVars);

  let X = joined?.matrix();
  const pieces = new Map<string, Piece[]>();
  for (let i = 0; i < file.nBatches; i++) {
    const { children } = (await file.batch(i)).data;
    const pair = { gene: children[at.gene], count: children[at.count] };
    checkLists(name, pair);
    if (joined) joined.append(pair, name);
    else X = viewMatrix(pair);
    fields.forEach(({ name: field, type }, f) => {
      if (f === at.gene || f === at.count) return;
      const piece = readPiece(children[f], !joined);
      if (piece && i > 0) pieces.get(field)!.push(piece);
      else if (piece) pieces.set(field, [piece]);
      else if (i === 0) notes.push(`Column ${field} is left out: it holds ${type}.`);
    });
  }
  const columns = new Map(Array.from(pieces, ([field, parts]) => [field, joinPieces(parts, nObs)]));
  return { X: joined ? joined.matrix() : X!, columns };
}

function allocate(name: string, nObs: number, nnz: number, nVars: number): ReturnType<typeof joinedMatrix> {
  try {
    return joinedMatrix(nObs, nnz, nVars);
  } catch (thrown) {
    throw new LabError(
      "memory",
      `${name} has ${nnz.toLocaleString("en")} entries, more than fit in memory.`,
      "Keep fewer cells or genes.",
      String(thrown),
    );
  }
}

/** Nodes a field takes up in the head of a batch: its own and those of its children; a dictionary's are elsewhere. */
function nodesOf(type: DataType): number {
  return 1 + (Types.isDictionary(type) ? 0 : (type.children ?? []).reduce((n, child) => n + nodesOf(child.type), 0));
}

function coordinateFields(
  file: string,
  names: readonly string[],
  wanted: string | undefined,
): readonly [string, string] {
  const missing = [FIELD.gene, FIELD.count].filter((field) => !names.includes(field));
  if (missing.length > 0)
    throw new LabError(
      "format",
      `${file} is an Arrow file but no slice: it has no column ${missing.join(" and no column ")}; it has ${names.slice(0, 8).join(", ")}${names.length > 8 ? " …" : ""}.`,
      "docs/formats.md gives ten lines of Python that write a slice from AnnData.",
    );
  const pairs = wanted === undefined ? COORDINATE_COLUMNS : [wanted.split(",").map((part) => part.trim())];
  const found = pairs.find((pair) => pair.length === 2 && pair.every((name) => names.includes(name)));
  if (found) return found as [string, string];
  throw new LabError(
    "missing",
    `${file} has no coordinates: no columns ${wanted ?? "x and y"}.`,
    "Write the positions of the cells as columns x and y.",
  );
}

function interleave(
  file: string,
  columns: ReadonlyMap<string, Piece>,
  x: string,
  y: string,
  nObs: number,
): Float32Array {
  const [xs, ys] = [x, y].map((name) => {
    const piece = columns.get(name);
    if (piece?.kind === "numbers") return piece.values;
    throw new LabError(
      "format",
      `${file}: the coordinates in column ${name} are not numbers.`,
      "Write them as float32.",
    );
  });
  const spatial = new Float32Array(2 * nObs);
  for (let i = 0; i < nObs; i++) {
    spatial[2 * i] = xs[i];
    spatial[2 * i + 1] = ys[i];
  }
  return spatial;
}

function withPalette(column: ObsColumn, { colors }: LayoutMetadata): ObsColumn {
  const palette = colors[column.name];
  return column.kind === "categorical" && palette?.length === column.categories.length
    ? { ...column, colors: palette }
    : column;
}

function sectionOf(
  file: string,
  columns: ReadonlyMap<string, Piece>,
  obs: readonly ObsColumn[],
  { section }: LayoutMetadata,
  wanted: string | undefined,
  sliceName: string,
  nObs: number,
): Slice["section"] {
  if (wanted !== undefined || !section) return sectionsOf(obs, wanted, sliceName, nObs);
  const piece = columns.get(section.field);
  if (piece?.kind !== "codes")
    throw new LabError(
      "format",
      `${file}: the column of sections, ${section.field}, is missing or holds no labels.`,
      "Write the file again.",
    );
  return { codes: piece.codes, names: piece.categories };
}
