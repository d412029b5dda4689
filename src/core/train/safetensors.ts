import { LabError } from "../errors";
import type { NamedArray } from "../nn/tensors";

/**
 * Float32 arrays as a safetensors file: 8 bytes of header length, a JSON header, then the values back to back.
 *
 * @param metadata  free text by name, kept under `__metadata__`
 * Source: huggingface/safetensors, format description; offsets count from the end of the header.
 */
export function writeSafetensors(
  arrays: readonly NamedArray[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let end = 0;
  for (const { name, shape, data } of arrays) {
    if (name in header) throw new LabError("internal", `safetensors: two arrays are called ${name}.`);
    header[name] = { dtype: "F32", shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  let text = new TextEncoder().encode(JSON.stringify(header));
  const padding = (8 - (text.length % 8)) % 8; // values start on 8 bytes, so that a reader may view them in place
  if (padding > 0) text = new TextEncoder().encode(JSON.stringify(header) + " ".repeat(padding));

  const bytes = new Uint8Array(8 + text.length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  let at = 8 + text.length;
  for (const { data } of arrays) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

export interface SafetensorsFile {
  readonly arrays: readonly NamedArray[]; // in the order of their values
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads float32 arrays back.
 * @throws LabError("format") if the header does not describe the bytes, or an array is not F32
 */
export function readSafetensors(bytes: Uint8Array): SafetensorsFile {
  const fail = (why: string): never => {
    throw new LabError("format", `safetensors: ${why}.`, "Choose a model file written by the lab or by safetensors.");
  };
  if (bytes.length < 8) fail("the file is shorter than its header length");
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > bytes.length - 8) fail(`the header says ${length} bytes, the file has ${bytes.length - 8}`);
  const { __metadata__: metadata = {}, ...entries } = parseHeader(bytes.subarray(8, 8 + length), fail);

  const values = bytes.subarray(8 + length);
  // a whole number that torch's batch norm counts its batches with, and nothing reads
  const kept = Object.entries(entries).filter(([name]) => !name.endsWith(".num_batches_tracked"));
  const arrays = kept.map(([name, entry]) => {
    const { dtype, shape, data_offsets: [from, to] = [Number.NaN, Number.NaN] } = entry as Partial<HeaderEntry>;
    if (dtype !== "F32") return fail(`${name} is ${dtype}, only F32 is read`);
    if (!Array.isArray(shape) || !(from >= 0 && to >= from && to <= values.length))
      return fail(`${name} lies outside the file`);
    const size = shape.reduce((a, b) => a * b, 1);
    if (to - from !== 4 * size) return fail(`${name} has shape [${shape}] but ${to - from} bytes`);
    // slice: the values may start at any byte of a larger buffer
    return { from, array: { name, shape, data: new Float32Array(values.slice(from, to).buffer) } };
  });
  arrays.sort((a, b) => a.from - b.from);
  return { arrays: arrays.map(({ array }) => array), metadata: metadata as Record<string, string> };
}

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

function parseHeader(text: Uint8Array, fail: (why: string) => never): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder().decode(text.slice()));
    if (typeof header === "object" && header !== null) return header as Record<string, unknown>;
  } catch {
    // said below
  }
  return fail("the header is not JSON");
}
