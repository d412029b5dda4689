// The collections that this browser keeps: a folder each, with an Arrow file a section and a manifest written last.
import { type Collection, readSection, surveySections } from "../src/core/collection/collection";
import { conformSection } from "../src/core/collection/conform";
import { type KeptCollection, readManifest, writeManifest } from "../src/core/collection/manifest";
import { splitSections, type WrittenSection } from "../src/core/collection/split-sections";
import { LabError } from "../src/core/errors";
import { writeArrow } from "../src/core/io/arrow";
import { nameFromFile } from "../src/core/io/file-name";
import type { OpenOptions } from "../src/core/io/open-options";
import { streamSlice } from "../src/core/io/open-slice";
import { medianNeighbourDistance } from "../src/core/slice/neighbour-distance";
import { type CategoricalColumn, positionsMicrons, type Slice } from "../src/core/slice/slice";
import { type Task, throwIfCancelled } from "../src/core/task";
import { fileSource } from "./file-source";
import { FREE_ROOM, notWritten, readable, sectionFiles, writeWhole } from "./section-files";

const FOLDER = "collections";
const MANIFEST = "collection.json";

/** Held by whoever writes a collection, so that no other tab takes its folder for one that was left unfinished. */
const lockOf = (id: string): string => `collection-${id}`;

/** @throws LabError("missing") where the browser has no file system for the page */
async function home(): Promise<FileSystemDirectoryHandle> {
  try {
    return await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
  } catch (thrown) {
    throw new LabError(
      "missing",
      "This browser keeps no files for the page.",
      "Open the lab in an ordinary window of a current browser, by https or from localhost; or collect and train with the command line.",
      String(thrown),
    );
  }
}

export async function folderOf(id: string): Promise<FileSystemDirectoryHandle> {
  try {
    return await (await home()).getDirectoryHandle(id);
  } catch (thrown) {
    if (thrown instanceof LabError) throw thrown;
    throw new LabError(
      "missing",
      "The collection is no longer in this browser's storage.",
      "It was deleted, perhaps in another tab or with the site's data. Collect its files again.",
      String(thrown),
    );
  }
}

/** All kept collections, newest first. What was left unfinished, its tab closed or ended, is removed. */
export async function listCollections(): Promise<KeptCollection[]> {
  const root = await home();
  const ids: string[] = [];
  for await (const id of root.keys()) ids.push(id);
  const found: KeptCollection[] = [];
  for (const id of ids) {
    const folder = await root.getDirectoryHandle(id);
    const manifest = await folder
      .getFileHandle(MANIFEST)
      .then((handle) => handle.getFile())
      .catch(() => null);
    if (manifest && manifest.size > 0) {
      // one of another version stays: the lab that wrote it can read it
      const kept = await manifest.text().then(
        (text) => readManifest(id, text),
        () => null,
      );
      if (kept) found.push(kept);
      continue;
    }
    await whileMine(id, () => root.removeEntry(id, { recursive: true }));
  }
  return found.sort((a, b) => b.created.localeCompare(a.created));
}

/** Does `work` unless the collection is being written at this moment. */
async function whileMine(id: string, work: () => Promise<void>): Promise<void> {
  await navigator.locks.request(lockOf(id), { ifAvailable: true }, async (lock) => {
    if (lock) await work();
  });
}

/** What a thread that was ended left of a collection, once it no longer holds it. */
export async function removeUnfinished(id: string): Promise<void> {
  await navigator.locks.request(lockOf(id), () => {});
  await listCollections();
}

export async function removeCollection(id: string): Promise<void> {
  const root = await home();
  await root.removeEntry(id, { recursive: true }).catch((thrown: unknown) => {
    // one that another tab removed is gone as well
    if ((thrown as Error).name === "NotFoundError") return;
    throw new LabError(
      "internal",
      "The collection could not be deleted while something reads it.",
      "Stop a run over its sections, here or in another tab, and delete it again.",
      String(thrown),
    );
  });
}

/** What is known of one kept collection, and where its sections lie. */
export async function openCollection(id: string) {
  const folder = await folderOf(id);
  const kept = readManifest(id, await (await readable(folder, MANIFEST)).text());
  const files = kept.collection.sections.map(({ file }) => file);
  return { kept, store: sectionFiles(folder, files) };
}

/** One section whole, with the genes and labels of its collection. */
export async function openSection(id: string, at: number, task: Task): Promise<Slice> {
  const { kept, store } = await openCollection(id);
  task.progress(0, 1, `reading ${kept.collection.sections[at].name}`);
  return readSection(store, kept.collection, at, task);
}

/** What a section is drawn by: as much as a page may hold of every section at once. */
export interface SectionCells {
  readonly positions: Float32Array; // (nObs, 2), µm
  /** The labels of the collection, in its order and by its codes. */
  readonly codes: readonly CategoricalColumn["codes"][];
  /** Usual distance of a cell to the next, µm; null where that is not known. */
  readonly spacing: number | null;
}

