import { unzipSync } from "fflate";
import { LabError } from "../core/errors";

const isWeights = (path: string): boolean => /\.safetensors$/i.test(path) && !path.startsWith("__MACOSX/");

/** Whether a file may hold a model, by its name. */
export const isModelFile = ({ name }: Pick<File, "name">): boolean => /\.(safetensors|zip)$/i.test(name);

/** The list of a zip's entries stands at its end. */
const LISTED = 2 ** 20; // bytes

/** Whether files hold a model rather than slices: weights among them, or a zip that lists some, which is not unpacked for it. */
export async function holdModel(files: readonly File[]): Promise<boolean> {
  for (const file of files.filter(isModelFile)) {
    if (isWeights(file.name)) return true;
    const end = new Uint8Array(await file.slice(Math.max(0, file.size - LISTED)).arrayBuffer());
    if (new TextDecoder("latin1").decode(end).includes(".safetensors")) return true;
  }
  return false;
}

export interface ModelBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * The model among some files: a `.safetensors`, or the one in a zip; of several the one called `model.safetensors`.
 *
 * @param folder  that the files came in: the model goes by its name, since every folder's own is called alike
 * @throws LabError("missing") without a model, LabError("format") for a damaged zip
 */
export async function modelAmong(files: readonly File[], folder: string | null = null): Promise<ModelBytes> {
  const found: ModelBytes[] = [];
  for (const file of files) {
    if (!isModelFile(file)) continue;
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (isWeights(file.name)) found.push({ name: file.name, bytes });
    else
      for (const [path, content] of Object.entries(unzipped(file.name, bytes)))
        found.push({ name: path, bytes: content });
  }
  const model = found.find(({ name }) => /(^|\/)model\.safetensors$/.test(name)) ?? found[0];
  if (model) return { ...model, name: folder ?? (files.length === 1 ? files[0].name : model.name) };
  throw new LabError(
    "missing",
    `There is no model in ${files.map(({ name }) => name).join(", ") || "the folder"}.`,
    "Give a model.safetensors, or the folder or zip that holds one.",
  );
}

function unzipped(name: string, bytes: Uint8Array): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, { filter: (entry) => isWeights(entry.name) });
  } catch (thrown) {
    throw new LabError("format", `${name} could not be unpacked: ${(thrown as Error).message}.`, "Save it again.");
  }
}

/** What was dropped: files, those of dropped folders among them, and the folder where all came in one. */
export interface Dropped {
  readonly files: File[];
  readonly folder: string | null;
}

export async function filesOfDrop(transfer: DataTransfer): Promise<Dropped> {
  // entries are only there while the event is handled: asked for before anything is awaited
  const plain = [...transfer.files];
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const folders = entries.filter((entry): entry is FileSystemDirectoryEntry => entry?.isDirectory === true);
  if (folders.length === 0) return { files: plain, folder: null };
  const inside = await Promise.all(folders.map(filesIn));
  const names = new Set(folders.map(({ name }) => name));
  const beside = plain.filter(({ name }) => !names.has(name));
  return { files: [...beside, ...inside.flat()], folder: entries.length === 1 ? folders[0].name : null };
}

async function filesIn(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const reader = folder.createReader();
  const entries: FileSystemEntry[] = [];
  // a browser gives so many at a time, none once it is at the end
  for (let some: FileSystemEntry[] | null = null; some === null || some.length > 0; entries.push(...some))
    some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
  const files = entries.filter((entry): entry is FileSystemFileEntry => entry.isFile);
  return Promise.all(files.map((entry) => new Promise<File>((resolve, reject) => entry.file(resolve, reject))));
}
