import { strToU8, zipSync } from "fflate";
import { saveFile } from "./download";
import type { LabState } from "./lab-state";

/**
 * The network in hand as a folder that the command line's `predict --model` takes, zipped: the model, the record of what it is
 * and how well it predicts, and what it predicts of the open slice.
 */
export function saveModelFolder(
  { model, predictions }: { readonly model: Uint8Array; readonly predictions: Uint8Array | null },
  { slice, network, backend, nParameters, fineTuneLosses, runRecipe }: LabState,
): void {
  const origin = network?.origin;
  const tuned = origin?.kind === "fine-tuned" ? origin : null;
  const record = {
    ...{ version: 1, finished: true, recipe: runRecipe, backend, slice: slice?.summary, nParameters },
    ...(network?.prediction && { classes: network.prediction.categories }),
    ...(tuned && {
      pretraining: tuned.pretraining,
      pretrainLosses: tuned.pretrainLosses,
      ...{ epochs: fineTuneLosses.length, losses: fineTuneLosses },
      ...{ heldOut: tuned.request.heldOut, fraction: tuned.request.fraction, scores: tuned.scores },
      ...(tuned.networkAlone && { networkAlone: tuned.networkAlone }),
    }),
    notes: network?.notes ?? [],
  };
  const files = {
    "model.safetensors": model,
    "run.json": strToU8(`${JSON.stringify(record, null, 2)}\n`),
    ...(predictions && { "predictions.csv": predictions }),
  };
  const name = `${slice?.name ?? "slice"}-model`;
  saveFile(`${name}.zip`, zipSync(files), "application/zip");
}
