import { LabError } from "../errors";
import type { NamedArray } from "../nn/tensors";
import type { PreprocessStatistics } from "../preprocess/statistics";
import { isReaderArray, type ModelReader, readReader, writeReader } from "./model-reader";
import { type RunRecipe, validateRecipe } from "./recipe";
import { readSafetensors, writeSafetensors } from "./safetensors";
import { COMPONENTS, readStatistics, storedStatistics } from "./statistics-file";

/** A trained network, and what it takes to ask it about another slice. */
export interface Model {
  readonly recipe: RunRecipe;
  readonly arrays: readonly NamedArray[];
  /** Of the first layer's weights, in their order; null for weights from elsewhere that do not say. */
  readonly genes: readonly string[] | null;
  /** Of the label that was learned, in the order of the classifier's outputs; null where none was. */
  readonly classes: readonly string[] | null;
  /** What preprocessing took from the training slice; null where it was not kept. */
  readonly statistics: PreprocessStatistics | null;
  /** What is joined to the network's verdict; none where the network stands alone, as in files from before there was one. */
  readonly reader?: ModelReader | null;
}

/** A model as a safetensors file; all but the arrays is JSON in its metadata. */
export function writeModel({
  recipe,
  arrays,
  genes,
  classes,
  statistics,
  reader = null,
}: Model): Uint8Array<ArrayBuffer> {
  const nVars = genes?.length ?? statistics?.geneMeans?.length ?? 0;
  const kept = statistics && storedStatistics(statistics, nVars);
  const beside = writeReader(reader);
  const all = { recipe, genes, classes, statistics: kept?.plain ?? null, reader: beside.about };
  const parts = Object.entries(all).filter(([, value]) => value !== null);
  return writeSafetensors(
    [...arrays, ...(kept?.arrays ?? []), ...beside.arrays],
    Object.fromEntries(parts.map(([key, value]) => [key, JSON.stringify(value)])),
  );
}

/**
 * Reads a model that was written here, or weights from PyTorch with at least the recipe beside them.
 *
 * @param name  of the folder or file, for messages
 * @throws LabError("missing") without a recipe, LabError("format") where something is not as it should be
 */
export function readModel(bytes: Uint8Array, name: string): Model {
  const { arrays: all, metadata } = readSafetensors(bytes);
  const arrays = all.filter((array) => array.name !== COMPONENTS && !isReaderArray(array));
  if (metadata.recipe === undefined) throw new LabError("missing", `${name}: the weights come without a recipe.`, HINT);
  const parse = (key: string): unknown => {
    if (metadata[key] === undefined) return null;
    try {
      return JSON.parse(metadata[key]);
    } catch (thrown) {
      throw new LabError("format", `${name}: ${key} is not JSON: ${(thrown as Error).message}.`, HINT);
    }
  };
  const texts = (key: string): string[] | null => {
    const value = parse(key);
    if (value === null || (Array.isArray(value) && value.every((v) => typeof v === "string"))) return value;
    throw new LabError("format", `${name}: ${key} is not a list of names.`, HINT);
  };
  const [genes, classes] = [texts("genes"), texts("classes")];
  return {
    recipe: validateRecipe(parse("recipe")),
    ...{ arrays, genes, classes },
    statistics: readStatistics(parse("statistics"), all, name),
    reader: readReader({ arrays: all, about: parse("reader") }, { genes, classes }, name),
  };
}

const HINT = "Write the recipe of a run.json, as JSON, under recipe in the metadata of the file; see docs/pyg.md.";
