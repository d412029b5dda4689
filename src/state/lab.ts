import { create } from "zustand";
import { createAnalysisSlice } from "./analysis-slice";
import { createBudgetSlice } from "./budget-slice";
import { createCollectionRunSlice } from "./collection-run-slice";
import { createCollectionSlice } from "./collection-slice";
import { createDataSlice } from "./data-slice";
import { watchThreads } from "./engine";
import { createGraphSlice } from "./graph-slice";
import type { LabState } from "./lab-state";
import { createNetworkSlice } from "./network-slice";
import { createRunSlice } from "./run-slice";
import { createStudySlice } from "./study-slice";
import { createViewSlice } from "./view-slice";
import { watchBudget } from "./watch-budget";

/** The whole state of the page. Select narrowly: `useLab((s) => s.epoch)`. */
export const useLab = create<LabState>()((...args) => ({
  ...createDataSlice(...args),
  ...createGraphSlice(...args),
  ...createRunSlice(...args),
  ...createBudgetSlice(...args),
  ...createAnalysisSlice(...args),
  ...createNetworkSlice(...args),
  ...createViewSlice(...args),
  ...createStudySlice(...args),
  ...createCollectionSlice(...args),
  ...createCollectionRunSlice(...args),
}));

watchBudget(useLab);

watchThreads((thread, error) => {
  const state = useLab.getState();
  switch (thread) {
    case "engine":
    case "analysis":
      // the model is gone; Train starts fresh threads
      useLab.setState({ run: { kind: "failed", error }, backend: null, runRecipe: null, analysing: null });
      return;
    case "graph":
      useLab.setState({ graph: { kind: "failed", error }, kept: null });
      return;
    case "data":
      useLab.setState({ opening: null, kept: null, openError: { name: state.opening?.name ?? "The slice", error } });
      return;
    case "study":
    case "collection":
      // its queue or its run hears of it through the call that failed
      return;
    default:
      thread satisfies never;
  }
});
