import type { CollectionEvent } from "../../workers/protocol";
import { toLabError } from "../core/errors";
import type { CollectionRun, CollectionRunState } from "./collection-state";
import { saveFile } from "./download";
import { type CollectionThread, getThreads, startCollectionThread } from "./engine";
import type { LabState } from "./lab-state";
import type { SliceCreator } from "./slice-creator";

/** Whether a run over this collection reads its sections at this moment. */
export function isTraining({ collectionRun: run }: Pick<LabState, "collectionRun">, id?: string): boolean {
  return (
    run !== null && (id === undefined || run.id === id) && run.phase.kind !== "done" && run.phase.kind !== "failed"
  );
}

/** One run at a time over the sections of a collection, in a thread that ends with it. */
export const createCollectionRunSlice: SliceCreator<CollectionRunState> = (set, get) => {
  let abort: AbortController | null = null;
  let thread: CollectionThread | null = null;

  const change = (part: Partial<CollectionRun>): void => {
    const { collectionRun: run } = get();
    if (run) set({ collectionRun: { ...run, ...part } });
  };

  const hear = (event: CollectionEvent): void => {
    if (event.kind === "began") {
      const { split, nParameters } = event;
      const { collectionRun: run } = get();
      change({
        split,
        nParameters,
        ...(run?.phase.kind === "starting" && { phase: { ...run.phase, kind: "running" } }),
      });
      return;
    }
    const { section, losses, validationLosses } = event;
    change({ section, losses, validationLosses });
  };

  return {
    collectionRun: null,
    async trainCollection(recipe, test) {
      const { shown, backendChoice: prefer, allowSoftware, memoryLimit: memoryBytes } = get();
      if (!shown || isTraining(get())) return;
      const mine = new AbortController();
      abort = mine;
      const nothing = {
        split: null,
        nParameters: null,
        backend: null,
        section: null,
        losses: [],
        validationLosses: [],
      };
      set({ collectionRun: { id: shown.id, recipe, phase: { kind: "starting", progress: null }, ...nothing } });
      try {
        thread = startCollectionThread();
        const report = await thread.call("openBackend", { prefer, allowSoftware });
        change({ backend: report.name });
        const outcome = await thread.call(
          "train",
          { collection: shown.id, recipe, test, memoryBytes },
          {
            signal: mine.signal,
            onEvent: hear,
            onProgress: (progress) => {
              const { collectionRun: run } = get();
              if (run?.phase.kind === "starting" || run?.phase.kind === "running")
                change({ phase: { ...run.phase, progress } });
            },
          },
        );
        const { losses, validationLosses } = outcome;
        change({ phase: { kind: "done", outcome }, section: null, losses, validationLosses });
      } catch (thrown) {
        const error = toLabError(thrown);
        // one that was given up before it began leaves nothing to look at
        if (error.code === "cancelled") set({ collectionRun: null });
        else change({ phase: { kind: "failed", error }, section: null });
      } finally {
        thread?.end();
        thread = null;
      }
    },
    async loadCollectionRun(id) {
      if (isTraining(get()) || get().collectionRun?.id === id) return;
      const { data } = await getThreads();
      // a collection that lost its run is shown without one
      const kept = await data("collectionRun", { id }).catch(() => null);
      if (!kept || isTraining(get()) || get().shown?.id !== id) return;
      const { recipe, outcome } = kept;
      const { split, nParameters, backend, losses, validationLosses } = outcome;
      const about = { split, nParameters, backend, losses, validationLosses, section: null };
      set({ collectionRun: { id, recipe, phase: { kind: "done", outcome }, ...about } });
    },
    stopCollection() {
      const { collectionRun: run } = get();
      if (run?.phase.kind === "starting") thread?.end();
      if (run?.phase.kind !== "running") return;
      change({ phase: { kind: "ending" } });
      abort?.abort();
    },
    saveCollectionModel() {
      const { collectionRun: run, collections } = get();
      if (run?.phase.kind !== "done") return;
      const name = collections?.find(({ id }) => id === run.id)?.name ?? "collection";
      // the download takes a copy, so that it can be saved again
      saveFile(`${name}.safetensors`, run.phase.outcome.model, "application/octet-stream");
    },
  };
};
