export const schedules = ["constant", "cosine"] as const;
export type Schedule = (typeof schedules)[number];

/**
 * Share of the learning rate at a point of a run:  ½ (1 + cos π t), or 1 where it is constant. Where few labels make each step
 * noisy, a rate that falls to nothing settles what a constant one leaves shaking.
 *
 * @param done  t, share of the recipe's steps that are done, from 0; steps beyond the last have the last one's share
 * Source: Loshchilov & Hutter 2017, arXiv:1608.03983, eq. 5, without restarts; torch.optim.lr_scheduler.CosineAnnealingLR.
 */
export function rateShare(schedule: Schedule, done: number): number {
  return schedule === "constant" ? 1 : (1 + Math.cos(Math.PI * Math.min(1, done))) / 2;
}
