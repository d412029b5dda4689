import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { type ByteSource, memorySource } from "../byte-source";

const FOLDER = new URL("../fixtures/", import.meta.url);

/** A committed file written by anndata or pyarrow (goldens/generate.py); AnnData files are kept packed. */
export function fixture(name: string): ByteSource {
  const packed = new URL(`${name}.gz`, FOLDER);
  const bytes = existsSync(packed) ? gunzipSync(readFileSync(packed)) : readFileSync(new URL(name, FOLDER));
  return memorySource(name, Uint8Array.from(bytes));
}
