import type { Collection } from "../../core/collection/collection";
import type { SharedLabel } from "../../core/collection/conform";
import type { CategoricalColumn } from "../../core/slice/slice";
import { isUnlabelled, labelCodes } from "../../core/slice/unlabelled";
import {
  type Composition,
  compositionOf,
  heldOutSection,
  ofClasses,
  sectionsWithClasses,
} from "../../core/study/annotation/held-out-section";
import type { StudySliceInfo } from "../../state/study-state";
import { categoryColors } from "../color/palettes";
import { toHex } from "../color/rgb";

export interface Part {
  readonly name: string;
  readonly color: string;
  readonly cells: number;
}

/** One section in numbers. */
export interface SectionParts {
  readonly name: string;
  readonly cells: number;
  /** The largest categories of the slice, the same in every section, and what is left of them together. */
  readonly parts: readonly Part[];
  /** Whether the paper's rule would test on it. */
  readonly heldOut: boolean;
}

/** More categories than this cannot be told apart in a bar. */
const MOST_SHOWN = 24;
const OTHERS = "#8a93a0";
const MISSING = "#c9ced6";

/** Labels by which a slice can be told apart, from the coarsest to the finest as hierarchical ones are named. */
export function labelsOf({ obs }: Pick<StudySliceInfo, "obs">): CategoricalColumn[] {
  const labels = obs.filter((column): column is CategoricalColumn => column.kind === "categorical");
  return labels.sort((a, b) => a.categories.length - b.categories.length);
}

/** Cells of each category in each section; the order of categories is by their number in the whole slice. */
export function sectionParts(
  { section }: Pick<StudySliceInfo, "section">,
  column: CategoricalColumn,
): readonly SectionParts[] {
  const sizes = { nSections: section.names.length, nClasses: column.categories.length };
  const composition = compositionOf(labelCodes(column), section.codes, sizes);
  const cells = new Uint32Array(sizes.nSections);
  for (let i = 0; i < section.codes.length; i++) if (section.codes[i] >= 0) cells[section.codes[i]]++;
  return partsOf({ names: section.names, cells, composition }, column);
}

/** The same of a collection, from what is kept of it: no cell is read. */
export function collectionParts(
  { sections }: Pick<Collection, "sections">,
  label: SharedLabel & { readonly counts: Uint32Array },
): readonly SectionParts[] {
  const nClasses = label.categories.length;
  const counts = label.counts.map((n, i) => (isUnlabelled(label.categories[i % nClasses]) ? 0 : n));
  const names = sections.map(({ name }) => name);
  const cells = Uint32Array.from(sections, ({ nObs }) => nObs);
  return partsOf({ names, cells, composition: { nSections: sections.length, nClasses, counts } }, label);
}

interface Counted {
  readonly names: readonly string[];
  readonly cells: Uint32Array;
  readonly composition: Composition;
}

function partsOf({ names, cells, composition }: Counted, column: SharedLabel): readonly SectionParts[] {
  const { counts, nClasses } = composition;
  const total = column.categories.map((_, k) => cells.reduce((n, _c, s) => n + counts[s * nClasses + k], 0));
  const order = total.map((_, k) => k).filter((k) => total[k] > 0);
  order.sort((a, b) => total[b] - total[a] || a - b);
  const [shown, rest] = [order.slice(0, MOST_SHOWN), order.slice(MOST_SHOWN)];
  const colors = categoryColors(nClasses, column.colors).map(toHex);
  const classes = ofClasses(composition, column.categories);
  const held = sectionsWithClasses(classes).length > 1 ? heldOutSection(classes) : -1;
  return names.map((name, s) => {
    const of = (k: number): number => counts[s * nClasses + k];
    const others = rest.reduce((n, k) => n + of(k), 0);
    const known = order.reduce((n, k) => n + of(k), 0);
    const parts = [
      ...shown.map((k) => ({ name: column.categories[k], color: colors[k], cells: of(k) })),
      ...(rest.length > 0 ? [{ name: `${rest.length} others`, color: OTHERS, cells: others }] : []),
      { name: "without label", color: MISSING, cells: cells[s] - known },
    ];
    return { name, cells: cells[s], parts, heldOut: s === held };
  });
}
