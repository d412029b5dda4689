import { LabError } from "../errors";
import { checkForm } from "../slice/canonical";
import { stateOf } from "../slice/count-values";
import type { ObsColumn, Slice } from "../slice/slice";
import { packStrings } from "../slice/utf8-column";
import { validateSlice } from "../slice/validate";
import { quiet, type Task } from "../task";
import { type DataType, DataType as Types } from "./apache-arrow.mjs";
import { joinPieces, namesOf, obsColumn, type Piece, readPiece } from "./arrow-columns";
import { checkLists, joinedMatrix, type ListPair, viewMatrix } from "./arrow-counts";
import { type ArrowFile, openArrow } from "./arrow-file";
import { columnOf, decodeMetadata, FIELD, type LayoutMetadata } from "./arrow-layout";
import type { ByteSource } from "./byte-source";
import { COORDINATE_COLUMNS } from "./coordinate-columns";
import { nameFromFile } from "./file-name";
import type { OpenOptions } from "./open-options";
import { noCounts, type RowRange, type RowStream } from "./row-stream";
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
  const { metadata, assemble } = beginSlice(source.name, file, options);
  const { X, columns, notes } = await readBatches(source.name, file, metadata.varNames.length);
  const countState = metadata.countState ?? (X.data instanceof Float32Array ? stateOf(X.data) : "counts");
  const slice = { ...assemble(columns, notes), X, countState };
  return settleUnit(validateSlice(slice), options.unit, metadata.unit ?? null);
}

/**
 * A file whose counts come batch by batch, in the order of the file: no more of them is held than a batch. The file is read
 * twice, first for all other columns.
 *
 * @throws LabError as `openSlice`, but for what only the counts themselves show
 */
export async function streamArrow<T>(
  source: ByteSource,
  options: OpenOptions,
  task: Task,
  use: (rows: RowStream) => Promise<T>,
): Promise<T> {
  const file = await openArrow(source, task);
  const { metadata, assemble } = beginSlice(source.name, file, options);
  const { columns, notes } = await readColumns(file);
  const head = assemble(columns, notes);
  return use({
    head: settleUnit({ ...head, countState: metadata.countState ?? "counts" }, options.unit, metadata.unit ?? null),
    ranges: () => batchRanges(source.name, file, head.nVars),
  });
}

/** What the schema says of a slice, and how it is put together from its columns, but for the counts. */
function beginSlice(sourceName: string, file: ArrowFile, options: OpenOptions) {
  const names = file.schema.fields.map((field) => field.name);
  const axes = coordinateFields(sourceName, names, options.coordinates);
  const metadata = decodeMetadata(sourceName, file.schema.metadata);
  const assemble = (columns: ReadonlyMap<string, Piece>, notes: readonly string[]) =>
    headOf(sourceName, { file, axes, metadata, columns, notes, options });
  return { metadata, assemble };
}

interface HeadParts {
  readonly file: ArrowFile;
  readonly axes: readonly [string, string];
  readonly metadata: LayoutMetadata;
  readonly columns: ReadonlyMap<string, Piece>;
  readonly notes: readonly string[];
  readonly options: OpenOptions;
}

function headOf(
  sourceName: string,
  { file, axes: [x, y], metadata, columns, notes: found, options }: HeadParts,
): Slice {
  const notes = [...found];
  const nObs = rowsOf(file);
  const name = metadata.name ?? nameFromFile(sourceName);
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
  return {
    name,
    nObs,
    nVars: metadata.varNames.length,
    X: noCounts(nObs),
    countState: "counts",
    obsNames: cell ? namesOf(cell) : packStrings(Array.from({ length: nObs }, (_, i) => String(i))),
    varNames: metadata.varNames,
    spatial: interleave(sourceName, columns, x, y, nObs),
    unit: metadata.unit ?? { name: "unknown", micronsPerUnit: 1, origin: "estimated" },
    obs,
    section: sectionOf(sourceName, columns, obs, metadata, options.sectionColumn, name, nObs),
    // the origin of the data, not of this copy of it: a slice written, read and written again is the same file
    provenance: kept
      ? { ...kept, notes: [...kept.notes, ...notes.filter((note) => !kept.notes.includes(note))] }
      : { file: sourceName, format: "arrow", matrix: "gene, count", notes },
  };
}

/** Of every batch the columns beside the counts, and the counts to `takeCounts` where they are wanted. */
async function readColumns(
  file: ArrowFile,
  takeCounts?: (pair: ListPair) => void,
): Promise<{ columns: Map<string, Piece>; notes: string[] }> {
  const { fields } = file.schema;
  const at = listFields(file);
  const pieces = new Map<string, Piece[]>();
  const notes: string[] = [];
  // views keep the whole batch they lie in: right where its counts are kept as well
  const keep = file.nBatches === 1 && takeCounts !== undefined;
  for (let i = 0; i < file.nBatches; i++) {
    const { children } = (await file.batch(i)).data;
    takeCounts?.({ gene: children[at.gene], count: children[at.count] });
    fields.forEach(({ name: field, type }, f) => {
      if (f === at.gene || f === at.count) return;
      const piece = readPiece(children[f], keep);
      if (piece && i > 0) pieces.get(field)!.push(piece);
      else if (piece) pieces.set(field, [piece]);
      else if (i === 0) notes.push(`Column ${field} is left out: it holds ${type}.`);
    });
  }
  const nObs = rowsOf(file);
  return { columns: new Map(Array.from(pieces, ([field, parts]) => [field, joinPieces(parts, nObs)])), notes };
}

async function readBatches(name: string, file: ArrowFile, nVars: number) {
  const { fields } = file.schema;
  const { gene } = listFields(file);
  const geneNode = fields.slice(0, gene).reduce((n, field) => n + nodesOf(field.type), 0);
  const sizes = Array.from({ length: file.nBatches }, (_, i) => file.sizes(i));
  const nnz = sizes.reduce((n, size) => n + size.nodes[geneNode + 1], 0);
  const joined = file.nBatches === 1 ? null : allocate(name, rowsOf(file), nnz, nVars);

  let X = joined?.matrix();
  const { columns, notes } = await readColumns(file, (pair) => {
    checkLists(name, pair);
    if (joined) joined.append(pair, name);
    else X = viewMatrix(pair);
  });
  return { X: joined ? joined.matrix() : X!, columns, notes };
}

async function* batchRanges(name: string, file: ArrowFile, nVars: number): AsyncGenerator<RowRange, void, void> {
  const at = listFields(file);
  for (let i = 0, from = 0; i < file.nBatches; i++) {
    const { children } = (await file.batch(i)).data;
    const pair = { gene: children[at.gene], count: children[at.count] };
    checkLists(name, pair);
    const X = viewMatrix(pair);
    const nObs = X.indptr.length - 1;
    checkForm(X, nObs, nVars);
    yield { from, X };
    from += nObs;
  }
}

function listFields({ schema }: ArrowFile): { gene: number; count: number } {
  const at = (name: string): number => schema.fields.findIndex((field) => field.name === name);
  return { gene: at(FIELD.gene), count: at(FIELD.count) };
}

function rowsOf(file: ArrowFile): number {
  let n = 0;
  for (let i = 0; i < file.nBatches; i++) n += file.sizes(i).nRows;
  return n;
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
