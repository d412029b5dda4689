import type { F1Scores } from "./f1";

/**
 * Mean recall over the classes that occur in the truth: every class weighs the same, and classes that are only predicted
 * do not count.
 *
 * Source: sklearn.metrics.balanced_accuracy_score(adjusted=False).
 */
export function balancedAccuracy({ perClass }: Pick<F1Scores, "perClass">): number {
  const present = perClass.filter(({ support }) => support > 0);
  return present.reduce((sum, { recall }) => sum + recall, 0) / present.length;
}
