import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type Collection, surveySections } from "../src/core/collection/collection";
import type { SectionFolder, SectionStore } from "../src/core/collection/section-store";
import { splitSections, type WrittenSection } from "../src/core/collection/split-sections";
import { LabError } from "../src/core/errors";
import { streamSlice } from "../src/core/io/open-slice";
import type { Arguments, Context } from "./command";
import { fileSource } from "./file-source";
import { chosenOptions, requireFile } from "./open-file";
import { beginFile } from "./write-file";

/** Arrow files as the sections of a collection, read where they are. */
export function fileStore(paths: readonly string[]): SectionStore & { pathOf(file: string): string } {
  // a name alone where that tells files apart, since messages speak of files by it
  const names = paths.map((path) => basename(path));
  const files = names.map((name, i) => (names.indexOf(name) === names.lastIndexOf(name) ? name : paths[i]));
  const full = new Map(files.map((file, i) => [file, paths[i]]));
  const pathOf = (file: string): string => full.get(file) ?? file;
  return { files, pathOf, open: async (file) => fileSource(pathOf(file)) };
}

/** A folder that sections are written to, made if need be. */
export function sectionFolder(path: string): SectionFolder {
  try {
    mkdirSync(path, { recursive: true });
  } catch (thrown) {
    throw new LabError(
      "missing",
      `${basename(path)} cannot be made a folder.`,
      `The system says: ${(thrown as Error).message}.`,
    );
  }
  return {
    async create(file) {
      const { write, finish, abandon } = beginFile(join(path, file));
      return { write, finish: async () => finish(), abandon: async () => abandon() };
    },
  };
}

/**
 * Divides files into sections, one after the other, each into an Arrow file of its own.
 * @param paths  full paths
 */
export async function collectFiles(
  paths: readonly string[],
  to: string,
  args: Arguments,
  { task, say }: Context,
): Promise<WrittenSection[]> {
  const folder = sectionFolder(to);
  const written: WrittenSection[] = [];
  for (const path of paths) {
    const source = fileSource(path);
    try {
      const split = (rows: Parameters<typeof splitSections>[0]) => {
        for (const note of rows.head.provenance.notes) say(`note: ${source.name}: ${note}`);
        return splitSections(rows, folder, { taken: new Set(written.map(({ file }) => file)) }, task);
      };
      written.push(...(await streamSlice(source, split, chosenOptions(args), task)));
    } finally {
      source.close();
    }
  }
  return written;
}

export interface OpenCollection {
  readonly store: ReturnType<typeof fileStore>;
  readonly collection: Collection;
}

/** Whether the words name a collection rather than one file: several files, or a folder. */
export function namesCollection(words: readonly string[], cwd: string): boolean {
  return words.length > 1 || (statSync(resolve(cwd, words[0]), { throwIfNoEntry: false })?.isDirectory() ?? false);
}

/**
 * The collection that is named by a folder of Arrow files, one a section, or by several files. Arrow files are read where
 * they are. Among others each section is first written to a file of its own, in a temporary folder, which needs as much
 * space on disk and is removed when `use` is done.
 */
export async function withCollection<T>(
  words: readonly string[],
  args: Arguments,
  context: Context,
  use: (open: OpenCollection) => Promise<T>,
): Promise<T> {
  const { cwd, say, task } = context;
  const paths = words.flatMap((word) =>
    namesCollection([word], cwd) ? sectionsIn(word, cwd) : requireFile(word, cwd),
  );
  const given = async (files: readonly string[]): Promise<T> => {
    const store = fileStore(files);
    const collection = await surveySections(store, task);
    for (const note of collection.notes) say(`note: ${note}`);
    return use({ store, collection });
  };
  if (paths.every((path) => path.toLowerCase().endsWith(".arrow"))) return given(paths);
  const temporary = mkdtempSync(join(cwd, ".sections-"));
  try {
    say(`note: the sections are written to a temporary folder first; \`collect\` keeps them for the next time.`);
    const written = await collectFiles(paths, temporary, args, context);
    return await given(written.map(({ file }) => join(temporary, file)));
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Arrow files of a folder, "section_2" before "section_10". */
function sectionsIn(word: string, cwd: string): string[] {
  const folder = resolve(cwd, word);
  const order = new Intl.Collator("en", { numeric: true });
  const files = readdirSync(folder).filter((file) => file.toLowerCase().endsWith(".arrow"));
  if (files.length > 0) return files.sort(order.compare).map((file) => join(folder, file));
  throw new LabError("missing", `${word} holds no Arrow files.`, "Give a folder that `collect` wrote sections to.");
}
