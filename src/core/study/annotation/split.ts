import { holdOutMask } from "../../cluster/hold-out";
import { LabError } from "../../errors";
import type { Codes } from "../../metrics/contingency";
import { deriveRng, shuffle } from "../../random";
import { ROLE } from "../../train/cell-roles";

export interface SplitRecipe {
  /** Codes of the sections to test on; none where the test set lies elsewhere. */
  readonly testSections: readonly number[];
  /**
   * How the validation set is drawn from the other sections: whole sections, as the paper does with 58 of its 59, or
   * blocks of the tissue in each of them, where there are few sections.
   */
  readonly validation: "section" | "block";
  /** Share of the other sections, or of the cells in each of them. */
  readonly validationShare: number;
  readonly seed: number;
}

export const defaultSplit: Omit<SplitRecipe, "testSections"> = { validation: "section", validationShare: 0.2, seed: 1 };

// beside the streams by which blocks are drawn, which are numbered as the sections
const SECTION_STREAM = 0x5ec7;

/**
 * Validation sections among those that are not tested on, drawn without replacement: the share, rounded, but at least
 * one, and at least one is left to train on.
 *
 * @param candidates  codes of the sections to draw from, each once
 * @returns           codes, ascending; the same for the same seed, whatever the order of the candidates
 * @throws LabError("range") if the share is not between 0 and 1 or there are fewer than two candidates
 */
export function validationSections(
  candidates: readonly number[],
  { validationShare, seed }: Pick<SplitRecipe, "validationShare" | "seed">,
): number[] {
  requireShare(validationShare);
  const n = candidates.length;
  if (n < 2)
    throw new LabError(
      "range",
      `Split by section: ${n === 1 ? "one section is" : "no section is"} left to train and validate on.`,
      "Split by block, or add sections.",
    );
  const nValidation = Math.min(n - 1, Math.max(1, Math.round(n * validationShare)));
  const drawn = shuffle(
    [...candidates].sort((a, b) => a - b),
    deriveRng(seed, SECTION_STREAM),
  );
  return drawn.slice(0, nValidation).sort((a, b) => a - b);
}

/** Which sections of a collection a run learns from, by their numbers. */
export interface SectionSplit {
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly test: readonly number[];
}

/** Whole sections: of those that are not tested on a share validates, none of fewer than three. */
export function splitSectionsOf(nSections: number, test: readonly number[], seed: number): SectionSplit {
  const others = Array.from({ length: nSections }, (_, s) => s).filter((s) => !test.includes(s));
  const { validationShare } = defaultSplit;
  const validation = others.length >= 3 ? validationSections(others, { validationShare, seed }) : [];
  return { train: others.filter((s) => !validation.includes(s)), validation, test };
}

/**
 * The role of every cell, labelled or not: test sections, and of the others a share to validate on.
 *
 * Never by cell, let alone by ego-net. The paper's published pipeline splits the 2-hop ego-nets of one section at random,
 * and since the nets of neighbours overlap, nearly every test cell's expression had been an input of training. Sections
 * share no edge. Blocks (25 a section, of equally many cells) share edges along their rims, so validation by block is
 * still a little kind; it serves early stopping, and scores are told of test sections.
 *
 * @param sections   section of each cell, shape (nObs,); a cell of no section (negative) trains
 * @param positions  shape (nObs, 2); needed by block
 * @returns          a `ROLE` of each cell, shape (nObs,)
 * @throws LabError("range") for a share outside (0, 1), a test section that has no cell, or too few sections
 */
export function splitCells(
  { sections, positions }: { readonly sections: Codes; readonly positions?: Float32Array },
  { testSections, validation, validationShare, seed }: SplitRecipe,
): Uint8Array {
  requireShare(validationShare);
  const codes = new Set<number>();
  for (let i = 0; i < sections.length; i++) if (sections[i] >= 0) codes.add(sections[i]);
  const absent = testSections.find((code) => !codes.has(code));
  if (absent !== undefined) throw new LabError("range", `Split: no cell is of the test section numbered ${absent}.`);

  const test = new Set(testSections);
  const roles = Uint8Array.from(sections, (code) => (test.has(code) ? ROLE.test : ROLE.train));
  if (!roles.includes(ROLE.train)) throw everySectionTested();
  if (validation === "section") {
    const others = [...codes].filter((code) => !test.has(code));
    const held = new Set(validationSections(others, { validationShare, seed }));
    for (let i = 0; i < roles.length; i++) if (held.has(sections[i])) roles[i] = ROLE.validation;
    return roles;
  }
  const open = Int8Array.from(roles, (role) => (role === ROLE.test ? -1 : 0));
  const held = holdOutMask(open, {
    split: "block",
    holdOut: validationShare,
    seed,
    sectionCodes: sections,
    ...(positions && { positions }),
  });
  for (let i = 0; i < roles.length; i++) if (held[i] === 1) roles[i] = ROLE.validation;
  return roles;
}

/** Nothing is left to learn from. */
export function everySectionTested(): LabError {
  return new LabError(
    "range",
    "Every section is tested on: none is left to learn from.",
    "Test on fewer sections. Within a single section, finetune or the page's fine-tuning learn from a part of the tissue.",
  );
}

function requireShare(share: number): void {
  if (!(share > 0 && share < 1))
    throw new LabError("range", `Split: expected a validation share between 0 and 1, got ${share}.`);
}
