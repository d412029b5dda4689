import { LabError } from "../errors";
import type { NamedArray } from "../nn/tensors";
import type { Checkpoint } from "./checkpoint";
import { validateRecipe } from "./recipe";
import { readSafetensors, writeSafetensors } from "./safetensors";
import type { TrainedSoFar } from "./train-to-end";

/** A run at rest with what was told of it, and the weights of its best epoch where it is watched. */
export interface KeptRun {
  readonly checkpoint: Checkpoint;
  readonly soFar: TrainedSoFar;
  readonly best: readonly NamedArray[] | null;
}

const BEST = "best.";

/** A run at rest as a safetensors file; all but the arrays is JSON in its metadata. */
export function writeCheckpoint({ checkpoint, soFar, best }: KeptRun): Uint8Array<ArrayBuffer> {
  const { arrays, recipe, ...progress } = checkpoint;
  const all = [...arrays, ...(best ?? []).map((array) => ({ ...array, name: BEST + array.name }))];
  const parts = { recipe, progress, soFar };
  return writeSafetensors(
    all,
    Object.fromEntries(Object.entries(parts).map(([key, value]) => [key, JSON.stringify(value)])),
  );
}

/** @throws LabError("format") if it is none, or was not written to its end */
export function readCheckpoint(bytes: Uint8Array, name: string): KeptRun {
  const { arrays, metadata } = readSafetensors(bytes);
  const part = (key: string): unknown => {
    try {
      return JSON.parse(metadata[key]);
    } catch (thrown) {
      throw new LabError("format", `${name} is no checkpoint of a run.`, "Start the run again.", String(thrown));
    }
  };
  const best = arrays.filter((array) => array.name.startsWith(BEST));
  return {
    checkpoint: {
      ...(part("progress") as Omit<Checkpoint, "arrays" | "recipe">),
      recipe: validateRecipe(part("recipe")),
      arrays: arrays.filter((array) => !array.name.startsWith(BEST)),
    },
    soFar: part("soFar") as TrainedSoFar,
    best: best.length > 0 ? best.map((array) => ({ ...array, name: array.name.slice(BEST.length) })) : null,
  };
}
