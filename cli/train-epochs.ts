import { setImmediate } from "node:timers/promises";
import type { LabError } from "../src/core/errors";
import type { Task } from "../src/core/task";
import { type Trained, trainToEnd } from "../src/core/train/train-to-end";
import type { Trainer } from "../src/core/train/trainer";

/** Trains to the last epoch of the recipe, or to the end of the step in which the person asked to stop. */
export function trainEpochs(trainer: Trainer, lost: Promise<LabError>, task: Task): Promise<Trained> {
  // a turn of the event loop lets a Ctrl+C come through
  return trainToEnd(trainer, { lost, breathe: () => setImmediate() }, task);
}
