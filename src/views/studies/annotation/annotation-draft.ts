import { LabError } from "../../../core/errors";
import type { PipelineSettings } from "../../../core/study/annotation/pipeline";
import {
  type AnnotationRecipe,
  type Switch,
  switches,
  type View,
  views,
} from "../../../core/study/annotation/recipe-file";
import type { AnnotationPreset } from "../../../core/train/annotation-presets";

/** What a study will be, beside the slice; null is the lab's own guess or the paper's rule. */
export interface AnnotationDraft {
  readonly label: string | null;
  readonly unlabelled: readonly string[] | null;
  readonly section: string | null;
  readonly levels: readonly string[] | null;
  readonly views: readonly View[];
  readonly ssl: readonly Switch[];
  readonly seeds: number;
  readonly fractions: string;
  readonly preset: AnnotationPreset;
  readonly changes: Partial<PipelineSettings>;
}

export const initialDraft: AnnotationDraft = {
  ...{ label: null, unlabelled: null, section: null, levels: null, views, ssl: switches, seeds: 3 },
  ...{ fractions: "100 %, 10 %, 1 %", preset: "lab", changes: {} },
};

/** What a recipe may name in the open slice. */
interface Known {
  readonly name: string;
  readonly labels: readonly string[];
  readonly columns: readonly string[];
  readonly sections: readonly string[];
}

/**
 * The form as a recipe file fills it in; what the recipe leaves out is as in a fresh form.
 *
 * @throws LabError("missing") for a label, level or section that the slice has not; LabError("range") for a grid of networks,
 *   several test sections or picked seeds, which the command line has and the form has not
 */
export function draftOfRecipe(recipe: AnnotationRecipe, slice: Known): AnnotationDraft {
  const { configurations, label, unlabelled, levels, testSections, seeds, fractions } = recipe;
  const onlyThere = (what: string): never => {
    throw new LabError(
      "range",
      `The recipe has ${what}, the page's studies have one.`,
      "Give it to study annotation on the command line.",
    );
  };
  const there = (key: string, names: readonly string[], known: readonly string[]): void => {
    const absent = names.find((name) => !known.includes(name));
    if (absent === undefined) return;
    throw new LabError("missing", `${key}: ${slice.name} has no "${absent}".`, `It has ${known.join(", ")}.`);
  };
  if (configurations.length > 1) onlyThere(`${configurations.length} networks`);
  if (testSections && testSections.length > 1) onlyThere(`${testSections.length} test sections`);
  if (seeds?.some((seed, i) => seed !== i))
    throw new LabError("range", "seeds: the page counts them from 0.", "Give their number in place of a list.");
  if (label !== undefined) there("label", [label], slice.labels);
  there("levels", levels ?? [], slice.columns);
  there("test_section", testSections ?? [], slice.sections);
  const [{ preset, changes }] = configurations;
  return {
    ...initialDraft,
    ...{ preset, changes, label: label ?? null, unlabelled: unlabelled ?? null, levels: levels ?? null },
    section: testSections?.[0] ?? null,
    views: recipe.views ?? initialDraft.views,
    ssl: recipe.ssl ?? initialDraft.ssl,
    seeds: seeds?.length ?? initialDraft.seeds,
    fractions: fractions?.map(fractionWords).join(", ") ?? initialDraft.fractions,
  };
}

/** A share as parseFractions reads it, to the last digit. */
const fractionWords = (fraction: number): string =>
  fraction <= 1 ? `${Number((100 * fraction).toPrecision(12))} %` : String(fraction);
