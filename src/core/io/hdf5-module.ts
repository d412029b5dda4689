import { FS as h5fs, Module, ready } from "h5wasm";
import { LabError } from "../errors";
import type { ByteSource } from "./byte-source";
import { windowed } from "./read-window";

// What is used of Emscripten's file system; its own types are global and incomplete.
interface Stream {
  position: number;
}
interface StreamOps {
  llseek?(stream: Stream, offset: number, whence: number): number;
  read?(stream: Stream, buffer: Uint8Array, offset: number, length: number, position: number): number;
  write?(stream: Stream, buffer: Uint8Array, offset: number, length: number): number;
}
interface FileSystem {
  createFile(parent: string, name: string, properties: object, canRead: boolean, canWrite: boolean): FileNode;
  unlink(path: string): void;
  readonly ErrnoError: new (errno: number) => Error;
  readonly streams: { stream_ops: StreamOps }[];
}
interface FileNode {
  usedBytes: number;
  stream_ops: StreamOps;
}

const EINVAL = 28;
const EIO = 29;
const SEEK_CUR = 1;
const SEEK_END = 2;
const STDERR = 2;

let diagnostics = "";
let files = 0;

/** The HDF5 library, its error texts kept for `takeDiagnostics` instead of printed. */
export async function hdf5Module(): Promise<typeof Module> {
  await ready;
  const decoder = new TextDecoder();
  fileSystem().streams[STDERR].stream_ops = {
    write(_stream, buffer, offset, length) {
      diagnostics = (diagnostics + decoder.decode(buffer.slice(offset, offset + length))).slice(-4000);
      return length;
    },
  };
  return Module;
}

/** What HDF5 complained about since the last call. */
export function takeDiagnostics(): string {
  // "#003: /path/H5Dio.c line 402 in H5D__read(): can't read data": function and reason are what helps
  const reasons = Array.from(diagnostics.matchAll(/ in (\w+)\(\): (.*)/g), ([, name, reason]) => `${name}: ${reason}`);
  diagnostics = "";
  return reasons.join("\n");
}

/** A source mounted as a read-only file of HDF5's file system, so that only the parts it asks for are read. */
export interface MountedSource {
  readonly path: string;
  /** Throws what the source threw, if a read failed: HDF5 itself only learns "input/output error". */
  throwReadError(): void;
  unmount(): void;
}

export function mount(source: ByteSource): MountedSource {
  const fs = fileSystem();
  const name = `source-${files++}.h5`;
  const node = fs.createFile("/", name, {}, true, false);
  const read = windowed(source);
  let failure: unknown;

  node.usedBytes = source.size;
  node.stream_ops = {
    llseek(stream, offset, whence) {
      const position =
        whence === SEEK_CUR ? stream.position + offset : whence === SEEK_END ? source.size + offset : offset;
      if (position < 0) throw new fs.ErrnoError(EINVAL);
      return position;
    },
    read(_stream, buffer, offset, length, position) {
      const wanted = Math.max(0, Math.min(length, source.size - position));
      if (wanted === 0) return 0;
      try {
        const bytes = read(position, wanted);
        buffer.set(bytes, offset);
        return bytes.length;
      } catch (thrown) {
        // an exception that crosses the C frames would leave the library in a half-done call
        failure ??= thrown;
        throw new fs.ErrnoError(EIO);
      }
    },
  };
  return {
    path: `/${name}`,
    throwReadError() {
      if (failure !== undefined)
        throw new LabError(
          "format",
          `${source.name} cannot be read any more.`,
          "The file may have been moved, changed or unplugged; open it again.",
          String(failure),
        );
    },
    unmount: () => fs.unlink(`/${name}`),
  };
}

function fileSystem(): FileSystem {
  return h5fs as unknown as FileSystem;
}
