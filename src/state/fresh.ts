import type { SliceInfo } from "../../workers/protocol";
import { labelCodes } from "../core/slice/unlabelled";
import type { AnalysisState, RunState } from "./lab-state";
import type { NetworkState } from "./network-state";

/** A run that has not begun. */
export const emptyRun = {
  run: { kind: "idle" },
  runRecipe: null,
  epoch: 0,
  batches: null,
  losses: [] as number[],
  lossVersion: 0,
  millisecondsPerEpoch: null,
  peakBytes: null,
  nParameters: null,
  kept: null,
  network: null,
  fineTuneLosses: [],
  networkError: null,
} satisfies Partial<RunState & NetworkState>;

/** Nothing learned, nothing asked. */
export const emptyAnalysis = {
  clusters: null,
  scores: null,
  prediction: null,
  liveColors: null,
  plane: null,
  planeKind: null,
  cellLosses: null,
  collapse: null,
  analysing: null,
  analysisError: null,
} satisfies Partial<AnalysisState>;

/** What people call the label they care for, most telling first. */
const usualLabels = ["layer", "domain", "region", "organ", "nucleus", "cell_class", "class", "cell_type", "annotation"];

/** The label to begin with: a usual name first, else the first column with 2 to 100 classes. */
export function chooseLabel(info: SliceInfo): string | null {
  const usable = info.obs.filter(
    (column) =>
      column.kind === "categorical" &&
      column.categories.length >= 2 &&
      column.categories.length <= 100 &&
      column.name !== "section",
  );
  const labelled = (name: string): number => {
    const column = usable.find((c) => c.name === name);
    if (column?.kind !== "categorical") return 0;
    return labelCodes(column).filter((code) => code >= 0).length / info.summary.nObs;
  };
  // a label that covers a part of the cells only (one section of four) is a poor first view
  const usual = usualLabels.find((name) => labelled(name) > 0.5) ?? usualLabels.find((name) => labelled(name) > 0);
  return usual ?? usable[0]?.name ?? null;
}
