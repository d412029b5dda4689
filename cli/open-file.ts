import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { LabError } from "../src/core/errors";
import { type OpenOptions, openSlice } from "../src/core/io/open-slice";
import type { Slice } from "../src/core/slice/slice";
import type { Arguments, Context } from "./command";
import { fileSource } from "./file-source";

/** Options of every command that opens a slice: what to read where a file can be read in several ways. */
export const openOptions = {
  matrix: { type: "string" },
  coordinates: { type: "string" },
  section: { type: "string" },
  "microns-per-unit": { type: "string" },
} as const;

export const openUsage = "[--matrix NAME] [--coordinates NAME] [--section COLUMN] [--microns-per-unit N]";

/** Opens the slice named on the command line. */
export async function openFile(path: string, args: Arguments, { cwd, task, say }: Context): Promise<Slice> {
  const source = fileSource(requireFile(path, cwd));
  try {
    const slice = await openSlice(source, chosenOptions(args), task);
    for (const note of slice.provenance.notes) say(`note: ${note}`);
    return slice;
  } finally {
    source.close();
  }
}

/**
 * The full path of a file that is there.
 * @throws LabError("missing") otherwise
 */
export function requireFile(path: string, cwd: string): string {
  const full = resolve(cwd, path);
  if (existsSync(full) && statSync(full).isFile()) return full;
  if (existsSync(full))
    throw new LabError(
      "missing",
      `${path} is a folder, and one file is wanted.`,
      "Give the path of an .h5ad or .arrow file.",
    );
  throw new LabError("missing", `${path}: there is no such file.`, "Give the path of an .h5ad or .arrow file.");
}

/** What `openOptions` were given. */
export function chosenOptions(args: Arguments): OpenOptions {
  return {
    ...(args.has("matrix") ? { matrix: args.text("matrix") } : {}),
    ...(args.has("coordinates") ? { coordinates: args.text("coordinates") } : {}),
    ...(args.has("section") ? { sectionColumn: args.text("section") } : {}),
    ...(args.has("microns-per-unit") ? { unit: unitOf(args) } : {}),
  };
}

function unitOf(args: Arguments): { name: string; micronsPerUnit: number } {
  const micronsPerUnit = args.number("microns-per-unit", { min: 1e-6, max: 1e6 });
  return { name: micronsPerUnit === 1 ? "µm" : "unit", micronsPerUnit };
}
