import { LabError } from "../core/errors";
import type { LabState } from "./lab-state";
import type { StudyHead } from "./study-archive";
import { keptSlice } from "./study-slices";

/**
 * Makes a slice of a study the open one.
 * @throws LabError("missing") if it is neither open nor kept
 */
export async function showStudySlice({ id, slices }: StudyHead, name: string, get: () => LabState): Promise<void> {
  const size = slices.find((s) => s.name === name);
  const isIt = (): boolean => {
    const { slice } = get();
    return slice?.name === name && slice.summary.nObs === size?.nObs && slice.summary.nVars === size.nVars;
  };
  if (isIt()) return;
  if (get().replaced?.name === name) await get().undoReplace();
  if (isIt()) return;
  const file = await keptSlice(id, name);
  if (file) await get().openFile(file);
  if (!isIt()) {
    throw new LabError(
      "missing",
      `The study's slice ${name} could not be opened${file ? "" : ": this browser kept no copy of it"}.`,
      "Open the same file in the lab, then choose the run again.",
    );
  }
}
