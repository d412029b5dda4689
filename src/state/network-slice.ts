import { toLabError } from "../core/errors";
import { saveFile } from "./download";
import { getThreads } from "./engine";
import { fineTuneRun } from "./fine-tune-run";
import { emptyRun } from "./fresh";
import type { NetworkState } from "./network-state";
import { openModelFiles } from "./open-model";
import { needsLabel } from "./recipe-method";
import { saveModelFolder } from "./save-model";
import type { SliceCreator } from "./slice-creator";

/** A network that took the place of step 4's own run, and what it says of the cells. */
export const createNetworkSlice: SliceCreator<NetworkState> = (set, get) => {
  const exported = async (): Promise<{
    model: Uint8Array<ArrayBuffer>;
    predictions: Uint8Array<ArrayBuffer> | null;
  }> => {
    set({ networkError: null });
    const { engine } = await getThreads();
    return engine("exportModel", null);
  };
  const guarded = (work: () => Promise<void>): Promise<void> =>
    work().catch((thrown) => set({ networkError: { where: "network", error: toLabError(thrown) } }));
  return {
    network: emptyRun.network,
    fineTuneLosses: emptyRun.fineTuneLosses,
    networkError: emptyRun.networkError,
    dismissNetworkError: () => set({ networkError: null }),
    showNetworkPrediction() {
      const { network, slice } = get();
      if (!network?.prediction) return;
      const { label } = network.prediction;
      const isThere = slice?.obs.some(({ name }) => name === label) ?? false;
      set({ prediction: network.prediction, ...(isThere && { label }) });
      get().setColorBy({ kind: "prediction" });
    },
    pretraining() {
      const { network, runRecipe, run, epoch } = get();
      if (network?.origin.kind === "fine-tuned") return network.origin.pretraining;
      if (!runRecipe || needsLabel(runRecipe.method) || epoch === 0) return null;
      return run.kind === "done" || (run.kind === "preparing" && run.what !== undefined) ? runRecipe : null;
    },
    openModel: (files, folder = null) => openModelFiles({ files, folder }, { set, get }),
    fineTune: (request) => fineTuneRun(request, { set, get }),
    exportPredictions: () =>
      guarded(async () => {
        const { predictions } = await exported();
        if (predictions) saveFile(`${get().slice?.name ?? "slice"}-predictions.csv`, predictions, "text/csv");
      }),
    exportModel: () => guarded(async () => saveModelFolder(await exported(), get())),
  };
};
