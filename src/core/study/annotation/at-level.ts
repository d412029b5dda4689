import type { AnnotationScored } from "./result";

/**
 * The same results, scored by a coarser column: its scores stand where those of the label did, for the table, the gains and
 * the confusion matrix. Results that were written without that level, or before levels had classes, are left out.
 *
 * @param level  name of a column; null for the label itself
 */
export function atLevel<T extends AnnotationScored>(results: readonly T[], level: string | null): readonly T[] {
  if (level === null) return results;
  return results.flatMap((result) => {
    const found = result.levels.find(({ name }) => name === level);
    if (!found?.perClass) return [];
    const { name: _, purity: __, ...scores } = found;
    return [{ ...result, ...scores }];
  });
}

/** The level's purity, which is the same for all results of a study; NaN without any. */
export function levelPurity(results: readonly AnnotationScored[], level: string): number {
  const found = results.flatMap(({ levels }) => levels.filter(({ name }) => name === level));
  return found[0]?.purity ?? Number.NaN;
}
