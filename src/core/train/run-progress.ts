/** How far a run is. Chance is drawn from it and the seed, so nothing else need be kept of what was drawn. */
export interface RunProgress {
  readonly epoch: number; // done
  readonly steps: number; // done, over all epochs
  /** Batches done of the epoch that is under way. */
  readonly batch: number;
  /** Their losses times their targets, and their targets. */
  readonly lossSum: number;
  readonly nTargets: number;
}

export const atStart: RunProgress = { epoch: 0, steps: 0, batch: 0, lossSum: 0, nTargets: 0 };

/** One step on. `epochLoss`, the mean over the epoch's targets, is there once its last batch is done. */
export function afterStep(
  { epoch, steps, batch, lossSum, nTargets }: RunProgress,
  done: { readonly loss: number; readonly nTargets: number; readonly nBatches: number },
): { readonly progress: RunProgress; readonly epochLoss: number | null } {
  const sum = lossSum + done.loss * done.nTargets;
  const targets = nTargets + done.nTargets;
  if (batch + 1 < done.nBatches) {
    return {
      progress: { epoch, steps: steps + 1, batch: batch + 1, lossSum: sum, nTargets: targets },
      epochLoss: null,
    };
  }
  // one batch is its own mean, to the last bit
  const epochLoss = done.nBatches === 1 ? done.loss : sum / targets;
  return { progress: { ...atStart, epoch: epoch + 1, steps: steps + 1 }, epochLoss };
}
