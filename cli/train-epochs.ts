import { setImmediate } from "node:timers/promises";
import type { LabError } from "../src/core/errors";
import type { Task } from "../src/core/task";
import type { StepReport, Trainer } from "../src/core/train/trainer";

/**
 * Trains to the last epoch of the recipe, or to the end of the batch in which the person asked to stop.
 *
 * @param lost  settles when the device is gone: what awaits it would wait for ever
 */
export async function trainEpochs(
  trainer: Trainer,
  lost: Promise<LabError>,
  task: Task,
): Promise<{ losses: number[]; steps: number; seconds: number }> {
  const { nBatches } = trainer;
  const { epochs } = trainer.recipe;
  const losses: number[] = [];
  let steps = 0;
  const began = performance.now();
  let failStep: (error: LabError) => void = () => {};
  void lost.then((error) => failStep(error));
  do {
    const { loss, epochLoss } = await new Promise<StepReport>((resolve, reject) => {
      failStep = reject;
      trainer.step().then(resolve, reject);
    });
    steps++;
    const batch = nBatches === 1 ? "" : `, batch ${((steps - 1) % nBatches) + 1} of ${nBatches}`;
    const epoch = Math.ceil(steps / nBatches);
    task.progress(steps, epochs * nBatches, `epoch ${epoch} of ${epochs}${batch}, loss ${loss.toPrecision(4)},`);
    if (epochLoss !== null) losses.push(epochLoss);
    await setImmediate(); // lets a Ctrl+C come through
  } while (losses.length < epochs && !task.cancelled);
  return { losses, steps, seconds: (performance.now() - began) / 1000 };
}
