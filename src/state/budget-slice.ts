import { getThreads } from "./engine";
import type { BudgetState, LabState } from "./lab-state";
import type { SliceCreator } from "./slice-creator";

/** What a run would take, before it starts. */
export const createBudgetSlice: SliceCreator<BudgetState> = (set, get) => {
  let abort: AbortController | null = null;

  const judge = async (about: string, signal: AbortSignal): Promise<void> => {
    const { slice, graph, recipe, memoryLimit: memoryBytes } = get();
    if (!slice || graph.kind !== "ready") return;
    const { engine } = await getThreads();
    const request = { sliceId: slice.id, graphId: graph.graphId, recipe, memoryBytes };
    const verdict = await engine("judge", request, { signal });
    set({ budget: { kind: "ready", about, verdict, probe: null, measuring: false } });
  };

  const measure = async (signal: AbortSignal): Promise<void> => {
    const { slice, graph, recipe, budget, backend } = get();
    if (!slice || graph.kind !== "ready" || budget.kind !== "ready") return;
    // an emulated GPU would take longer to compile than may be spent here
    if (budget.verdict.over || backend?.software) return;
    set({ budget: { ...budget, measuring: true } });
    try {
      const { engine } = await getThreads();
      const probe = await engine("probe", { sliceId: slice.id, graphId: graph.graphId, recipe }, { signal });
      set({ budget: { ...budget, probe } });
    } catch (thrown) {
      if (get().budget.kind === "ready") set({ budget });
      throw thrown;
    }
  };

  return {
    memoryLimit: defaultMemoryLimit(),
    budget: { kind: "none" },
    setMemoryLimit: (memoryLimit) => set({ memoryLimit }),
    async estimate() {
      abort?.abort();
      const mine = new AbortController();
      abort = mine;
      try {
        await get().ensureBackend();
        if (mine.signal.aborted) return;
        await judge(subjectOf(get()), mine.signal);
        if (!mine.signal.aborted) await measure(mine.signal);
      } catch {
        // a backend that does not open, or work that fails, says so when the run starts
      }
    },
    stopEstimate: () => abort?.abort(),
    async settleBudget(signal) {
      const about = subjectOf(get());
      const { budget } = get();
      if (budget.kind !== "ready" || budget.about !== about) await judge(about, signal);
      const { budget: settled } = get();
      return settled.kind !== "ready" || settled.verdict.over === null;
    },
    applyMend() {
      const { budget } = get();
      const recipe = budget.kind === "ready" ? budget.verdict.mend?.recipe : null;
      if (recipe) get().editRecipe((r) => ({ ...recipe, epochs: r.epochs, seed: r.seed, optimizer: r.optimizer }));
    },
  };
};

/** Whether the next run is known to pass a limit; a model that is there already fits. */
export function isRefused(state: LabState): boolean {
  const { budget, runRecipe } = state;
  if (runRecipe !== null || budget.kind !== "ready") return false;
  return budget.verdict.over !== null && budget.about === subjectOf(state);
}

/** Names what an estimate is about: all that memory and time of an epoch depend on. */
export function subjectOf({ slice, graph, recipe, memoryLimit, backendChoice, allowSoftware }: LabState): string {
  const { epochs, seed, optimizer, ...cost } = recipe;
  const graphId = graph.kind === "ready" && graph.graphId;
  return JSON.stringify([slice?.id, graphId, cost, memoryLimit, backendChoice, allowSoftware]);
}

/**
 * Half the machine's memory where the browser says that it is small, for the page is not alone. Browsers say no more
 * than 8 GiB of any machine, so from there on the backend's own limits are left to speak.
 */
function defaultMemoryLimit(): number {
  const gibibytes = (globalThis.navigator as { deviceMemory?: number } | undefined)?.deviceMemory ?? 8;
  return (gibibytes < 8 ? gibibytes / 2 : 8) * 2 ** 30;
}
