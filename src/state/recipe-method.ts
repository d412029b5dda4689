import type { SliceInfo } from "../../workers/protocol";
import { methodCatalog, type SslMethodId } from "../core/ssl/catalog";
import type { MethodInfo } from "../core/ssl/method-info";
import { defaultRecipe, type RunRecipe } from "../core/train/recipe";

export function needsLabel(method: SslMethodId): boolean {
  return (methodCatalog[method] as MethodInfo).needsLabel ?? false;
}

/** Labels that can be learned: categorical columns with classes to tell apart. */
export function labelsIn(slice: SliceInfo | null): string[] {
  const columns = slice?.obs.filter((c) => c.kind === "categorical" && c.categories.length > 1) ?? [];
  return columns.map((c) => c.name);
}

/** Another method, which begins with its own settings and learns `label` if it learns one. */
export function withMethod(recipe: RunRecipe, method: SslMethodId, label: string | null): RunRecipe {
  const { label: _, ...rest } = recipe;
  const changed = { ...rest, method, config: methodCatalog[method].defaults };
  return needsLabel(method) && label ? { ...changed, label: { name: label, leaveOut: [] } } : changed;
}

/** The recipe on another slice: a label that it has not got gives way to one that it has, or the method to the first. */
export function onSlice(recipe: RunRecipe, slice: SliceInfo, label: string | null): RunRecipe {
  if (!needsLabel(recipe.method)) return recipe;
  const labels = labelsIn(slice);
  if (recipe.label && labels.includes(recipe.label.name)) return recipe;
  const other = label ?? labels[0];
  if (other === undefined) return withMethod(recipe, defaultRecipe().method, null);
  return { ...recipe, label: { name: other, leaveOut: [] } };
}
