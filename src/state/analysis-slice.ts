import type { ProbeResult } from "../../workers/protocol";
import type { Progress } from "../../workers/rpc";
import { toLabError } from "../core/errors";
import { labelCodes } from "../core/slice/unlabelled";
import { getThreads } from "./engine";
import { emptyAnalysis } from "./fresh";
import type { AnalysisState, LabState } from "./lab-state";
import type { SliceCreator } from "./slice-creator";

type What = NonNullable<AnalysisState["analysing"]>["what"];

/** Clusters, predictions, the embedding's plane, and how well they agree with a label. */
export const createAnalysisSlice: SliceCreator<AnalysisState> = (set, get) => {
  let chain = 0;

  /** Runs one piece of work with progress and cancel; false when it was cancelled or failed. */
  const working = async (
    what: What,
    work: (options: { signal: AbortSignal; onProgress(progress: Progress): void }) => Promise<Partial<LabState>>,
  ): Promise<boolean> => {
    if (get().embeddingEpoch() === null) return false;
    get().analysing?.cancel();
    const abort = new AbortController();
    const analysing = { what, progress: null, cancel: () => abort.abort() };
    set({ analysing, analysisError: null });
    const current = (): boolean => get().analysing?.cancel === analysing.cancel;
    try {
      const found = await work({
        signal: abort.signal,
        onProgress: (progress) => current() && set({ analysing: { ...analysing, progress } }),
      });
      if (!current()) return false;
      set({ ...found, analysing: null });
      return true;
    } catch (thrown) {
      if (!current()) return false;
      const error = toLabError(thrown);
      set({ analysing: null, ...(error.code === "cancelled" ? {} : { analysisError: error }) });
      return false;
    }
  };

  /** Codes of the chosen label with its classes; null without one. */
  const labelled = (): { label: string; codes: Int32Array; categories: readonly string[] } | null => {
    const { slice, label } = get();
    const column = slice?.obs.find((c) => c.name === label);
    if (!label || column?.kind !== "categorical") return null;
    return { label, codes: labelCodes(column), categories: column.categories };
  };

  const score = async (): Promise<void> => {
    const { clusters } = get();
    const target = labelled();
    if (!clusters || !target) return set({ scores: null });
    const { analysis } = await getThreads();
    const scores = await analysis("score", { clusters: clusters.codes, labels: target.codes });
    if (get().clusters === clusters && get().label === target.label) {
      set({ scores: { label: target.label, ...scores } });
    }
  };

  const cluster = async (): Promise<boolean> => {
    const done = await working("clusters", async (options) => {
      const { analysis, engine } = await getThreads();
      const clusters = await analysis("cluster", get().clusterRequest, options);
      const { losses } = await engine("cellLosses", null);
      const collapse = await engine("collapse", null);
      return {
        clusters,
        collapse,
        cellLosses: losses,
        ...(get().colorFollows ? { colorBy: { kind: "cluster" } } : {}),
      };
    });
    if (done) await score();
    return done;
  };

  const predict = (): Promise<boolean> =>
    working("prediction", async (options) => {
      const { slice, split, recipe } = get();
      const target = labelled();
      if (!slice || !target) return { prediction: null };
      const { analysis } = await getThreads();
      const prediction: ProbeResult = await analysis(
        "probe",
        { ...target, holdOut: 0.2, split, seed: recipe.seed, sliceId: slice.id },
        options,
      );
      return { prediction };
    });

  const umap = (): Promise<boolean> =>
    working("umap", async (options) => {
      const { analysis } = await getThreads();
      const { positions } = await analysis(
        "umap",
        { nNeighbours: 15, minDist: 0.1, seed: get().recipe.seed },
        {
          ...options,
          onEvent: ({ positions: plane }) => set({ plane, planeKind: "umap", planeVersion: get().planeVersion + 1 }),
        },
      );
      return { plane: positions, planeKind: "umap", planeVersion: get().planeVersion + 1 };
    });

  return {
    label: null,
    clusterRequest: { method: "leiden", resolution: 1, seed: 0 },
    split: "random",
    liveVersion: 0,
    planeVersion: 0,
    ...emptyAnalysis,
    embeddingEpoch: () => (get().runRecipe && get().epoch > 0 ? get().epoch : null),
    setLabel(label) {
      set({ label, prediction: null, scores: null });
      void score();
    },
    setSplit: (split) => set({ split }),
    setClusterRequest: (clusterRequest) => set({ clusterRequest }),
    cluster: async () => void (await cluster()),
    umap: async () => void (await umap()),
    predict: async () => void (await predict()),
    async analyse() {
      const mine = ++chain;
      for (const work of [cluster, predict, umap]) {
        if (mine !== chain || !(await work())) return;
      }
    },
  };
};
