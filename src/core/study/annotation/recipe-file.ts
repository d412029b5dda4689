import { LabError } from "../../errors";
import { integer, list, object, oneOf, refuse, text } from "../../fields";
import { type AnnotationPreset, type AnnotationView, annotationPresets } from "../../train/annotation-presets";
import type { LabelFraction } from "./label-fraction";
import { type Configuration, expandGrid, gridKeys, stageKeys } from "./pipeline";

export const views = ["full", "sub"] as const satisfies readonly AnnotationView[];
export type View = AnnotationView;
export const switches = ["off", "on"] as const;
export type Switch = (typeof switches)[number];

/** What a recipe file says of a study; the page and the command line fill in or replace what it leaves out. */
export interface AnnotationRecipe {
  readonly configurations: readonly Configuration[];
  readonly label?: string;
  readonly unlabelled?: readonly string[];
  readonly levels?: readonly string[];
  readonly testSections?: readonly string[];
  readonly views?: readonly View[];
  readonly ssl?: readonly Switch[];
  readonly seeds?: readonly number[];
  readonly fractions?: readonly LabelFraction[];
  /** Keys that were read over, and why, one sentence each. */
  readonly notes: readonly string[];
}

/** Keys of the pipeline's configuration that say where files lie, which here the command line does. */
const elsewhere = ["rules", "adata_folder", "adata_name", "output_folder"];
const studyKeys = ["preset", "label", "unlabelled", "levels", "test_section", "views", "ssl", "seeds", "fractions"];

/**
 * Checks a recipe that came from a JSON or YAML file: the keys of the SpatialSSL pipeline's configuration, grid keys as
 * values or lists, and the study's own. `masking_mode` is the pipeline's name for `masking_ratio`.
 *
 * @param preset  for a recipe that names none
 * @throws LabError("range") naming the key, what it may be and what came
 * Source: theislab/spatial_atlas_ssl, config.yaml.
 */
export function validateAnnotationRecipe(value: unknown, preset: AnnotationPreset = "spatialssl"): AnnotationRecipe {
  const r = object("recipe", value, [...gridKeys, "masking_mode", ...stageKeys, ...studyKeys, ...elsewhere]);
  if (r.masking_mode !== undefined && r.masking_ratio !== undefined)
    throw new LabError("range", "masking_mode and masking_ratio are two names of one setting.", "Give one of them.");
  const { masking_mode, ...rest } = r;
  const settings = masking_mode === undefined ? rest : { ...rest, masking_ratio: masking_mode };
  const chosen = r.preset === undefined ? preset : oneOf("preset", r.preset, annotationPresets);
  const read = elsewhere.filter((key) => r[key] !== undefined);
  return {
    configurations: expandGrid(chosen, settings, masking_mode === undefined ? {} : { masking_ratio: "masking_mode" }),
    ...(r.label !== undefined && { label: text("label", r.label) }),
    ...(r.unlabelled !== undefined && { unlabelled: list("unlabelled", several(r.unlabelled), named) }),
    ...(r.levels !== undefined && { levels: list("levels", several(r.levels), named) }),
    ...(r.test_section !== undefined && { testSections: list("test_section", several(r.test_section), named) }),
    ...(r.views !== undefined && { views: list("views", several(r.views), (v, key) => oneOf(key, v, views)) }),
    ...(r.ssl !== undefined && { ssl: list("ssl", several(r.ssl), onOff) }),
    ...(r.seeds !== undefined && { seeds: validateSeeds(r.seeds) }),
    ...(r.fractions !== undefined && { fractions: validateFractions("fractions", several(r.fractions)) }),
    notes: read.length === 0 ? [] : [`${read.join(", ")}: not read; files and folders are named on the command line.`],
  };
}

/** @throws LabError("range") naming the entry */
export function validateFractions(key: string, value: unknown): LabelFraction[] {
  return list(key, value, (v, at) => {
    const fits = typeof v === "number" && (v > 1 ? Number.isInteger(v) : v >= 1e-9);
    return fits ? v : refuse(at, "a share above 0 and up to 1, or a whole number of labels", v);
  });
}

/** A number of seeds, from 0 on, or the seeds themselves. */
function validateSeeds(value: unknown): number[] {
  if (!Array.isArray(value))
    return Array.from({ length: integer("seeds", value, { min: 1, max: 1000 }) }, (_, seed) => seed);
  return list("seeds", value, (v, key) => integer(key, v, { min: 0, max: 2 ** 32 - 1 }));
}

const several = (value: unknown): unknown => (Array.isArray(value) ? value : [value]);
const named = (value: unknown, key: string): string => text(key, value);
/** YAML 1.1 readers make a truth value of `on`. */
const onOff = (value: unknown, key: string): Switch =>
  typeof value === "boolean" ? switches[Number(value)] : oneOf(key, value, switches);
