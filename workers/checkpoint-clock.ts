const firstAfterMs = 2000;
const everyMs = 10_000;
/** A checkpoint that costs a second is taken every twenty, so that at most a twentieth of the time goes there. */
const costShare = 20;

/** Says when a run's next checkpoint is due: soon after the start, then at steady intervals. */
export function createCheckpointClock(now: () => number): { due(): boolean; taken(costMs: number): void } {
  let next = now() + firstAfterMs;
  return {
    due: () => now() >= next,
    taken: (costMs) => {
      next = now() + Math.max(everyMs, costShare * costMs);
    },
  };
}
