import { f1Scores } from "../core/metrics/f1";
import { labelCodes } from "../core/slice/unlabelled";
import type { SectionSplit } from "../core/study/annotation/split";
import type { CollectionRun } from "./collection-state";
import type { LabState } from "./lab-state";
import { loadNetwork } from "./load-network";
import { predictionOf } from "./network-prediction";
import type { NetworkPrediction } from "./network-state";

/** A run over sections that is done. */
export type DoneRun = CollectionRun & {
  readonly phase: Extract<CollectionRun["phase"], { kind: "done" }>;
  readonly split: SectionSplit;
};

export function isDone(run: CollectionRun | null): run is DoneRun {
  return run?.phase.kind === "done" && run.split !== null;
}

/**
 * Asks the network that a run over sections learned about the section that is open: its embedding and clusters, or, where it
 * learned a label, its predictions, scored where it did not learn from this section.
 */
export async function showSectionNetwork(
  { recipe, split, losses, phase: { outcome } }: DoneRun,
  { name, section }: { readonly name: string; readonly section: number },
  { set, get }: { readonly set: (part: Partial<LabState>) => void; readonly get: () => LabState },
): Promise<void> {
  const role = split.train.includes(section) ? "train" : split.test.includes(section) ? "test" : "validation";
  const epochs = outcome.bestEpoch ?? losses.length;
  set({ recipe });
  await loadNetwork({ bytes: outcome.model, name: `the network of ${name}` }, { set, get }, (loaded) => {
    const { classes, probabilities, notes } = loaded;
    const prediction =
      classes && probabilities && predicted({ classes, probabilities }, { recipe, role, epochs }, get());
    const origin = { kind: "collection", name, sections: split.train.length, role, epochs } as const;
    return {
      ...{ epoch: epochs, losses: [...losses], lossVersion: get().lossVersion + 1 },
      network: { origin, recipe, prediction: prediction || null, notes },
      ...(prediction && {
        ...{ label: prediction.label, prediction, colorBy: { kind: "prediction" }, colorFollows: true },
      }),
    };
  });
  const { network } = get();
  if (network && !network.prediction) void get().analyse();
}

function predicted(
  { classes, probabilities }: { readonly classes: readonly string[]; readonly probabilities: Float32Array },
  {
    recipe,
    role,
    epochs: epoch,
  }: { readonly recipe: DoneRun["recipe"]; readonly role: string; readonly epochs: number },
  { slice }: Pick<LabState, "slice">,
): NetworkPrediction | null {
  if (!slice || !recipe.label) return null;
  const { name: label, leaveOut } = recipe.label;
  const column = slice.obs.find((one) => one.name === label);
  const truth =
    column?.kind === "categorical"
      ? labelCodes(column, leaveOut).map((code) => (code < 0 ? -1 : classes.indexOf(column.categories[code])))
      : new Int32Array(slice.summary.nObs).fill(-1);
  const heldOut = new Uint8Array(slice.summary.nObs).fill(role === "train" ? 0 : 1);
  const about = { label, leaveOut, epoch, heldOut, nTrain: 0, nTest: 0, f1Micro: Number.NaN, f1Macro: Number.NaN };
  const found = predictionOf(probabilities, { ...about, classes });
  const { micro: f1Micro, macro: f1Macro, nScored: nTest } = f1Scores(truth, found.predicted, { mask: heldOut });
  const nTrain = role === "train" ? truth.filter((code) => code >= 0).length : 0;
  return { ...found, f1Micro, f1Macro, nTrain, nTest };
}
