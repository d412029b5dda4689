/** Where a run stands that is watched on cells it does not learn from. */
export interface Watch {
  /** Losses on validation cells, one an epoch. */
  readonly losses: readonly number[];
  /** The epoch of the lowest, counted from 1; the earliest of equals; 0 before the first. */
  readonly bestEpoch: number;
}

export const unwatched: Watch = { losses: [], bestEpoch: 0 };

/** One epoch on. */
export function watched({ losses, bestEpoch }: Watch, loss: number): Watch {
  const isBest = bestEpoch === 0 || loss < losses[bestEpoch - 1];
  return { losses: [...losses, loss], bestEpoch: isBest ? losses.length + 1 : bestEpoch };
}

/** Whether so many epochs passed without a new low. */
export function isPatienceOver({ losses, bestEpoch }: Watch, patience: number): boolean {
  return losses.length - bestEpoch >= patience;
}
