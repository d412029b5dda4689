import { decompress } from "fzstd";
import { LabError } from "../errors";
import { type Task, throwIfCancelled } from "../task";
import {
  CompressionType,
  compressionRegistry,
  type FileHandle,
  Message,
  type RecordBatch,
  RecordBatchReader,
  type Schema,
} from "./apache-arrow.mjs";
import { damageOf, LARGEST_HEAD, prefixLength } from "./arrow-check";
import type { ByteSource } from "./byte-source";
import { decodeLz4Frames } from "./lz4-frame";

const MAGIC = "ARROW1";
const PIECE = 1 << 24; // bytes read between two looks at the task

compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: decodeLz4Frames });
compressionRegistry.set(CompressionType.ZSTD, { decode: (bytes) => decompress(bytes).slice() });

/** An Arrow IPC file whose record batches are read one at a time. */
export interface ArrowFile {
  readonly schema: Schema;
  readonly nBatches: number;
  /** Rows of a batch and the lengths of its nodes, depth first over the fields; read without the data. */
  sizes(batch: number): { readonly nRows: number; readonly nodes: readonly number[] };
  /** Its buffers are views of the one buffer that the batch is read into, unless they are compressed. */
  batch(index: number): Promise<RecordBatch>;
}

/**
 * Opens an Arrow IPC file (Feather version 2) and checks that all of it is there before anything large is read.
 * @throws LabError("format") if it is truncated or damaged
 */
export async function openArrow(source: ByteSource, task: Task): Promise<ArrowFile> {
  const damaged = (why: string, detail = "") =>
    new LabError(
      "format",
      `${source.name} is an Arrow file, but ${why}.`,
      "It is truncated or damaged; copy or write it again.",
      detail,
    );
  const damage = damageOf(source, readFooter(source, damaged));
  if (damage) throw damaged("it is damaged inside", damage);

  const handle = fileHandle(source, task);
  const attempt = async <T>(what: string, action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (thrown) {
      if (thrown instanceof LabError) throw thrown;
      if (thrown instanceof RangeError && /allocation|array length/i.test(thrown.message))
        throw new LabError(
          "memory",
          `${source.name}: ${what} does not fit in memory.`,
          "Write the file in smaller record batches, or keep fewer cells.",
          thrown.message,
        );
      throw damaged(`${what} cannot be read`, String(thrown));
    }
  };
  const reader = await attempt("its schema", async () => (await RecordBatchReader.from(handle)).open());
  const nBatches = reader.numRecordBatches;

  return {
    schema: reader.schema,
    nBatches,
    sizes(index) {
      const { offset, metaDataLength } = reader.footer!.getRecordBatch(index)!;
      const bytes = source.readSync(offset, metaDataLength);
      const header = Message.decode(bytes.subarray(prefixLength(bytes))).header();
      return { nRows: Number(header.length), nodes: header.nodes.map((node) => Number(node.length)) };
    },
    async batch(index) {
      const batch = await attempt(`record batch ${index + 1} of ${nBatches}`, () => reader.readRecordBatch(index));
      if (!batch) throw damaged(`record batch ${index + 1} of ${nBatches} is missing`);
      return batch;
    },
  };
}

/** The footer, once begin and end of the file are as they should be. */
function readFooter(source: ByteSource, damaged: (why: string) => LabError): Uint8Array {
  const tail = source.size < 20 ? new Uint8Array(10) : source.readSync(source.size - 10, 10);
  if (new TextDecoder().decode(tail.slice(4)) !== MAGIC) throw damaged(`its end is missing after ${source.size} bytes`);
  const length = new DataView(tail.buffer, tail.byteOffset).getInt32(0, true);
  if (!(length > 0 && length <= LARGEST_HEAD && length + 18 <= source.size))
    throw damaged("its footer lies outside it");
  return source.readSync(source.size - 10 - length, length);
}

/** The source as the library's file handle, so that it reads only the parts it needs. */
function fileHandle(source: ByteSource, task: Task): FileHandle {
  return {
    fd: 0,
    stat: async () => ({ size: source.size }),
    async read(buffer, offset, length, position) {
      throwIfCancelled(task, "Reading the file");
      if (length > PIECE) task.progress(position, source.size, "reading the file");
      const bytes = source.readSync(position, Math.min(length, PIECE));
      if (bytes.length === 0)
        throw new LabError(
          "format",
          `${source.name} ends too early.`,
          "It may have been changed while it was read; open it again.",
        );
      buffer.set(bytes, offset);
      return { bytesRead: bytes.length, buffer };
    },
    close: async () => {},
  };
}
