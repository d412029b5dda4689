import type { StoreApi } from "zustand";
import { subjectOf } from "./budget-slice";
import type { LabState } from "./lab-state";

/** Settings that change one after the other are waited for. */
const SETTLE_MS = 500;

/** Keeps the estimate of the next run true while nothing runs; a run that starts ends an estimate under way. */
export function watchBudget(lab: StoreApi<LabState>): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wanted = "";
  lab.subscribe((state, before) => {
    if (parts.every((part) => state[part] === before[part])) return;
    if (!isIdle(state)) {
      clearTimeout(timer);
      wanted = "";
      state.stopEstimate();
      return;
    }
    const subject = subjectOf(state);
    if (subject === wanted) return;
    wanted = subject;
    clearTimeout(timer);
    timer = setTimeout(() => void lab.getState().estimate(), SETTLE_MS);
  });
}

/** What an estimate hangs on. */
const parts = ["slice", "opening", "graph", "recipe", "memoryLimit", "backendChoice", "allowSoftware", "run"] as const;

/** There is something to train on, and a next run to speak of that is not the one that was. */
function isIdle({ slice, graph, run, opening, recipe, runRecipe, network }: LabState): boolean {
  // a network that took the run's place is asked, and no settings are tried beside it
  if (network !== null && runRecipe !== null) return false;
  if (slice === null || graph.kind !== "ready" || opening !== null) return false;
  return run.kind === "idle" || (run.kind === "done" && JSON.stringify(recipe) !== JSON.stringify(runRecipe));
}
