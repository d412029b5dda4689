import { LabError, toLabError } from "../core/errors";
import type { LabState } from "./lab-state";
import type { StudyHead } from "./study-archive";
import { keptSlice } from "./study-slices";
import { isAnnotation } from "./study-state";

/**
 * Shows a finished run in the lab: its slice, its recipe with its graph, its clusters with their scores. Its weights were
 * not kept; Train learns them again, from the same seed.
 */
export async function openRunInLab(
  key: string,
  set: (part: Partial<LabState>) => void,
  get: () => LabState,
): Promise<void> {
  const { study } = get();
  if (!study || isAnnotation(study)) return;
  const run = study.finished.get(key);
  if (!run) return;
  const { result } = run;
  try {
    await showSlice(study.head, result.slice, get);
    const { slice } = get();
    const sections = study.head.plan.slices.find((s) => s.name === result.slice)?.sections ?? null;
    if (!slice) return;
    const codes = overSlice(run.codes, slice.section, sections);
    await get().reset();
    if (result.kind === "run") {
      set({ recipe: result.recipe });
      await get().buildGraph(result.recipe.graph);
    }
    const { label, k, nScored, ari, ami, nmi, seconds, clustering } = result;
    const resolution = clustering.method === "leiden" ? clustering.resolution : null;
    set({
      clusters: { codes, nClusters: k, resolution, modularity: null, seconds, epoch: 0 },
      label,
      scores: ari === null || ami === null || nmi === null ? null : { label, nScored, ari, ami, nmi },
      colorBy: { kind: "cluster" },
      colorFollows: true,
      shownRun: { codes, result },
    });
    location.hash = "#lab";
  } catch (thrown) {
    set({ studyError: toLabError(thrown) });
  }
}

/** Codes of the cells of some sections as codes of the whole slice, -1 elsewhere. */
function overSlice(
  codes: Int32Array,
  { codes: section, names }: NonNullable<LabState["slice"]>["section"],
  sections: readonly string[] | null,
): Int32Array {
  if (!sections) return codes;
  let next = 0;
  return Int32Array.from(section, (code) => (sections.includes(names[code]) ? codes[next++] : -1));
}

/** Makes the run's slice the open one. */
async function showSlice({ id, slices }: StudyHead, name: string, get: () => LabState): Promise<void> {
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
