import { LabError } from "../errors";
import type { Slice } from "../slice/slice";
import { quiet, type Task, throwIfCancelled } from "../task";
import { makeData, RecordBatch, RecordBatchFileWriter, Schema, Struct } from "./apache-arrow.mjs";
import type { ArrowLayout, CellChunk } from "./arrow-chunk";
import { fieldsOf } from "./arrow-fields";
import { encodeMetadata, FIELD, sectionField } from "./arrow-layout";

export interface ArrowWriter {
  write(chunk: CellChunk): void;
  /** Writes the end of the file. No `write` after it. */
  finish(): void;
}

/** Lists of one batch have 32-bit offsets. */
const MOST_ENTRIES = 2 ** 31 - 1;

/**
 * Writes a slice as one Arrow file, chunk by chunk, so that no more than a chunk of it is ever in memory.
 * A file of one chunk opens without copying its counts; of several, they are copied once.
 *
 * @param sink  takes the bytes of the file in turn
 * @throws LabError("range") from `write` if a count does not fit the type of the layout
 */
export function createArrowWriter(layout: ArrowLayout, sink: (bytes: Uint8Array) => void): ArrowWriter {
  const section = { field: layout.sectionColumn ?? FIELD.section, label: layout.sectionColumn !== undefined };
  const columns = fieldsOf(layout, section);
  const palettes = layout.obs.filter((c) => c.kind === "categorical" && c.colors);
  const metadata = encodeMetadata({
    name: layout.name,
    varNames: layout.varNames,
    unit: layout.unit,
    countState: layout.countState,
    section,
    colors: Object.fromEntries(palettes.map((c) => [c.name, (c as { colors: readonly string[] }).colors])),
    provenance: layout.provenance,
  });
  const schema = new Schema(
    columns.map((column) => column.field),
    metadata,
  );
  const file = new SinkWriter(sink);
  file.reset(undefined, schema);
  return {
    write(chunk) {
      const nObs = chunk.X.indptr.length - 1;
      const children = columns.map((column) => column.data(chunk, nObs));
      const struct = new Struct(schema.fields);
      file.write(new RecordBatch(schema, makeData({ type: struct, length: nObs, children })));
    },
    finish: () => void file.finish(),
  };
}

/**
 * A slice as the bytes of an Arrow file; the same slice always gives the same bytes.
 * @throws LabError("memory") if they do not fit; write such a slice in chunks with `createArrowWriter`
 */
export function writeArrow(slice: Slice, task: Task = quiet): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const writer = createArrowWriter(layoutOf(slice), (bytes) => {
    pieces.push(bytes); // views of the slice's arrays and of small fresh ones, none reused
    size += bytes.byteLength;
  });
  const chunks = chunksOf(slice);
  chunks.forEach((chunk, i) => {
    throwIfCancelled(task, "Writing the slice");
    task.progress(i, chunks.length, "writing");
    writer.write(chunk);
  });
  writer.finish();

  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(size);
  } catch (thrown) {
    throw new LabError(
      "memory",
      `The file would have ${size} bytes, more than fit in memory.`,
      "Convert it with the command line, which writes in pieces.",
      String(thrown),
    );
  }
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  task.progress(1, 1, "writing");
  return bytes;
}

/** The layout of a slice in memory; its cells follow as `chunksOf`. */
export function layoutOf(slice: Slice): ArrowLayout {
  const { data } = slice.X;
  const section = sectionField(slice.section, slice.obs);
  return {
    name: slice.name,
    varNames: slice.varNames,
    countType: data instanceof Uint8Array ? "uint8" : data instanceof Uint16Array ? "uint16" : "float32",
    unit: slice.unit,
    countState: slice.countState,
    provenance: slice.provenance,
    sectionNames: slice.section.names,
    ...(section.label && { sectionColumn: section.field }),
    obs: slice.obs,
  };
}

/** The cells of a slice in as few chunks as the format allows: one, unless it has over 2^31 entries. */
export function chunksOf(slice: Slice): CellChunk[] {
  const { indptr, indices, data } = slice.X;
  const columns = slice.obs.map((column) => (column.kind === "categorical" ? column.codes : column.values));
  const chunks: CellChunk[] = [];
  for (let from = 0, to = 0; from < slice.nObs; from = to) {
    while (to < slice.nObs && (to === from || indptr[to + 1] - indptr[from] <= MOST_ENTRIES)) to++;
    const { offsets, bytes } = slice.obsNames;
    const [start, end] = [indptr[from], indptr[to]];
    chunks.push({
      X: {
        indptr: from === 0 ? indptr.subarray(0, to + 1) : indptr.slice(from, to + 1).map((at) => at - start),
        indices: indices.subarray(start, end),
        data: data.subarray(start, end),
      },
      obsNames: { offsets: offsets.subarray(from, to + 1), bytes },
      spatial: slice.spatial.subarray(2 * from, 2 * to),
      sectionCodes: slice.section.codes.subarray(from, to),
      obs: columns.map((values) => values.subarray(from, to)),
    });
  }
  return chunks;
}

/** apache-arrow's file writer, its bytes handed on at once instead of gathered. */
export class SinkWriter extends RecordBatchFileWriter {
  constructor(private readonly sink: (bytes: Uint8Array) => void) {
    super();
  }
  protected override _write(chunk: ArrayBufferView): this {
    if (this._started && chunk.byteLength > 0) {
      this.sink(new Uint8Array(chunk.buffer as ArrayBuffer, chunk.byteOffset, chunk.byteLength));
      this._position += chunk.byteLength;
    }
    return this;
  }
}
