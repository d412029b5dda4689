import type { TrainEvent } from "../../workers/protocol";
import { LabError, toLabError } from "../core/errors";
import { defaultRecipe } from "../core/train/recipe";
import { saveFile } from "./download";
import { getThreads, restartEngine, type Threads } from "./engine";
import { emptyAnalysis, emptyRun } from "./fresh";
import type { KeptRun, RunState } from "./lab-state";
import { startLiveView } from "./live-view";
import type { SliceCreator } from "./slice-creator";

/** Steps 3 and 4: what to train, and the run itself. */
export const createRunSlice: SliceCreator<RunState> = (set, get) => {
  /** Pauses the training call in hand. */
  let pauseCall: (() => void) | null = null;
  let recent: number[] = [];
  /** What the present run trains on, and the epoch it is to reach. */
  let task: Pick<KeptRun, "sliceId" | "graphId" | "until"> | null = null;
  /** Counts the runs begun: an older one that ends late has no more to say. */
  let attempt = 0;
  /** The engine that the present run has, to be replaced should it fail. */
  let engineInUse: Threads["engine"] | undefined;

  const onEvent = (event: TrainEvent): void => {
    switch (event.kind) {
      case "epochs": {
        recent = [...recent, ...event.milliseconds].slice(-9);
        const { losses, lossVersion } = get();
        losses.push(...event.losses);
        set({
          epoch: event.epoch,
          lossVersion: lossVersion + 1,
          millisecondsPerEpoch: median(recent),
          peakBytes: event.peakBytes,
        });
        return;
      }
      case "batches":
        set({ batches: { done: event.batch, of: event.nBatches } });
        return;
      case "checkpoint": {
        const { backend } = get();
        if (task && backend) set({ kept: { ...task, checkpoint: event.checkpoint, backend: backend.name } });
        return;
      }
      default:
        event satisfies never;
    }
  };

  /**
   * Opens the backend and builds the model, as it was at `kept` if that is given. False for a run that would pass a
   * limit: step 4 says which and what to do, and nothing has begun.
   */
  const prepare = async (kept: KeptRun | null = null): Promise<boolean> => {
    const { slice, graph, losses } = get();
    const recipe = kept?.checkpoint.recipe ?? get().recipe;
    const epoch = kept?.checkpoint.epoch ?? 0;
    if (!slice) throw new LabError("missing", "There is no slice to train on.", "Open a file first.");
    if (graph.kind !== "ready")
      throw new LabError("missing", "There is no graph yet.", "Build the graph in step 2 first.");
    const abort = new AbortController();
    const cancel = (): void => abort.abort();
    set({
      ...emptyRun,
      ...emptyAnalysis,
      kept,
      epoch,
      losses: losses.slice(0, epoch),
      run: { kind: "preparing", progress: null, cancel },
    });
    recent = [];
    const { sliceId, graphId } = kept ?? { sliceId: slice.id, graphId: graph.graphId };
    task = { sliceId, graphId, until: kept?.until ?? recipe.epochs };
    const { engine, analysis } = await getThreads();
    engineInUse = engine;
    await analysis("reset", null);
    await ensureBackend();
    // one that is resumed fitted before
    if (!kept && !(await get().settleBudget(abort.signal))) {
      set({ run: { kind: "idle" } });
      return false;
    }
    const { nParameters } = await engine(
      "prepare",
      // a copy goes, so that the page keeps its own should this attempt fail as well
      { sliceId, graphId, recipe, checkpoint: kept?.checkpoint ?? null },
      {
        signal: abort.signal,
        onProgress: (progress) => set({ run: { kind: "preparing", progress, cancel } }),
      },
    );
    set({ runRecipe: recipe, nParameters });
    return true;
  };

  let opening: Promise<void> | null = null;
  /** Whoever asks while it is being opened waits with the one who asked first: a second opening would end the first. */
  const ensureBackend = (): Promise<void> => {
    opening ??= openBackend().finally(() => {
      opening = null;
    });
    return opening;
  };
  const openBackend = async (): Promise<void> => {
    if (get().backend) return;
    const { engine } = await getThreads();
    engineInUse = engine;
    const { backendChoice: prefer, allowSoftware } = get();
    set({ backend: await engine("openBackend", { prefer, allowSoftware }) });
  };

  /** Trains to `until`, recolouring on the way; resolves once paused or there. */
  const trainTo = async (until: number): Promise<void> => {
    const abort = new AbortController();
    pauseCall = () => abort.abort();
    set({ run: { kind: "training", until }, ...(get().colorFollows ? { colorBy: { kind: "embedding" } } : {}) });
    const live = startLiveView(set, get);
    try {
      const { engine } = await getThreads();
      engineInUse = engine;
      const { paused } = await engine("train", { untilEpoch: until }, { signal: abort.signal, onEvent });
      set({ run: paused ? { kind: "paused", until } : { kind: "done" } });
    } finally {
      pauseCall = null;
      await live.stop();
    }
  };

  const busy = (): boolean => get().run.kind === "preparing" || get().run.kind === "training";

  const guarded = async (work: () => Promise<void>): Promise<void> => {
    if (busy()) return;
    const mine = ++attempt;
    try {
      await work();
    } catch (thrown) {
      if (mine !== attempt) return;
      const error = toLabError(thrown);
      if (error.code === "cancelled") {
        set({ run: get().runRecipe ? { kind: "paused", until: get().recipe.epochs } : { kind: "idle" } });
        return;
      }
      set({ run: { kind: "failed", error } });
      // a lost device or a trapped module poisons its thread: the next run gets a fresh one
      if (error.code === "device" || error.code === "memory" || error.code === "internal") {
        set({ backend: null, runRecipe: null });
        // should it fail, whoever next asks for the threads hears why
        await restartEngine(engineInUse).catch(() => {});
      }
    }
  };

  return {
    recipe: defaultRecipe(),
    backendChoice: "auto",
    allowSoftware: false,
    backend: null,
    ...emptyRun,
    editRecipe: (change) => set({ recipe: change(get().recipe) }),
    ensureBackend,
    async chooseBackend(backendChoice, allowSoftware = false) {
      await get().reset();
      set({ backendChoice, allowSoftware, backend: null });
      await restartEngine();
      await guarded(ensureBackend);
    },
    train: () =>
      guarded(async () => {
        const { run, runRecipe, epoch } = get();
        if (!runRecipe || run.kind === "failed" || run.kind === "idle") {
          if (!(await prepare())) return;
        }
        const from = get().epoch;
        const epochs = get().runRecipe?.epochs ?? get().recipe.epochs;
        const until = run.kind === "paused" && epoch < run.until ? run.until : from + epochs;
        if (task) task = { ...task, until };
        await trainTo(until);
        if (get().run.kind === "done") void get().analyse();
      }),
    resume: (on) =>
      guarded(async () => {
        const { kept } = get();
        if (!kept) throw new LabError("missing", "There is no checkpoint to go on from.", "Press Train to start anew.");
        if (on) set({ backendChoice: on, allowSoftware: false, backend: null });
        await prepare(kept);
        await trainTo(kept.until);
        if (get().run.kind === "done") void get().analyse();
      }),
    pause: () => pauseCall?.(),
    step: () =>
      guarded(async () => {
        const { run, runRecipe } = get();
        if (!runRecipe || run.kind === "failed" || run.kind === "idle") {
          if (!(await prepare())) return;
        }
        const until = run.kind === "paused" ? run.until : (get().runRecipe?.epochs ?? 0);
        await trainTo(get().epoch + 1);
        set({ run: get().epoch < until ? { kind: "paused", until } : { kind: "done" } });
      }),
    async stop() {
      pauseCall?.();
      // the training call ends after the epoch in hand
      while (get().run.kind === "training") await new Promise((resolve) => setTimeout(resolve, 20));
      if (get().run.kind !== "paused") return;
      set({ run: { kind: "done" } });
      void get().analyse();
    },
    async reset() {
      const { run } = get();
      if (run.kind === "preparing") run.cancel();
      pauseCall?.();
      while (busy()) await new Promise((resolve) => setTimeout(resolve, 20));
      get().analysing?.cancel();
      if (get().runRecipe) {
        const { engine, analysis } = await getThreads();
        await Promise.all([engine("reset", null), analysis("reset", null)]);
      }
      const usesResult = ["cluster", "prediction", "errors", "embedding", "loss"].includes(get().colorBy.kind);
      const { label } = get();
      set({
        ...emptyRun,
        losses: [],
        ...emptyAnalysis,
        attention: null,
        rebuilt: null,
        ...(usesResult
          ? { colorBy: label ? { kind: "obs", name: label } : { kind: "section" }, colorFollows: true }
          : {}),
      });
    },
    borrowEngine: (work) =>
      guarded(async () => {
        const { engine } = await getThreads();
        engineInUse = engine;
        await ensureBackend();
        await work(engine);
      }),
    async downloadWeights() {
      set({ actionError: null });
      try {
        const { engine } = await getThreads();
        const { bytes } = await engine("weights", null);
        saveFile(`${get().slice?.name ?? "model"}.safetensors`, bytes, "application/octet-stream");
      } catch (thrown) {
        set({ actionError: { where: "train", error: toLabError(thrown) } });
      }
    },
  };
};

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? null;
}
