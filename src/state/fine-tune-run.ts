import { toLabError } from "../core/errors";
import { labReader } from "../core/study/annotation/linear-reader";
import { fineTuneRecipe } from "../core/train/fine-tune-recipe";
import { overLimit } from "../core/train/over-limit";
import { getThreads } from "./engine";
import { emptyAnalysis } from "./fresh";
import type { LabState } from "./lab-state";
import { startLiveView } from "./live-view";
import { predictionOf } from "./network-prediction";
import type { FineTuneRequest } from "./network-state";

/** Whether a fine-tuning is under way, rather than a run or a model that is made ready. */
export function isFineTuning({ run }: Pick<LabState, "run">): boolean {
  return run.kind === "preparing" && run.what?.startsWith(TITLE) === true;
}
const TITLE = "Fine-tuning to ";

/** What takes the engine with it goes to step 4, which offers what can be done then; all else is said at the form. */
const fatal = ["device", "memory", "internal"];

/**
 * Fine-tunes the run in hand. The network before it stays until the new one is there, and stays if that one is given up or fails.
 */
export async function fineTuneRun(
  request: FineTuneRequest,
  { set, get }: { readonly set: (part: Partial<LabState>) => void; readonly get: () => LabState },
): Promise<void> {
  const { slice, graph, memoryLimit: memoryBytes, losses, fineTuneLosses: before } = get();
  const pretraining = get().pretraining();
  if (!pretraining || !slice || graph.kind !== "ready") return;
  const { label, leaveOut, start, heldOut, fraction, epochs, headLayer, reader } = request;
  await get().borrowEngine(async (engine) => {
    const abort = new AbortController();
    const work = { what: `${TITLE}${label}`, cancel: () => abort.abort() };
    const earlier = { run: get().run, fineTuneLosses: before };
    get().analysing?.cancel();
    set({ run: { kind: "preparing", ...work, progress: null }, networkError: null, fineTuneLosses: [] });
    try {
      const recipe = fineTuneRecipe(pretraining, {
        ...{ label: { name: label, leaveOut }, start, epochs, config: { headLayer, classWeights: "root" } },
      });
      // refused before anything is given up
      const about = { sliceId: slice.id, graphId: graph.graphId, recipe, memoryBytes };
      const { over, mend } = await engine("judge", about, { signal: abort.signal });
      if (over) {
        set({ ...earlier, run: { kind: "done" }, networkError: { where: "fine-tune", error: overLimit(over, mend) } });
        return;
      }
      const choice = { heldOut, fraction, seed: recipe.seed };
      const tuned = await engine(
        "fineTune",
        { ...about, choice, fromScratch: start === "scratch", reader: reader ? labReader : null },
        {
          signal: abort.signal,
          onProgress: (progress) => set({ run: { kind: "preparing", ...work, progress } }),
          onEvent: (event) => set({ fineTuneLosses: [...get().fineTuneLosses, ...event.losses] }),
        },
      );
      const { classes, probabilities, scores, networkAlone, nLabels } = tuned;
      const { f1Micro, f1Macro, nScored: nTest } = scores;
      const prediction = predictionOf(probabilities, {
        ...{ label, leaveOut, classes, heldOut: tuned.heldOut, epoch: tuned.losses.length },
        ...{ f1Micro, f1Macro, nTest, nTrain: nLabels },
      });
      const told = { request, scores, networkAlone, pretraining, pretrainLosses: [...losses] };
      const origin = { kind: "fine-tuned", ...told } as const;
      const { analysis } = await getThreads();
      await analysis("reset", null);
      set({
        ...emptyAnalysis,
        ...{ run: { kind: "done" }, runRecipe: recipe, nParameters: tuned.nParameters, fineTuneLosses: tuned.losses },
        ...{ network: { origin, recipe, prediction, notes: [] }, label, prediction },
        ...{ colorBy: { kind: "prediction" }, colorFollows: true, attention: null, rebuilt: null },
      });
      // the embedding is another one now
      await startLiveView(set, get).stop();
      const { selected } = get();
      if (selected !== null) get().select(selected);
    } catch (thrown) {
      const error = toLabError(thrown);
      if (fatal.includes(error.code)) throw error;
      set({
        ...earlier,
        run: { kind: "done" },
        ...(error.code === "cancelled" ? {} : { networkError: { where: "fine-tune", error } }),
      });
    }
  });
}
