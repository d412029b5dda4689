import { toLabError } from "../core/errors";
import { getThreads } from "./engine";
import type { GraphState } from "./lab-state";
import type { SliceCreator } from "./slice-creator";

/** Step 2: the neighbourhood graph of the open slice. */
export const createGraphSlice: SliceCreator<GraphState> = (set, get) => {
  let attempt = 0;
  return {
    graph: { kind: "none" },
    async buildGraph(recipe) {
      const { slice, graph } = get();
      if (graph.kind === "building") graph.cancel();
      get().editRecipe((r) => ({ ...r, graph: recipe }));
      if (!slice) return;
      const mine = ++attempt;
      const abort = new AbortController();
      const cancel = (): void => abort.abort();
      set({ graph: { kind: "building", progress: null, cancel }, neighbours: null, attention: null });
      try {
        const { graph: thread } = await getThreads();
        const result = await thread(
          "build",
          { sliceId: slice.id, recipe },
          {
            signal: abort.signal,
            onProgress: (progress) => mine === attempt && set({ graph: { kind: "building", progress, cancel } }),
          },
        );
        if (mine !== attempt) return;
        set({ graph: { kind: "ready", ...result } });
        const { selected } = get();
        if (selected !== null) get().select(selected);
      } catch (thrown) {
        if (mine === attempt) set({ graph: { kind: "failed", error: toLabError(thrown) } });
      }
    },
  };
};
