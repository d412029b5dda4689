import type { LabError } from "../errors";
import type { Task } from "../task";
import { isPatienceOver, unwatched, type Watch, watched } from "./early-stopping";
import type { Trainer } from "./trainer";

/** What can be trained to an end: a trainer of one slice, or of many sections. */
export type Trainable = Pick<Trainer, "recipe" | "nBatches" | "step" | "validate" | "snapshot">;

/** How far a run came; with it a run that was stopped goes on. */
export interface TrainedSoFar {
  readonly losses: readonly number[];
  readonly watch: Watch;
  /** Over all epochs. */
  readonly steps: number;
}

export interface TrainToEndOptions {
  /** Ends after so many steps, be it amid an epoch; without it after the recipe's epochs. */
  readonly steps?: number;
  /** Settles when the device is gone: what awaits it would wait for ever. */
  readonly lost: Promise<LabError>;
  /** Awaited after every step, so that the thread may hear that it should stop, and what was learned may be kept. */
  readonly breathe?: (soFar: TrainedSoFar) => Promise<void>;
  /** What was done before, by a trainer that goes on from there; with the weights of its best epoch. */
  readonly before?: TrainedSoFar & { readonly best: ReturnType<Trainer["snapshot"]> | null };
}

export interface Trained {
  /** One an epoch; the mean of its steps so far for one that was left unfinished. */
  readonly losses: readonly number[];
  /** On validation cells, one an epoch; none without such cells. */
  readonly validationLosses: readonly number[];
  /** The epoch whose weights the network has now, counted from 1; null without validation, where it is the last. */
  readonly bestEpoch: number | null;
  readonly steps: number;
  readonly seconds: number;
  /** False where the person stopped it before its end; patience that is over is an end. */
  readonly finished: boolean;
}

/**
 * Trains to the end that was asked for, or to the end of the step in which the person asked to stop.
 *
 * Where there are validation cells the loss on them is taken after each epoch. The run ends once the recipe's patience is
 * over, and the network has the weights of the epoch with the lowest in the end, however it ended.
 */
export async function trainToEnd(
  trainer: Trainable,
  { steps: wanted, lost, breathe = async () => {}, before }: TrainToEndOptions,
  task: Task,
): Promise<Trained> {
  const { nBatches, recipe } = trainer;
  const end = wanted ?? recipe.epochs * nBatches;
  const epochs = Math.ceil(end / nBatches);
  const { patience = Number.POSITIVE_INFINITY } = recipe;
  const losses: number[] = [...(before?.losses ?? [])];
  let [unfinishedSum, unfinished] = [0, 0];
  let steps = before?.steps ?? 0;
  let watch = before?.watch ?? unwatched;
  let best = before?.best ?? null;
  const began = performance.now();
  let fail: (error: LabError) => void = () => {};
  void lost.then((error) => fail(error));
  const orLost = <T>(work: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      fail = reject;
      work.then(resolve, reject);
    });
  const lookAtOthers = async (): Promise<void> => {
    const loss = await orLost(trainer.validate());
    if (loss === null) return;
    watch = watched(watch, loss);
    if (watch.bestEpoch < watch.losses.length) return;
    best?.forget();
    best = trainer.snapshot();
  };
  const isOver = (): boolean => steps >= end || (watch.losses.length > 0 && isPatienceOver(watch, patience));
  try {
    while (!isOver()) {
      const { loss, epochLoss } = await orLost(trainer.step());
      steps++;
      const batch = nBatches === 1 ? "" : `, batch ${((steps - 1) % nBatches) + 1} of ${nBatches}`;
      const epoch = Math.ceil(steps / nBatches);
      const [last] = watch.losses.slice(-1);
      const others = last === undefined ? "" : ` validation ${last.toPrecision(4)},`;
      task.progress(steps, end, `epoch ${epoch} of ${epochs}${batch}, loss ${loss.toPrecision(4)},${others}`);
      [unfinishedSum, unfinished] = epochLoss === null ? [unfinishedSum + loss, unfinished + 1] : [0, 0];
      if (epochLoss !== null) {
        losses.push(epochLoss);
        await lookAtOthers();
      }
      await breathe({ losses, watch, steps });
      if (task.cancelled) break;
    }
  } finally {
    restore(best);
  }
  if (unfinished > 0 && wanted !== undefined) losses.push(unfinishedSum / unfinished);
  return {
    losses,
    validationLosses: watch.losses,
    bestEpoch: watch.bestEpoch || null,
    steps,
    seconds: (performance.now() - began) / 1000,
    finished: isOver(),
  };
}

// also after an error: whoever caught it may still ask the network, and the copy must not stay behind
function restore(best: ReturnType<Trainer["snapshot"]> | null): void {
  best?.restore();
}
