import type { SliceInfo } from "../../workers/protocol";
import { f1Scores } from "../core/metrics/f1";
import { codesAmong, type LabelRecipe } from "../core/slice/cell-labels";
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
    const { slice } = get();
    const { label } = recipe;
    const prediction =
      classes && probabilities && slice && label
        ? sectionPrediction({ classes, probabilities }, { label, learned: role === "train", epoch: epochs }, slice)
        : null;
    const origin = { kind: "collection", name, sections: split.train.length, role, epochs } as const;
    return {
      ...{ epoch: epochs, losses: [...losses], lossVersion: get().lossVersion + 1 },
      network: { origin, recipe, prediction, notes },
      ...(prediction && {
        ...{ label: prediction.label, prediction, colorBy: { kind: "prediction" }, colorFollows: true },
      }),
    };
  });
  const { network } = get();
  if (network && !network.prediction) void get().analyse();
}

/**
 * Class probabilities of every cell of a section as a prediction, scored by the section's own labels unless it was learned
 * from. Cells of a class that no section to train on had are not scored.
 */
export function sectionPrediction(
  { classes, probabilities }: { readonly classes: readonly string[]; readonly probabilities: Float32Array },
  { label, learned, epoch }: { readonly label: LabelRecipe; readonly learned: boolean; readonly epoch: number },
  { obs }: Pick<SliceInfo, "obs">,
): NetworkPrediction {
  const nObs = probabilities.length / classes.length;
  const truth = codesAmong({ obs }, label, classes) ?? new Int32Array(nObs).fill(-1);
  const heldOut = new Uint8Array(nObs).fill(learned ? 0 : 1);
  const unscored = { nTrain: 0, nTest: 0, f1Micro: Number.NaN, f1Macro: Number.NaN };
  const about = { label: label.name, leaveOut: label.leaveOut, epoch, heldOut, ...unscored };
  const found = predictionOf(probabilities, { ...about, classes });
  const { micro: f1Micro, macro: f1Macro, nScored: nTest } = f1Scores(truth, found.predicted, { mask: heldOut });
  const nTrain = learned ? truth.filter((code) => code >= 0).length : 0;
  return { ...found, f1Micro, f1Macro, nTrain, nTest };
}
