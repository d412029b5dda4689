import type { LoadedModel } from "../../workers/protocol";
import { toLabError } from "../core/errors";
import { readModel } from "../core/train/model-file";
import type { LabState } from "./lab-state";

type Set = (part: Partial<LabState>) => void;

/**
 * Builds the graph that a model asks for and takes the model in place of the one in hand; what went wrong is shown at the step
 * where it did.
 *
 * @param then  called with what the network says once it is there; its part of the state is set with the rest
 */
export async function loadNetwork(
  { bytes, name }: { readonly bytes: Uint8Array; readonly name: string },
  { set, get }: { readonly set: Set; readonly get: () => LabState },
  then: (loaded: LoadedModel) => Partial<LabState>,
): Promise<void> {
  await get().reset();
  try {
    const { recipe } = readModel(bytes, name);
    await get().buildGraph(recipe.graph);
    const { slice, graph } = get();
    if (!slice || graph.kind !== "ready") return;
    await get().borrowEngine(async (engine) => {
      const abort = new AbortController();
      const work = { what: `Taking ${name}`, cancel: () => abort.abort() };
      set({ run: { kind: "preparing", ...work, progress: null } });
      const { memoryLimit: memoryBytes } = get();
      const request = { sliceId: slice.id, graphId: graph.graphId, bytes, name, memoryBytes };
      const loaded = await engine("loadModel", request, {
        signal: abort.signal,
        onProgress: (progress) => set({ run: { kind: "preparing", ...work, progress } }),
      });
      set({
        run: { kind: "done" },
        runRecipe: recipe,
        nParameters: loaded.nParameters,
        ...then(loaded),
      });
      const { selected } = get();
      if (selected !== null) get().select(selected);
    });
  } catch (thrown) {
    set({ run: { kind: "failed", error: toLabError(thrown) } });
  }
}
