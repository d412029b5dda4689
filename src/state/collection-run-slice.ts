import type { CollectionApi, CollectionEvent } from "../../workers/protocol";
import { toLabError } from "../core/errors";
import type { CollectionRun, CollectionRunState } from "./collection-state";
import { saveFile } from "./download";
import { type CollectionThread, getThreads, startCollectionThread } from "./engine";
import type { LabState } from "./lab-state";
import type { SliceCreator } from "./slice-creator";

/** Whether a run over this collection reads its sections at this moment. */
export function isTraining({ collectionRun: run }: Pick<LabState, "collectionRun">, id?: string): boolean {
  if (run === null || (id !== undefined && run.id !== id)) return false;
  return !["done", "failed", "interrupted"].includes(run.phase.kind);
}

/** Whether a run ended before its end, and can go on: one whose loss ran away would do so again. */
export function isResumable({ phase, checkpoint }: CollectionRun): boolean {
  const cut = phase.kind === "interrupted" || (phase.kind === "failed" && phase.error.code !== "range");
  return cut && typeof checkpoint === "number";
}

const untold = {
  ...{ split: null, nParameters: null, backend: null, section: null, checkpoint: null },
  ...{ losses: [], validationLosses: [] },
};

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
    if (event.kind === "checkpoint") {
      change({ checkpoint: event.epoch ?? "none" });
      return;
    }
    const { section, losses, validationLosses } = event;
    change({ section, losses, validationLosses });
  };

  /** Trains in a thread of its own; `run` is what is shown meanwhile, and null for `start` goes on with what was cut off. */
  const trainIn = async (run: CollectionRun, start: CollectionApi["train"]["request"]["start"]): Promise<void> => {
    const { backendChoice: prefer, allowSoftware, memoryLimit: memoryBytes } = get();
    const mine = new AbortController();
    abort = mine;
    set({ collectionRun: run });
    try {
      thread = startCollectionThread();
      const report = await thread.call("openBackend", { prefer, allowSoftware });
      change({ backend: report.name });
      const outcome = await thread.call(
        "train",
        { collection: run.id, start, memoryBytes },
        {
          signal: mine.signal,
          onEvent: hear,
          onProgress: (progress) => {
            const { collectionRun: now } = get();
            if (now?.phase.kind === "starting" || now?.phase.kind === "running")
              change({ phase: { ...now.phase, progress } });
          },
        },
      );
      const { losses, validationLosses } = outcome;
      change({ phase: { kind: "done", outcome }, section: null, losses, validationLosses });
    } catch (thrown) {
      const error = toLabError(thrown);
      if (error.code !== "cancelled") change({ phase: { kind: "failed", error }, section: null });
      else {
        // given up before it began: what was there before is shown again
        set({ collectionRun: null });
        await get().loadCollectionRun(run.id);
      }
    } finally {
      thread?.end();
      thread = null;
    }
  };

  return {
    collectionRun: null,
    async trainCollection(recipe, test) {
      const { shown } = get();
      if (!shown || isTraining(get())) return;
      const phase = { kind: "starting", progress: null } as const;
      await trainIn({ ...untold, id: shown.id, recipe, phase }, { recipe, test });
    },
    async resumeCollection() {
      const { collectionRun: run } = get();
      if (!run || !isResumable(run)) return;
      await trainIn({ ...run, phase: { kind: "starting", progress: null } }, null);
    },
    async forgetInterrupted() {
      const { collectionRun: run } = get();
      if (run?.phase.kind !== "interrupted") return;
      try {
        const { data } = await getThreads();
        await data("forgetInterrupted", { id: run.id });
        set({ collectionRun: null });
        await get().loadCollectionRun(run.id);
      } catch (thrown) {
        set({ collectionError: { title: "The run was not given up", error: toLabError(thrown) } });
      }
    },
    async loadCollectionRun(id) {
      if (isTraining(get()) || get().collectionRun?.id === id) return;
      const { data } = await getThreads();
      // a collection that lost its run is shown without one
      const found = await data("collectionRun", { id }).catch(() => null);
      if (!found || isTraining(get()) || get().shown?.id !== id) return;
      const { kept, interrupted } = found;
      if (interrupted) {
        const { test: _, ...about } = interrupted;
        const checkpoint = about.losses.length;
        set({ collectionRun: { ...untold, ...about, id, phase: { kind: "interrupted" }, checkpoint } });
        return;
      }
      if (!kept) return;
      const { recipe, outcome } = kept;
      const { split, nParameters, backend, losses, validationLosses } = outcome;
      const about = { split, nParameters, backend, losses, validationLosses };
      set({ collectionRun: { ...untold, ...about, id, recipe, phase: { kind: "done", outcome } } });
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
