import type { LabError } from "../errors";
import type { Task } from "../task";
import type { StepReport, Trainer } from "./trainer";

export interface TrainToEndOptions {
  /** Ends after so many steps, be it amid an epoch; without it after the recipe's epochs. */
  readonly steps?: number;
  /** Settles when the device is gone: what awaits it would wait for ever. */
  readonly lost: Promise<LabError>;
  /** Awaited after every step, so that the thread may hear that it should stop. */
  readonly breathe?: () => Promise<void>;
}

export interface Trained {
  /** One an epoch; the mean of its steps so far for one that was left unfinished. */
  readonly losses: readonly number[];
  readonly steps: number;
  readonly seconds: number;
  /** False where the person stopped it before its end. */
  readonly finished: boolean;
}

/** Trains to the end that was asked for, or to the end of the step in which the person asked to stop. */
export async function trainToEnd(
  trainer: Trainer,
  { steps: wanted, lost, breathe = async () => {} }: TrainToEndOptions,
  task: Task,
): Promise<Trained> {
  const { nBatches, recipe } = trainer;
  const end = wanted ?? recipe.epochs * nBatches;
  const epochs = Math.ceil(end / nBatches);
  const losses: number[] = [];
  let [unfinishedSum, unfinished] = [0, 0];
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
    task.progress(steps, end, `epoch ${epoch} of ${epochs}${batch}, loss ${loss.toPrecision(4)},`);
    [unfinishedSum, unfinished] = epochLoss === null ? [unfinishedSum + loss, unfinished + 1] : [0, 0];
    if (epochLoss !== null) losses.push(epochLoss);
    await breathe();
  } while (steps < end && !task.cancelled);
  if (unfinished > 0 && wanted !== undefined) losses.push(unfinishedSum / unfinished);
  return { losses, steps, seconds: (performance.now() - began) / 1000, finished: steps === end };
}
