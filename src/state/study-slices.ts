import { LabError } from "../core/errors";
import { getThreads } from "./engine";
import type { LabState } from "./lab-state";
import { sliceArrowFile, sliceInfoFile, studyArchive } from "./study-archive";
import type { AnyStudy } from "./study-state";

type Info = NonNullable<LabState["slice"]>;

/**
 * Slices that a study can take: the open one, and the one that it replaced, which stays open for undo. One of the same name
 * is left out, since a study tells slices apart by their names.
 */
export function openSlices({ slice, replaced }: Pick<LabState, "slice" | "replaced">): Info[] {
  return [slice, replaced].filter((s) => s !== null).filter((s) => s === slice || s.name !== slice?.name);
}

export function openSlice(state: Pick<LabState, "slice" | "replaced">, name: string): Info {
  const found = openSlices(state).find((s) => s.name === name);
  if (!found) throw new LabError("missing", `The slice ${name} is not open.`, "Open it in the lab.");
  return found;
}

/** Which open slice is which of a study; known for as long as the page lives. */
const taken = new Map<string, number>();
const takenKey = (id: string, name: string): string => `${id}/${name}`;

/** Bytes of expression above which a slice is not copied: the copy exists in memory before it lies on disk. */
const LARGEST_KEPT = 2 ** 30;

/** Keeps the slices of a study beside its runs, so that it can go on after a reload and with another slice open. */
export async function keepSlices(id: string, infos: readonly Info[]): Promise<void> {
  for (const info of infos) taken.set(takenKey(id, info.name), info.id);
  for (const { id: sliceId, name, summary, obs, section, positions } of infos) {
    await studyArchive.put(id, sliceInfoFile(name), unshared({ name, summary, obs, section, positions }));
    // indices of four bytes and counts of four at most
    if (8 * summary.nnz > LARGEST_KEPT)
      throw new LabError(
        "memory",
        `${name} is too large to be kept beside the study.`,
        "After a reload open its file again, then continue the study.",
      );
    const { data } = await getThreads();
    const { bytes } = await data("exportArrow", { sliceId });
    await studyArchive.put(id, sliceArrowFile(name), new Blob([bytes]));
  }
}

/** The same with each typed array copied out of memory that threads share, which no database takes. */
function unshared<T>(value: T): T {
  if (ArrayBuffer.isView(value)) return (value as unknown as Uint8Array).slice() as unknown as T;
  if (Array.isArray(value)) return value.map(unshared) as unknown as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, unshared(part)])) as T;
}

/** The copy of a slice that was kept with its study, as a file; null if there is none. */
export async function keptSlice(id: string, name: string): Promise<File | null> {
  const blob = await studyArchive.get(id, sliceArrowFile(name)).catch(() => null);
  return blob instanceof Blob ? new File([blob], `${name}.arrow`) : null;
}

/**
 * Gives `use` a slice of a study as the data thread knows it: the one it was started with, else the kept copy, opened for
 * as long as it is used, else an open slice of the same name and size.
 *
 * @throws LabError("missing") if there is none
 */
export async function withStudySlice(
  { head }: { readonly head: AnyStudy["head"] },
  name: string,
  state: Pick<LabState, "slice" | "replaced">,
  use: (sliceId: number) => Promise<unknown>,
): Promise<void> {
  const known = taken.get(takenKey(head.id, name));
  if (known !== undefined && openSlices(state).some((s) => s.id === known)) {
    await use(known);
    return;
  }
  const { data } = await getThreads();
  const file = await keptSlice(head.id, name);
  if (file) {
    const { id } = await data("open", { kind: "file", file, options: {} });
    await use(id).finally(() => data("close", { sliceId: id }));
    return;
  }
  const size = head.slices.find((s) => s.name === name);
  const same = openSlices(state).find(
    (s) => s.name === name && s.summary.nObs === size?.nObs && s.summary.nVars === size.nVars,
  );
  if (!same) {
    throw new LabError(
      "missing",
      `The study's slice ${name} is not open, and this browser kept no copy of it.`,
      "Open the same file in the lab, then continue the study.",
    );
  }
  await use(same.id);
}
