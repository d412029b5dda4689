import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Path of a real slice beside the repository, or null where the folder is absent. */
export function realSlice(name: string): string | null {
  const path = fileURLToPath(new URL(`../../../shared/data/${name}`, import.meta.url));
  if (existsSync(path)) return path;
  console.warn(`SKIPPED: ${name} is not in ../shared/data, so nothing was tried on real tissue with it.`);
  return null;
}
