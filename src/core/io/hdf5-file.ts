import { Attribute, type Metadata, type Module } from "h5wasm";
import { LabError } from "../errors";
import type { Utf8Column } from "../slice/slice";
import type { ByteSource } from "./byte-source";
import { hdf5Module, mount, takeDiagnostics } from "./hdf5-module";

export type NumericArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** What an element of a dataset is; `enum` has names for its integers (h5py keeps booleans so). */
export type ElementType = "number" | "text" | "enum" | "compound" | "reference" | "other";

/** Part of a dataset: where it starts and how far it goes, per dimension. */
export interface Block {
  readonly start: readonly number[];
  readonly count: readonly number[];
}

/** An HDF5 file open for reading, every part read on demand. Close it. */
export interface Hdf5File {
  readonly name: string;
  /** "group", "dataset", or null where the path leads nowhere. */
  kind(path: string): "group" | "dataset" | null;
  /** Names inside a group; none where the path is no group. */
  keys(path: string): string[];
  /** Attribute as plain values (numbers, text, arrays of them); undefined where absent. */
  attribute(path: string, name: string): unknown;
  shape(path: string): readonly number[];
  chunks(path: string): readonly number[] | null;
  element(path: string): ElementType;
  /** Numbers of a dataset, row-major; 64-bit integers come as doubles. @throws LabError("format") */
  numbers(path: string, block?: Block): NumericArray;
  /** Text of a dataset, packed. @throws LabError("format") */
  text(path: string): Utf8Column;
  close(): void;
}

const H5G_GROUP = 0;
const H5G_DATASET = 1;
const FIRST_PLUGIN_FILTER = 256;
/** Registered filter numbers that occur in AnnData files. */
const FILTERS: Record<number, string> = {
  4: "szip",
  32000: "lzf",
  32001: "blosc",
  32004: "lz4",
  32008: "bitshuffle",
  32015: "zstd",
  32026: "blosc2",
};

/**
 * Opens HDF5 without copying the file into memory.
 * @throws LabError("format") if the bytes are truncated or no HDF5 file
 */
export async function openHdf5(source: ByteSource): Promise<Hdf5File> {
  const module = await hdf5Module();
  const mounted = mount(source);
  takeDiagnostics();
  const id = module.open(mounted.path, module.H5F_ACC_RDONLY, false, -1, -1);
  if (id < 0n) {
    mounted.unmount();
    mounted.throwReadError();
    throw notOpened(source, takeDiagnostics());
  }

  const fail = (path: string, why: string, hint = "The file may be damaged; copy or export it again."): never => {
    mounted.throwReadError();
    throw new LabError("format", `${source.name}: ${path} ${why}.`, hint, takeDiagnostics());
  };
  /** What the library throws of its own ("name not defined") as a damaged part of the file. */
  const guarded = <T>(path: string, action: () => T): T => {
    try {
      return action();
    } catch (thrown) {
      if (thrown instanceof LabError) throw thrown;
      return fail(path, "cannot be read");
    }
  };
  const metadata = (path: string): Metadata => guarded(path, () => module.get_dataset_metadata(id, path));
  const typeOf = (path: string): number => guarded(path, () => module.get_type(id, path));
  // of a path through a dataset the library answers at random, so every step before the last must be a group
  const type = (path: string): number => {
    const steps = path.split("/").slice(0, -1);
    const groups = steps.map((_, k) => steps.slice(0, k + 1).join("/")).filter((step) => step !== "");
    return groups.every((step) => typeOf(step) === H5G_GROUP) ? typeOf(path) : -1;
  };

  /** Reads a block into HDF5's heap, hands the bytes to `use`, frees them. */
  const withBytes = <T>(
    path: string,
    { shape, size }: Metadata,
    block: Block | undefined,
    use: (at: number, n: number) => T,
  ): T => {
    const count = block?.count ?? shape ?? [];
    const start = block?.start ?? count.map(() => 0);
    const n = count.reduce((a, b) => a * b, 1);
    if (n === 0) return use(0, 0);
    const at = module._malloc(n * size);
    if (at === 0)
      throw new LabError("memory", `${source.name}: ${path} needs ${n * size} bytes at once, more than fits.`);
    try {
      // pointers of text that was never read must not be followed when the memory is given back
      module.HEAPU8.fill(0, at, at + n * size);
      takeDiagnostics();
      const scalar = count.length === 0;
      const big = (values: readonly number[]) => (scalar ? null : values.map(BigInt));
      const status = module.get_dataset_data(id, path, big(count), big(start), big(count.map(() => 1)), BigInt(at));
      if (status < 0) unreadable(module, id, path, fail);
      return use(at, n);
    } finally {
      module._free(at);
    }
  };

  return {
    name: source.name,
    kind: (path) => (type(path) === H5G_GROUP ? "group" : type(path) === H5G_DATASET ? "dataset" : null),
    keys: (path) => guarded(path, () => (type(path) === H5G_GROUP ? module.get_names(id, path, false) : [])),
    attribute: (path, name) =>
      guarded(path, () => {
        if (type(path) < 0 || !module.get_attribute_names(id, path).includes(name)) return undefined;
        return new Attribute(id, path, name).json_value ?? undefined;
      }),
    shape: (path) => metadata(path).shape ?? [],
    chunks: (path) => metadata(path).chunks,
    element: (path) => elementType(module, metadata(path)),
    numbers(path, block) {
      const meta = metadata(path);
      const kind = elementType(module, meta);
      if (kind !== "number" && kind !== "enum") fail(path, `holds ${kind}, expected numbers`);
      const isFloat = meta.type === module.H5T_class_t.H5T_FLOAT.value;
      const make =
        arrayMaker(isFloat, meta.size, meta.signed) ??
        fail(path, `holds ${meta.size * 8}-bit numbers, which the lab cannot read`, "Save it as float32.");
      return withBytes(path, meta, block, (at, n) =>
        make(module.HEAPU8.slice(at, at + n * meta.size).buffer as ArrayBuffer),
      );
    },
    text(path) {
      const meta = metadata(path);
      if (elementType(module, meta) !== "text") fail(path, "does not hold text");
      return withBytes(path, meta, undefined, (at, n) => {
        const packed = packText(module.HEAPU8, at, n, meta);
        if (meta.vlen && n > 0) module.reclaim_vlen_memory(id, path, "", BigInt(at));
        return packed;
      });
    },
    close() {
      module.close_file(id);
      mounted.unmount();
    },
  };
}

