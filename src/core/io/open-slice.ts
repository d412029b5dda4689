import { LabError } from "../errors";
import type { Slice } from "../slice/slice";
import { quiet, type Task } from "../task";
import { readArrow, streamArrow } from "./arrow-reader";
import type { ByteSource } from "./byte-source";
import { readH5ad, streamH5ad } from "./h5ad";
import type { OpenOptions } from "./open-options";
import type { RowStream } from "./row-stream";

export type { OpenOptions };

const HDF5 = "\x89HDF\r\n\x1a\n";
const SUPPORTED = "The lab opens AnnData (.h5ad) and Arrow (.arrow) files.";

/**
 * Opens a file as a slice, whatever its name ends in: the first bytes tell the format.
 * Only the parts that are needed are read; nothing is changed on failure.
 *
 * @throws AmbiguousSliceError   nothing in the file is certain to be counts; carries the choices
 * @throws LabError("format")    not a slice, truncated, damaged
 * @throws LabError("missing")   no expression, no coordinates, no or one cell, an element asked for that is not there
 * @throws LabError("range")     NaN or infinite coordinates, negative values, decimals where counts are needed
 * @throws LabError("shape")     parts that disagree in size
 * @throws LabError("memory")    does not fit
 * @throws LabError("cancelled")
 */
export async function openSlice(source: ByteSource, options: OpenOptions = {}, task: Task = quiet): Promise<Slice> {
  return formatOf(source) === "h5ad" ? readH5ad(source, options, task) : readArrow(source, options, task);
}

/**
 * Opens a file that may be larger than memory: everything but the counts at once, these by ranges of cells as `use` asks for
 * them. What only the counts could show to be wrong is not looked for.
 *
 * @throws LabError as `openSlice`
 */
export async function streamSlice<T>(
  source: ByteSource,
  use: (rows: RowStream) => Promise<T>,
  options: OpenOptions = {},
  task: Task = quiet,
): Promise<T> {
  return formatOf(source) === "h5ad" ? streamH5ad(source, options, task, use) : streamArrow(source, options, task, use);
}

function formatOf(source: ByteSource): "h5ad" | "arrow" {
  const head = source.readSync(0, 512);
  const text = String.fromCharCode(...head.subarray(0, 8));
  if (text === HDF5 || hasUserBlock(source)) return "h5ad";
  if (text.startsWith("ARROW1")) return "arrow";
  throw notASlice(source, head, text);
}

/** HDF5 may begin with a block of the user's own, of 512 bytes or a doubling of it. */
function hasUserBlock(source: ByteSource): boolean {
  for (const at of [512, 1024, 2048]) {
    const bytes = at + 8 <= source.size ? source.readSync(at, 8) : [];
    if (String.fromCharCode(...bytes) === HDF5) return true;
  }
  return false;
}

function notASlice({ name, size }: ByteSource, head: Uint8Array, text: string): LabError {
  const error = (why: string, hint: string) => new LabError("format", `${name} ${why}.`, hint);
  if (size === 0) return error("is empty", `${SUPPORTED} Copy or export the file again.`);
  if (text.startsWith("FEA1"))
    return error("is a Feather file of version 1", "Write it again with a current pyarrow (version 2).");
  if (head[0] === 255 && head[1] === 255 && head[2] === 255 && head[3] === 255)
    return error("is an Arrow stream", "Write it as an Arrow file: pyarrow.ipc.new_file instead of new_stream.");
  if (text.startsWith("PK")) return error("is a zip archive", `${SUPPORTED} Unpack it first.`);
  if (head[0] === 31 && head[1] === 139) return error("is compressed with gzip", `${SUPPORTED} Unpack it first.`);
  if (text.startsWith("PAR1")) return error("is a Parquet file", SUPPORTED);
  if (
    text.startsWith("\x89PNG") ||
    text.startsWith("\xff\xd8\xff") ||
    text.startsWith("II*") ||
    text.startsWith("MM\0*")
  )
    return error("is an image, not a slice", SUPPORTED);
  if (head.every((byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte !== 127)))
    return error("is a text file, not a slice", `${SUPPORTED} Read tables with scanpy and save them with write_h5ad.`);
  return error("is not a slice: its first bytes belong to no format the lab knows", SUPPORTED);
}
