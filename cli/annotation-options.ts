import type { Slice } from "../src/core/slice/slice";
import { namesOfUnknown } from "../src/core/slice/unlabelled";
import { coarserColumns } from "../src/core/study/annotation/label-levels";
import { expandGrid } from "../src/core/study/annotation/pipeline";
import {
  type AnnotationPlan,
  annotationBaselines,
  defaultAnnotationPlan,
  validateAnnotationPlan,
} from "../src/core/study/annotation/plan";
import { labelColumn, testSectionByRule } from "../src/core/study/annotation/prepare-annotation";
import {
  type AnnotationRecipe,
  switches,
  validateAnnotationRecipe,
  views,
} from "../src/core/study/annotation/recipe-file";
import { annotationPresets } from "../src/core/train/annotation-presets";
import type { Arguments } from "./command";
import { readRecipeFile } from "./read-recipe";
import { seedsOf } from "./study-plan-options";
import { notCategories } from "./unlabelled";

/** Options that describe an annotation study. */
export const annotationOptions = {
  label: { type: "string" },
  name: { type: "string" },
  unlabelled: { type: "string" },
  levels: { type: "string" },
  "test-section": { type: "string" },
  views: { type: "string" },
  ssl: { type: "string" },
  seeds: { type: "string" },
  fractions: { type: "string" },
  preset: { type: "string" },
  recipe: { type: "string" },
  baselines: { type: "string" },
  validation: { type: "string" },
  "validation-share": { type: "string" },
} as const;

export const annotationUsage = `--label NAME [--levels none|NAME,NAME] [--test-section NAME,NAME] [--views ${views.join(",")}] [--ssl ${switches.join(",")}] [--seeds N|S,S] [--fractions X,X] [--preset ${annotationPresets.join("|")}] [--recipe FILE.json|FILE.yaml] [--baselines all|none|${annotationBaselines.join(",")}] [--unlabelled NAME,NAME] [--validation block|section] [--validation-share X] [--name NAME]`;

/**
 * The plan that the options ask for. What they leave out comes from --recipe, then from the study that is in the folder,
 * then from the defaults; the test section by the paper's rule.
 *
 * @param before  the plan of the folder's study, null for a new one
 * @returns       the plan, and what was decided or read over, one sentence each
 * @throws LabError("range") naming the setting, what it may be and what came
 */
export function annotationPlanOf(
  args: Arguments,
  slice: Slice,
  { before, cwd }: { readonly before: AnnotationPlan | null; readonly cwd: string },
): { readonly plan: AnnotationPlan; readonly notes: readonly string[] } {
  const preset = args.has("preset") ? args.choice("preset", annotationPresets) : undefined;
  const read = args.has("recipe") ? validateAnnotationRecipe(readRecipeFile(args.text("recipe"), cwd), preset) : null;
  if (read && preset && read.configurations.some((configuration) => configuration.preset !== preset))
    throw args.wrong("--preset and the preset in --recipe differ; give one of them");
  const { notes = [], ...recipe }: Partial<AnnotationRecipe> = read ?? {};
  const label = args.text("label", recipe.label ?? before?.label);
  const unlabelled = args.has("unlabelled")
    ? args.names("unlabelled")
    : (recipe.unlabelled ?? before?.unlabelled ?? []);
  const { categories } = labelColumn(slice, label);
  const taken = namesOfUnknown(categories).filter((name) => !unlabelled.includes(name));
  const given = args.has("test-section") ? args.names("test-section") : (recipe.testSections ?? before?.testSections);
  const testSections = given ?? [testSectionByRule(slice, label, unlabelled)];
  const told = args.has("levels") ? namedLevels(args) : (recipe.levels ?? before?.levels);
  const levels = told ?? coarserColumns(slice, label, { unlabelled, testSections });
  const base = before ?? defaultAnnotationPlan({ slice: slice.name, label, testSections });
  const plan = validateAnnotationPlan({
    ...base,
    ...recipe,
    ...{ slice: args.text("name", base.slice), label, unlabelled, testSections },
    levels,
    configurations: recipe.configurations ?? (preset ? expandGrid(preset, {}) : base.configurations),
    views: args.has("views") ? args.names("views") : (recipe.views ?? base.views),
    ssl: args.has("ssl") ? args.names("ssl") : (recipe.ssl ?? base.ssl),
    seeds: seedsOf(args, recipe.seeds ?? base.seeds),
    fractions: args.has("fractions") ? args.names("fractions").map(numberIn) : (recipe.fractions ?? base.fractions),
    baselines: baselinesOf(args, base.baselines),
    split: {
      ...base.split,
      validation: args.choice("validation", ["block", "section"], base.split.validation),
      validationShare: args.number("validation-share", {}, base.split.validationShare),
    },
  });
  const byRule = `section ${testSections} is tested on: its composition is nearest to the mean of all (--test-section).`;
  const found = `scored by ${levels.join(" and ")} as well, within which each ${label} lies (--levels none turns it off).`;
  const classes = `${taken.join(" and ")} counts as a class (--unlabelled ${taken} leaves it out).`;
  return {
    plan,
    notes: [
      ...notes,
      ...notCategories(label, unlabelled, categories),
      ...(taken.length > 0 ? [classes] : []),
      ...(given ? [] : [byRule]),
      ...(told || levels.length === 0 ? [] : [found]),
    ],
  };
}

/** A word that is no number is left as it is, so that it is named where it is refused. */
const numberIn = (word: string): number | string => (Number.isNaN(Number(word)) ? word : Number(word));

/** `none` is a word for no level at all. */
function namedLevels(args: Arguments): readonly string[] {
  return args.text("levels") === "none" ? [] : args.names("levels");
}

function baselinesOf(args: Arguments, base: readonly string[]): readonly string[] {
  if (!args.has("baselines")) return base;
  const text = args.text("baselines");
  return text === "all" ? annotationBaselines : text === "none" ? [] : args.names("baselines");
}