function notOpened(source: ByteSource, detail: string): LabError {
  const stored = /truncated file: eof = \d+.*stored_eof = (\d+)/.exec(detail);
  return stored
    ? new LabError(
        "format",
        `${source.name} is truncated: it says it has ${stored[1]} bytes, and ${source.size} are there.`,
        "Copy or download it again, all of it.",
        detail,
      )
    : new LabError(
        "format",
        `${source.name} begins like an HDF5 file but its header cannot be read.`,
        "The file is damaged or incomplete; copy or export it again.",
        detail,
      );
}

/** Says why a block could not be read: most often a compression this build of HDF5 does not carry. */
function unreadable(
  module: typeof Module,
  id: bigint,
  path: string,
  fail: (path: string, why: string, hint?: string) => never,
): never {
  const missing = module.get_dataset_filters(id, path).find((f) => f.id >= FIRST_PLUGIN_FILTER || f.id === 4);
  if (missing)
    fail(
      path,
      `is compressed with ${FILTERS[missing.id] ?? missing.name ?? `filter ${missing.id}`}, which the lab cannot unpack`,
      'Save it with gzip: adata.write_h5ad("slice.h5ad", compression="gzip").',
    );
  return fail(path, "cannot be read");
}

function elementType(module: typeof Module, { type }: Metadata): ElementType {
  const classes = module.H5T_class_t;
  if (type === classes.H5T_INTEGER.value || type === classes.H5T_FLOAT.value) return "number";
  if (type === classes.H5T_STRING.value) return "text";
  if (type === classes.H5T_ENUM.value) return "enum";
  if (type === classes.H5T_COMPOUND.value) return "compound";
  return type === classes.H5T_REFERENCE.value ? "reference" : "other";
}

function arrayMaker(isFloat: boolean, size: number, signed: boolean): ((b: ArrayBuffer) => NumericArray) | null {
  if (isFloat) return size === 4 ? (b) => new Float32Array(b) : size === 8 ? (b) => new Float64Array(b) : null;
  if (size === 1) return signed ? (b) => new Int8Array(b) : (b) => new Uint8Array(b);
  if (size === 2) return signed ? (b) => new Int16Array(b) : (b) => new Uint16Array(b);
  if (size === 4) return signed ? (b) => new Int32Array(b) : (b) => new Uint32Array(b);
  return size === 8 ? (b) => doubles(b, signed) : null;
}

/** 64-bit integers as doubles, exact to 2^53; read as pairs of words because BigInt costs thirty times as much. */
function doubles(buffer: ArrayBuffer, signed: boolean): Float64Array {
  const low = new Uint32Array(buffer);
  const high = signed ? new Int32Array(buffer) : low;
  const out = new Float64Array(low.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = high[2 * i + 1] * 4294967296 + low[2 * i];
  return out;
}

/** Text in HDF5's heap, of variable length (pointers) or fixed (cells padded with zeros or spaces), packed. */
function packText(heap: Uint8Array, at: number, n: number, { vlen, size, strpad }: Metadata): Utf8Column {
  const SPACE_PADDED = 2;
  const pointers = vlen ? new Uint32Array(heap.buffer, at, n) : null;
  const starts = new Uint32Array(n);
  const offsets = new Int32Array(n + 1);
  for (let i = 0; i < n; i++) {
    const start = pointers ? pointers[i] : at + i * size;
    let end = start;
    if (pointers) {
      if (start !== 0) end = heap.indexOf(0, start);
    } else {
      while (end < start + size && heap[end] !== 0) end++;
      if (strpad === SPACE_PADDED) while (end > start && heap[end - 1] === 0x20) end--;
    }
    starts[i] = start;
    offsets[i + 1] = offsets[i] + end - start;
  }
  const bytes = new Uint8Array(offsets[n]);
  for (let i = 0; i < n; i++) bytes.set(heap.subarray(starts[i], starts[i] + offsets[i + 1] - offsets[i]), offsets[i]);
  return { offsets, bytes };
}
