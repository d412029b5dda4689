import type { NamedArray } from "../nn/tensors";
import type { KeptRun } from "./checkpoint-file";
import type { SectionTrainer } from "./section-trainer";
import type { TrainedSoFar } from "./train-to-end";

type Snapshot = ReturnType<SectionTrainer["snapshot"]>;

/** A run that goes on: what was done before it, as `trainToEnd` takes it, and the best weights once more as plain arrays. */
export interface GoneOn extends TrainedSoFar {
  readonly best: Snapshot | null;
  readonly bestArrays: readonly NamedArray[] | null;
}

/** Puts a trainer where a run at rest was. @throws LabError as `restore` for a run of another recipe */
export async function goOnFrom(trainer: SectionTrainer, kept: KeptRun): Promise<GoneOn> {
  let best: Snapshot | null = null;
  if (kept.best) {
    trainer.load(kept.best);
    best = trainer.snapshot();
  }
  await trainer.restore(kept.checkpoint);
  return { ...kept.soFar, best, bestArrays: kept.best };
}

export interface Keeping {
  readonly before: Pick<GoneOn, "losses" | "bestArrays"> | null;
  /** Asked after every step whether to keep the run now. */
  due(at: { readonly isNewEpoch: boolean }): boolean;
  keep(run: KeptRun): Promise<void>;
}

/** For `trainToEnd`: keeps a run from time to time, with the weights of its best epoch so far. */
export function keepingRun(
  trainer: SectionTrainer,
  { before, due, keep }: Keeping,
): (soFar: TrainedSoFar) => Promise<void> {
  let best = before?.bestArrays ?? null;
  let epochs = before?.losses.length ?? 0;
  return async (soFar) => {
    const { losses, watch } = soFar;
    const isNewEpoch = losses.length > epochs;
    epochs = losses.length;
    if (isNewEpoch && watch.bestEpoch > 0 && watch.bestEpoch === watch.losses.length) best = await trainer.weights();
    if (due({ isNewEpoch })) await keep({ checkpoint: await trainer.checkpoint(), soFar, best });
  };
}
