import { create } from "zustand";
import { createAnalysisSlice } from "./analysis-slice";
import { createDataSlice } from "./data-slice";
import { watchThreads } from "./engine";
import { createGraphSlice } from "./graph-slice";
import type { LabState } from "./lab-state";
import { createRunSlice } from "./run-slice";
import { createViewSlice } from "./view-slice";

/** The whole state of the page. Select narrowly: `useLab((s) => s.epoch)`. */
export const useLab = create<LabState>()((...args) => ({
  ...createDataSlice(...args),
  ...createGraphSlice(...args),
  ...createRunSlice(...args),
  ...createAnalysisSlice(...args),
  ...createViewSlice(...args),
}));

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
    default:
      thread satisfies never;
  }
});
