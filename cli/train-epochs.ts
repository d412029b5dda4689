import { setImmediate } from "node:timers/promises";
import type { LabError } from "../src/core/errors";
import type { Task } from "../src/core/task";
import type { Trainer } from "../src/core/train/trainer";

/**
 * Trains to the last epoch of the recipe, or to the end of the epoch in which the person asked to stop.
 *
 * @param lost  settles when the device is gone: what awaits it would wait for ever
 */
export async function trainEpochs(
  trainer: Trainer,
  lost: Promise<LabError>,
  task: Task,
): Promise<{ losses: number[]; seconds: number }> {
  const { epochs } = trainer.recipe;
  const losses: number[] = [];
  const began = performance.now();
  let failStep: (error: LabError) => void = () => {};
  void lost.then((error) => failStep(error));
  do {
    const { loss } = await new Promise<{ loss: number }>((resolve, reject) => {
      failStep = reject;
      trainer.step().then(resolve, reject);
    });
    losses.push(loss);
    task.progress(losses.length, epochs, `epoch ${losses.length} of ${epochs}, loss ${loss.toPrecision(4)},`);
    await setImmediate(); // lets a Ctrl+C come through
  } while (losses.length < epochs && !task.cancelled);
  return { losses, seconds: (performance.now() - began) / 1000 };
}
