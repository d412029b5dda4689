import type { SliceInfo } from "../../workers/protocol";
import { methodCatalog, type SslMethodId } from "../core/ssl/catalog";
import type { MethodInfo } from "../core/ssl/method-info";
import { defaultRecipe, type RunRecipe } from "../core/train/recipe";

export function needsLabel(method: SslMethodId): boolean {
  return (methodCatalog[method] as MethodInfo).needsLabel ?? false;
}

/** Whether a run looks at a label, to learn it or for its masks. */
export function looksAtLabel({ method, config }: RunRecipe): boolean {
  return needsLabel(method) || ((methodCatalog[method] as MethodInfo).usesLabel?.(config) ?? false);
}

/** The recipe with a label where it looks at one and has none, and without where it does not. */
export function withLabel(recipe: RunRecipe, label: string | null): RunRecipe {
  const { label: own, ...rest } = recipe;
  if (!looksAtLabel(recipe)) return rest;
  return own || !label ? recipe : { ...recipe, label: { name: label, leaveOut: [] } };
}

/** Labels that can be learned: categorical columns with classes to tell apart. */
export function labelsIn(slice: SliceInfo | null): string[] {
  const columns = slice?.obs.filter((c) => c.kind === "categorical" && c.categories.length > 1) ?? [];
  return columns.map((c) => c.name);
}

/** Another method, which begins with its own settings and learns `label` if it learns one. */
export function withMethod(recipe: RunRecipe, method: SslMethodId, label: string | null): RunRecipe {
  const { label: _, ...rest } = recipe;
  return withLabel({ ...rest, method, config: methodCatalog[method].defaults }, label);
}

/** The recipe on another slice: a label that it has not got gives way to one that it has, or the method to the first. */
export function onSlice(recipe: RunRecipe, slice: SliceInfo, label: string | null): RunRecipe {
  if (!looksAtLabel(recipe)) return recipe;
  const labels = labelsIn(slice);
  if (recipe.label && labels.includes(recipe.label.name)) return recipe;
  const other = label ?? labels[0];
  if (other === undefined) return withMethod(recipe, defaultRecipe().method, null);
  return { ...recipe, label: { name: other, leaveOut: [] } };
}
