import { LabError } from "../errors";
import type { CategoricalColumn, Slice, Utf8Column } from "../slice/slice";
import { quiet, type Task } from "../task";
import {
  type Data,
  DataType,
  Field,
  FixedSizeList,
  Float32,
  Int32,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Utf8,
} from "./apache-arrow.mjs";
import { SinkWriter } from "./arrow";
import { joinPieces, namesOf, type Piece, readPiece } from "./arrow-columns";
import { every, labelField, numberData, textData } from "./arrow-fields";
import { openArrow } from "./arrow-file";
import type { ByteSource } from "./byte-source";

// The tables of a run, as Arrow files; docs/cli.md describes them for people.

/** What a run learned of each cell, with all that is needed to cluster, score and draw it without the slice. */
export interface EmbeddingTable {
  readonly obsNames: Utf8Column;
  readonly section: Slice["section"];
  readonly positions: Float32Array; // (nObs, 2), µm
  readonly labels: readonly CategoricalColumn[];
  readonly embedding: Float32Array; // (nObs, size), row-major
  readonly size: number;
}

export interface ClusterTable {
  readonly obsNames: Utf8Column;
  readonly codes: Int32Array; // (nObs,), 0 = the largest, -1 = none
  /** How they were made, by name; free text. */
  readonly metadata: Readonly<Record<string, string>>;
}

export type Sink = (bytes: Uint8Array) => void;
/** A field and what stands in it. */
export type Column = [Field, Data];

const RESERVED = ["id", "section", "x", "y", "embedding"];
const PREFIX = "obs."; // before a label that is called like a column of ours
const COLORS = "run.colors";

/**
 * Columns id, section, x and y in µm, the labels as dictionaries, and embedding as lists of one length.
 * @param sink  takes the bytes of the file in turn; the same table always gives the same bytes
 */
export function writeEmbeddingTable(table: EmbeddingTable, sink: Sink): void {
  const { obsNames, section, positions, labels, embedding, size } = table;
  const nObs = section.codes.length;
  const item = new Field("item", new Float32(), false);
  const list = new FixedSizeList(size, item);
  const sections = labelField("section", section.names, 0);
  const coded = labels.map(({ name, categories }, at) => labelField(fieldOf(name), categories, at + 1));
  const columns: [Field, Data][] = [
    [new Field("id", new Utf8(), false), textData(obsNames, nObs)],
    [sections.field, sections.data(section.codes)],
    [new Field("x", new Float32(), false), numberData(every(positions, nObs, 0), nObs)],
    [new Field("y", new Float32(), false), numberData(every(positions, nObs, 1), nObs)],
    ...coded.map(({ field, data }, at): [Field, Data] => [field, data(labels[at].codes)]),
    [
      new Field("embedding", list, false),
      makeData({ type: list, length: nObs, nullCount: 0, child: numberData(embedding, embedding.length) }),
    ],
  ];
  const palettes = Object.fromEntries(labels.flatMap(({ name, colors }) => (colors ? [[name, colors]] : [])));
  writeTable(columns, nObs, new Map([[COLORS, JSON.stringify(palettes)]]), sink);
}

/** Columns id and cluster (int32). */
export function writeClusterTable({ obsNames, codes, metadata }: ClusterTable, sink: Sink): void {
  const type = new Int32();
  const columns: [Field, Data][] = [
    [new Field("id", new Utf8(), false), textData(obsNames, codes.length)],
    [new Field("cluster", type, false), makeData({ type, length: codes.length, nullCount: 0, data: codes })],
  ];
  writeTable(columns, codes.length, new Map(Object.entries(metadata)), sink);
}

/**
 * An embedding written by the lab, or by others in the same columns; only id and embedding must be there.
 * @throws LabError("format" | "missing") naming the column that is not as it should be
 */
export async function readEmbeddingTable(source: ByteSource, task: Task = quiet): Promise<EmbeddingTable> {
  const { columns, lists, nObs, metadata } = await readTable(source, task);
  const embedding = lists.get("embedding");
  if (!embedding) throw missing(source, "embedding", "lists of float32, all of one length");
  const palettes = JSON.parse(metadata.get(COLORS) ?? "{}") as Record<string, readonly string[]>;
  const labels = Array.from(columns, ([field, piece]): CategoricalColumn | null => {
    if (RESERVED.includes(field) || piece.kind !== "codes") return null;
    const name = field.startsWith(PREFIX) ? field.slice(PREFIX.length) : field;
    const colors = palettes[name];
    return { kind: "categorical", name, codes: piece.codes, categories: piece.categories, ...(colors && { colors }) };
  });
  const section = columns.get("section");
  return {
    obsNames: idsOf(source, columns),
    section:
      section?.kind === "codes"
        ? { codes: section.codes, names: section.categories }
        : { codes: new Int8Array(nObs), names: ["all"] },
    positions: positionsOf(columns, nObs),
    labels: labels.filter((label) => label !== null),
    ...embedding,
  };
}