export async function sectionCells(id: string, at: number): Promise<SectionCells> {
  const { kept, store } = await openCollection(id);
  const source = await store.open(cellsFile(kept.collection.sections[at].file));
  const slice = await streamSlice(source, async ({ head }) => head);
  const { spatial, section, unit } = slice;
  const spacing = medianNeighbourDistance(spatial, section.codes) * unit.micronsPerUnit;
  return {
    positions: positionsMicrons(slice),
    codes: conformSection(slice, { varNames: slice.varNames, labels: kept.collection.labels })
      .obs.filter((column) => column.kind === "categorical")
      .map(({ codes }) => codes),
    spacing: Number.isFinite(spacing) ? spacing : null,
  };
}

const cellsFile = (file: string): string => file.replace(/\.arrow$/, ".cells");

/** The positions and labels of a section once more, in a file of their own: counts are most of a section, and no drawing needs them. */
async function writeCells(
  folder: FileSystemDirectoryHandle,
  file: string,
  labels: Collection["labels"],
): Promise<void> {
  const source = await sectionFiles(folder).open(file);
  const head = await streamSlice(source, async (rows) => rows.head);
  const { obs } = conformSection(head, { varNames: head.varNames, labels });
  const cells: Slice = {
    ...head,
    nVars: 0,
    varNames: [],
    obsNames: { offsets: new Int32Array(head.nObs + 1), bytes: new Uint8Array(0) },
    obs: obs.filter((column) => column.kind === "categorical"),
  };
  await writeWhole(folder, cellsFile(file), writeArrow(cells));
}

/**
 * Divides files into sections, writes each as a file of the browser's own, and looks at all once: of the counts no more is in
 * memory than a section. Either the whole collection is kept, or nothing of it.
 *
 * @throws LabError("memory") if there is not room enough, before anything is written where that is known
 */
export async function collectFiles(
  files: readonly File[],
  { id, name, options }: { readonly id: string; readonly name: string; readonly options: OpenOptions },
  task: Task,
): Promise<KeptCollection> {
  await requireRoom(files);
  const root = await home();
  return navigator.locks.request(lockOf(id), async () => {
    try {
      const folder = await root.getDirectoryHandle(id, { create: true });
      const written = await divide(files, folder, options, task);
      const store = sectionFiles(
        folder,
        written.map(({ file }) => file),
      );
      const collection = toldApart(await surveySections(store, task), written);
      let bytes = 0;
      for (const { file } of written) {
        throwIfCancelled(task, "Collecting");
        await writeCells(folder, file, collection.labels);
        for (const one of [file, cellsFile(file)]) bytes += (await readable(folder, one)).size;
      }
      const kept = { id, name, created: new Date().toISOString(), bytes, collection };
      await writeWhole(folder, MANIFEST, new TextEncoder().encode(writeManifest(kept)));
      return kept;
    } catch (thrown) {
      await root.removeEntry(id, { recursive: true }).catch(() => {}); // swept when collections are next listed
      throw isFull(thrown) ? notWritten(name, thrown) : thrown;
    }
  });
}

/** Folders and entries take room as well, so any call may find none. */
const isFull = (thrown: unknown): boolean => (thrown as Error).name === "QuotaExceededError";

/** A section of the browser's, and the file that it came from. */
type Written = WrittenSection & { readonly from: string };

/** Where sections of several files bear one name, the person's file tells them apart, not the one that was made of it. */
function toldApart(collection: Collection, written: readonly Written[]): Collection {
  const bearers = (wanted: string) => written.filter(({ name }) => name === wanted);
  const sections = collection.sections.map((section, at) => {
    const { name, from } = written[at];
    const same = bearers(name);
    const apart = same.length > 1 && new Set(same.map((other) => other.from)).size === same.length;
    return apart ? { ...section, name: `${name} (${from})` } : section;
  });
  return { ...collection, sections };
}

async function divide(
  files: readonly File[],
  folder: FileSystemDirectoryHandle,
  options: OpenOptions,
  task: Task,
): Promise<Written[]> {
  const written: Written[] = [];
  const sink = sectionFiles(folder);
  for (const [at, file] of files.entries()) {
    const source = fileSource(file);
    const own: Task = {
      progress: (done, total, what) =>
        task.progress(at + (total > 0 ? done / total : 0), files.length, `${file.name}: ${what}`),
      get cancelled() {
        return task.cancelled;
      },
    };
    const taken = new Set(written.map((section) => section.file));
    const divided = await streamSlice(source, (rows) => splitSections(rows, sink, { taken }, own), options, own);
    written.push(...divided.map((section) => ({ ...section, from: nameFromFile(file.name) })));
  }
  return written;
}

/**
 * Refuses files that are larger than what is left of the browser's storage. A guess: compressed files take more room as
 * sections, files with layers beside the counts less. What the guess lets through may still fill the storage.
 */
async function requireRoom(files: readonly File[]): Promise<void> {
  const { quota, usage } = await navigator.storage.estimate();
  const needed = files.reduce((n, file) => n + file.size, 0);
  const room = (quota ?? Number.POSITIVE_INFINITY) - (usage ?? 0);
  if (needed <= room) return;
  throw new LabError(
    "memory",
    `The sections need about ${megabytes(needed)}, and this browser has ${megabytes(room)} left for the page.`,
    FREE_ROOM,
  );
}

const megabytes = (bytes: number): string => `${Math.max(0, Math.ceil(bytes / 2 ** 20)).toLocaleString("en")} MiB`;
