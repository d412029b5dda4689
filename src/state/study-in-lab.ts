import { toLabError } from "../core/errors";
import { openAnnotationInLab } from "./annotation-in-lab";
import type { LabState } from "./lab-state";
import { showStudySlice } from "./show-study-slice";
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
  if (!study) return;
  if (isAnnotation(study)) return openAnnotationInLab(study, key, { set, get });
  const run = study.finished.get(key);
  if (!run) return;
  const { result } = run;
  try {
    await showStudySlice(study.head, result.slice, get);
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
