import {
  compositionOf,
  heldOutSection,
  ofClasses,
  sectionImbalance,
} from "../../../core/study/annotation/held-out-section";
import type { StudySliceInfo } from "../../../state/study-state";

/** The section that the paper's rule tests on, and how far it and the next one lie from the mean section. */
export interface SectionByRule {
  readonly name: string;
  /** Σ over classes of |cells − mean over sections|, in cells. */
  readonly distance: number;
  readonly next: { readonly name: string; readonly distance: number };
}

/** @throws LabError("missing") if fewer than two sections hold labelled cells */
export function sectionByRule(
  { obs, section }: Pick<StudySliceInfo, "obs" | "section">,
  label: string,
  unlabelled: readonly string[],
): SectionByRule | null {
  const column = obs.find(({ name }) => name === label);
  if (column?.kind !== "categorical") return null;
  const shape = { nSections: section.names.length, nClasses: column.categories.length };
  const composition = ofClasses(compositionOf(column.codes, section.codes, shape), column.categories, unlabelled);
  const chosen = heldOutSection(composition);
  const distances = [...sectionImbalance(composition)];
  const others = distances.map((distance, s) => ({ s, distance })).filter(({ s }) => s !== chosen);
  const next = others.reduce((a, b) => (b.distance < a.distance ? b : a));
  return {
    name: section.names[chosen],
    distance: distances[chosen],
    next: { name: section.names[next.s], distance: next.distance },
  };
}
