import { toLabError } from "../core/errors";
import { modelFile } from "../core/study/annotation/plan";
import type { LabState } from "./lab-state";
import { loadNetwork } from "./load-network";
import { cellsIn, predictionOf, predictionOfSome } from "./network-prediction";
import type { Network } from "./network-state";
import { showStudySlice } from "./show-study-slice";
import { studyArchive } from "./study-archive";
import type { AnnotationStudy } from "./study-state";

/**
 * Shows a finished run of an annotation study in the lab: its predictions and errors on the tissue and, where this browser
 * kept it, its network, with the probabilities of every cell and its attention.
 */
export async function openAnnotationInLab(
  { head, finished }: AnnotationStudy,
  key: string,
  { set, get }: { readonly set: (part: Partial<LabState>) => void; readonly get: () => LabState },
): Promise<void> {
  const done = finished.get(key);
  if (!done?.predictions || done.result.kind === "pretrain") return;
  const { result, predictions } = done;
  const { label, unlabelled: leaveOut, testSections } = head.plan;
  try {
    await showStudySlice(head, head.plan.slice, get);
    const { slice } = get();
    const column = slice?.obs.find(({ name }) => name === label);
    if (!slice || column?.kind !== "categorical") return;
    await get().reset();
    location.hash = "#lab";
    const { f1Micro, f1Macro, nScored: nTest } = result;
    const run = result.kind === "run" ? result : null;
    const nTrain = run?.nTrain ?? result.nLabels;
    const about = { label, leaveOut, f1Micro, f1Macro, nTrain, nTest, epoch: run?.bestEpoch ?? 0 };
    const shown = (network: Network): Partial<LabState> => ({
      ...{ network, label, prediction: network.prediction, colorBy: { kind: "prediction" }, colorFollows: true },
    });
    const origin = { kind: "study", result } as const;
    const kept = await keptModel(head.id, key);
    // browsers may have kept networks from before readers were kept beside them
    const alone =
      "This is the network's own verdict. The study joins a linear reader of a cell's genes to it, and scores both together.";
    if (run && kept) {
      set({ recipe: run.recipe });
      await loadNetwork(
        { bytes: kept, name: "the run's network" },
        { set, get },
        ({ classes, probabilities, reader, notes }) => {
          const heldOut = cellsIn(slice.section, testSections);
          // the scores must be those of the verdict that is shown
          const own = reader ? about : { ...about, ...run.reader?.networkAlone };
          const missing = run.reader && !reader ? [alone] : [];
          const prediction =
            classes && probabilities ? predictionOf(probabilities, { ...own, classes, heldOut }) : null;
          const curve = { epoch: run.bestEpoch, losses: [...run.losses], lossVersion: get().lossVersion + 1 };
          return { ...curve, ...shown({ origin, recipe: run.recipe, notes: [...notes, ...missing], prediction }) };
        },
      );
      return;
    }
    const prediction = predictionOfSome(predictions, {
      ...about,
      categories: column.categories,
      nObs: slice.summary.nObs,
    });
    const notes = run
      ? ["This browser kept no network of this run, so there are predictions of the held-out cells alone."]
      : [];
    set(shown({ origin, recipe: null, notes, prediction }));
  } catch (thrown) {
    set({ studyError: toLabError(thrown) });
  }
}

async function keptModel(id: string, key: string): Promise<Uint8Array | null> {
  const kept = await studyArchive.get(id, modelFile(key)).catch(() => null);
  return kept instanceof Blob ? new Uint8Array(await kept.arrayBuffer()) : null;
}
