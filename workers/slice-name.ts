import { nameFromFile } from "../src/core/io/file-name";
import type { DataApi } from "./protocol";

/**
 * What the person calls a slice: the name of its file, which a name inside the file may contradict. Several files
 * together, sections of a collection and simulated tissue bear the name they were given when they were made.
 */
export function sliceName(source: DataApi["open"]["request"], made: string): string {
  switch (source.kind) {
    case "file":
      return nameFromFile(source.file.name);
    case "url":
      return nameFromFile(source.name);
    case "files":
    case "section":
    case "simulate":
      return made;
    default:
      return source satisfies never;
  }
}