/**
 * @throws LabError("format" | "missing") as `readEmbeddingTable`
 */
export async function readClusterTable(source: ByteSource, task: Task = quiet): Promise<ClusterTable> {
  const { columns, metadata } = await readTable(source, task);
  const cluster = columns.get("cluster");
  if (cluster?.kind !== "numbers") throw missing(source, "cluster", "whole numbers");
  return {
    obsNames: idsOf(source, columns),
    codes: Int32Array.from(cluster.values),
    metadata: Object.fromEntries(metadata),
  };
}

/** One batch of rows as an Arrow file. */
export function writeTable(columns: Column[], length: number, metadata: Map<string, string>, sink: Sink): void {
  const schema = new Schema(
    columns.map(([field]) => field),
    metadata,
  );
  const file = new SinkWriter(sink);
  file.reset(undefined, schema);
  const children = columns.map(([, data]) => data);
  file.write(new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, children })));
  file.finish();
}

interface ListColumn {
  readonly embedding: Float32Array; // (nObs, size)
  readonly size: number;
}

async function readTable(source: ByteSource, task: Task) {
  const file = await openArrow(source, task);
  const { fields, metadata } = file.schema;
  const pieces = new Map<string, Piece[]>();
  const blocks = new Map<string, Float32Array[]>();
  let nObs = 0;
  for (let i = 0; i < file.nBatches; i++) {
    const { numRows, data } = await file.batch(i);
    fields.forEach(({ name, type }, at) => {
      const column = data.children[at];
      if (DataType.isFixedSizeList(type)) push(blocks, name, listValues(source, name, column, type.listSize));
      else {
        const piece = readPiece(column, true);
        if (piece) push(pieces, name, piece);
      }
    });
    nObs += numRows;
  }
  const lists = new Map<string, ListColumn>();
  for (const { name, type } of fields) {
    if (DataType.isFixedSizeList(type) && blocks.has(name))
      lists.set(name, { embedding: concatenate(blocks.get(name)!), size: type.listSize });
  }
  const columns = new Map(Array.from(pieces, ([name, parts]) => [name, joinPieces(parts, nObs)]));
  return { columns, lists, nObs, metadata };
}

/** Values of a column of lists, a view of the file where they are float32. */
function listValues(source: ByteSource, name: string, { children, length, nullCount }: Data, size: number) {
  const [child] = children;
  if (nullCount > 0 || child.nullCount > 0)
    throw new LabError("format", `${source.name}: column ${name} has missing values.`, "Leave these cells out.");
  const values = readPiece(child, true);
  if (values?.kind !== "numbers") throw missing(source, name, "lists of float32, all of one length");
  return values.values.subarray(0, length * size);
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0];
  const joined = new Float32Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function idsOf(source: ByteSource, columns: ReadonlyMap<string, Piece>): Utf8Column {
  const id = columns.get("id");
  if (!id) throw missing(source, "id", "the names of the cells");
  return namesOf(id);
}

function positionsOf(columns: ReadonlyMap<string, Piece>, nObs: number): Float32Array {
  const [x, y] = ["x", "y"].map((name) => columns.get(name));
  const positions = new Float32Array(2 * nObs).fill(Number.NaN);
  if (x?.kind !== "numbers" || y?.kind !== "numbers") return positions;
  for (let i = 0; i < nObs; i++) {
    positions[2 * i] = x.values[i];
    positions[2 * i + 1] = y.values[i];
  }
  return positions;
}

function fieldOf(label: string): string {
  return RESERVED.includes(label) || label.startsWith(PREFIX) ? PREFIX + label : label;
}

function missing({ name }: ByteSource, column: string, holds: string): LabError {
  return new LabError(
    "missing",
    `${name} has no column ${column} of ${holds}.`,
    "docs/cli.md describes the files of a run; train writes them.",
  );
}

function push<T>(into: Map<string, T[]>, name: string, value: T): void {
  const list = into.get(name);
  if (list) list.push(value);
  else into.set(name, [value]);
}
