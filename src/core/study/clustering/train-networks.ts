import { hash32 } from "../../random";
import type { CollapseReport } from "../../ssl/collapse";
import { type Task, throwIfCancelled } from "../../task";
import { type TrainToEndOptions, trainToEnd } from "../../train/train-to-end";
import { createTrainer, type TrainerInput } from "../../train/trainer";
import type { PreparedSlice } from "./prepare-slice";
import { sideBySide } from "./side-by-side";

export interface TrainedNetworks {
  readonly embedding: Float32Array; // (nObs, size), the networks' side by side
  readonly size: number;
  /** Of the first network; the others train as long. */
  readonly steps: number;
  readonly losses: readonly number[];
  /** Of the first network that collapsed, or of the first. */
  readonly collapse: CollapseReport;
}

export interface NetworksInput extends Omit<TrainerInput, "slice" | "statistics"> {
  readonly prepared: PreparedSlice;
  readonly networks: number;
  readonly options: Omit<TrainToEndOptions, "before">;
}

/**
 * Trains the networks of one run, one after the other: each as the recipe says, but for its seed.
 *
 * @throws LabError("cancelled") where the person stopped it; else as createTrainer
 */
export async function trainNetworks(
  { prepared, networks, options, ...input }: NetworksInput,
  task: Task,
): Promise<TrainedNetworks> {
  const { slice, statistics } = prepared;
  const { recipe } = input;
  const preprocessing = JSON.stringify(recipe.preprocess);
  const parts: Float32Array[] = [];
  const told: Omit<TrainedNetworks, "embedding" | "size">[] = [];
  for (let m = 0; m < networks; m++) {
    const its = partOf(task, m, networks);
    const known = statistics.get(preprocessing);
    const own = { ...recipe, seed: networkSeed(recipe.seed, m) };
    const trainer = await createTrainer({ ...input, slice, recipe: own, ...(known ? { statistics: known } : {}) }, its);
    try {
      statistics.set(preprocessing, trainer.statistics);
      const { steps, losses } = await trainToEnd(trainer, options, its);
      throwIfCancelled(task, "The run");
      parts.push(await trainer.embed());
      told.push({ steps, losses, collapse: await trainer.collapse() });
    } finally {
      trainer.dispose();
    }
  }
  const embedding = sideBySide(parts, slice.nObs);
  const { collapse } = told.find((one) => one.collapse.words !== null) ?? told[0];
  return { ...told[0], collapse, embedding, size: embedding.length / slice.nObs };
}

/** The first network has the run's own seed, so that it is the one that the run's recipe trains alone. */
export function networkSeed(seed: number, network: number): number {
  return network === 0 ? seed : hash32(hash32(seed) + network);
}

/** The training of one network of several, on the scale of all. */
function partOf(task: Task, network: number, networks: number): Task {
  if (networks === 1) return task;
  return {
    progress: (done, total, what) =>
      task.progress(network * total + done, networks * total, `network ${network + 1} of ${networks}, ${what}`),
    get cancelled() {
      return task.cancelled;
    },
  };
}
