import { LabError } from "../src/core/errors";
import type { Configuration } from "../src/core/study/annotation/pipeline";
import { type AnnotationRecipe, type View, validateAnnotationRecipe } from "../src/core/study/annotation/recipe-file";
import { stageRecipes } from "../src/core/study/annotation/stage-recipes";
import type { RunRecipe } from "../src/core/train/recipe";
import { readRecipeFile } from "./read-recipe";

/** What a recipe of the SpatialSSL pipeline says to a single stage. */
export interface PipelineRecipe extends Pick<AnnotationRecipe, "label" | "unlabelled" | "notes"> {
  readonly configuration: Configuration;
  /** Where the recipe has one alone. */
  readonly view: View | null;
  readonly seed: number;
}

/** Keys that say what a study compares. */
const ofStudies = ["levels", "test_section", "views", "ssl", "seeds", "fractions"];

/**
 * Reads the recipe of a study for one stage of it.
 *
 * @returns null for the recipe of a run, which bears a version, and for its record
 * @throws LabError("range") naming the key, or where the recipe is a grid of several networks
 */
export function readPipelineRecipe(path: string, cwd: string): PipelineRecipe | null {
  const value = readRecipeFile(path, cwd);
  if (typeof value === "object" && value !== null && ("version" in value || "recipe" in value)) return null;
  const recipe = validateAnnotationRecipe(value);
  const { configurations, views, seeds, label, unlabelled, notes } = recipe;
  if (configurations.length > 1)
    throw new LabError(
      "range",
      `${path} is a grid of ${configurations.length} networks, and one is trained.`,
      "Give one value in place of each list, or the recipe to study annotation.",
    );
  const passed = ofStudies.filter((key) => (value as Record<string, unknown>)[key] !== undefined);
  const about = `${passed.join(", ")}: what a study compares; here one view and the first seed are taken, and --test-sections leaves sections out.`;
  return {
    configuration: configurations[0],
    view: views?.length === 1 ? views[0] : null,
    seed: seeds?.[0] ?? 0,
    ...(label !== undefined && { label }),
    ...(unlabelled && { unlabelled }),
    notes: [...notes, ...(passed.length > 0 ? [about] : [])],
  };
}

/** Both stages of it, on the view that is asked for, else the recipe's, else the one that the preset is best known on. */
export function stagesOf(
  { configuration, view, seed }: Pick<PipelineRecipe, "configuration" | "view" | "seed">,
  asked: string | null,
): { readonly pretrain: RunRecipe; readonly train: RunRecipe } {
  const usual = view ?? ({ lab: "sub", spatialssl: "full" } as const)[configuration.preset];
  return stageRecipes(configuration, asked === null ? usual : asked === "full" ? "full" : "sub", seed);
}
