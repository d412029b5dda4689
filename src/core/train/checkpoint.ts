import * as tf from "@tensorflow/tfjs-core";
import type { Backend } from "../backend/backend";
import { assertShape, LabError } from "../errors";
import { type NamedArray, type NamedTensors, type Params, underPrefix, withPrefix } from "../nn/tensors";
import type { AdamWState } from "./adamw";
import type { RunRecipe } from "./recipe";
import type { RunProgress } from "./run-progress";

/** A run at rest: how far it is, weights, running statistics and optimiser state. */
export interface Checkpoint extends RunProgress {
  readonly version: 1;
  readonly recipe: RunRecipe;
  readonly arrays: readonly NamedArray[];
}

/** What changes from step to step. */
export interface RunState {
  readonly recipe: RunRecipe;
  readonly params: Params;
  readonly optimizer: AdamWState;
}

/** Reads a run's state from the device. */
export async function writeState(backend: Backend, state: RunState, progress: RunProgress): Promise<Checkpoint> {
  const arrays: NamedArray[] = [];
  for (const [name, t] of Object.entries(tensorsOf(state))) {
    arrays.push({ name, shape: t.shape, data: Float32Array.from(await backend.read(t)) });
  }
  return { version: 1, recipe: state.recipe, ...progress, arrays };
}

/**
 * Puts a checkpoint on the device.
 *
 * @param like  a run of the same recipe; only its names and shapes are read
 * @throws LabError("shape" | "missing" | "range") if the checkpoint is of another network
 */
export function readState(checkpoint: Checkpoint, like: RunState): Pick<RunState, "params" | "optimizer"> {
  // epochs may differ: a run may be asked to go on for longer
  const network = ({ epochs, ...rest }: RunRecipe) => JSON.stringify(rest);
  if (network(checkpoint.recipe) !== network(like.recipe)) {
    throw new LabError(
      "range",
      "The checkpoint is of a run with another recipe.",
      "Start the run with the recipe that the checkpoint was made with.",
    );
  }
  const arrays = new Map(checkpoint.arrays.map((array) => [array.name, array]));
  const read = Object.fromEntries(
    Object.entries(tensorsOf(like)).map(([name, t]) => {
      const array = arrays.get(name);
      if (!array) throw new LabError("missing", `The checkpoint has no ${name}.`);
      assertShape(`checkpoint ${name}`, array.shape, t.shape);
      return [name, tf.tensor(array.data.slice(), t.shape)];
    }),
  );
  return {
    params: { weights: underPrefix("weights", read), buffers: underPrefix("buffers", read) },
    optimizer: { step: checkpoint.steps, m: underPrefix("adamw.m", read), v: underPrefix("adamw.v", read) },
  };
}

function tensorsOf({ params, optimizer }: RunState): NamedTensors {
  return {
    ...withPrefix("weights", params.weights),
    ...withPrefix("buffers", params.buffers),
    ...withPrefix("adamw.m", optimizer.m),
    ...withPrefix("adamw.v", optimizer.v),
  };
}
