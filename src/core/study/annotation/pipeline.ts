import { LabError } from "../../errors";
import { type Bounds, integer, number, object, oneOf, refuse } from "../../fields";
import type { Backbone } from "../../nn/encoder-spec";
import { type AnnotationPreset, annotationPresets } from "../../train/annotation-presets";

/** The pipeline's words for what a layer is. */
const structures = { GAT: "gat", GCN: "gcn", SAGE: "sage", GATv2: "gatv2" } as const satisfies Record<string, Backbone>;
export type Structure = keyof typeof structures;
export const backboneOf = (structure: Structure): Backbone => structures[structure];

/** How long and how fast one of the two stages learns. */
export interface StageSettings {
  readonly epochs: number;
  readonly lr: number;
  readonly batch_size: number;
  /** Epochs without a lower loss on validation cells until the stage ends; 0 trains all epochs without such cells. */
  readonly patience: number;
}

/** The settings of the paper's pipeline under its own keys; what is left out is the preset's. */
export type PipelineSettings = {
  readonly radius: number; // µm
  readonly k_hop: number;
  /** Width of every hidden layer. */
  readonly bottleneck: number;
  /** Share of cells that are masked. */
  readonly masking_ratio: number;
  readonly pretrain_structure: Structure;
  readonly num_hidden_layers: number;
} & { readonly [K in keyof StageSettings as `pretrain_${K}` | `train_${K}`]: StageSettings[K] };

/** One network of a study: a preset, and what is changed of it. Plain JSON. */
export interface Configuration {
  readonly preset: AnnotationPreset;
  readonly changes: Partial<PipelineSettings>;
}

type Check<T> = (key: string, value: unknown) => T;
const whole =
  (bounds: Bounds): Check<number> =>
  (key, value) =>
    integer(key, value, bounds);
const real =
  (bounds: Bounds, unit = ""): Check<number> =>
  (key, value) =>
    number(key, value, bounds, unit);

const stage = {
  epochs: whole({ min: 1, max: 1_000_000 }),
  lr: real({ min: 1e-7, max: 1 }),
  batch_size: whole({ min: 1, max: 1_000_000 }),
  patience: whole({ min: 0, max: 1_000_000 }),
} satisfies { [K in keyof StageSettings]: Check<StageSettings[K]> };

/** Those of which a recipe may list several: a study runs every combination. */
const gridChecks = {
  radius: real({ min: 1e-3, max: 1e6 }, " µm"),
  k_hop: whole({ min: 1, max: 8 }),
  bottleneck: whole({ min: 1, max: 1024 }),
  masking_ratio: real({ min: 0.01, max: 0.99 }),
  pretrain_structure: (key: string, value: unknown) => oneOf(key, value, Object.keys(structures) as Structure[]),
  num_hidden_layers: whole({ min: 1, max: 8 }),
};
export const gridKeys = Object.keys(gridChecks) as readonly (keyof typeof gridChecks)[];

const stageChecks = Object.fromEntries(
  (["pretrain", "train"] as const).flatMap((name) =>
    Object.entries(stage).map(([key, check]) => [`${name}_${key}`, check]),
  ),
);
export const stageKeys: readonly string[] = Object.keys(stageChecks);

const checks: Readonly<Record<string, Check<unknown>>> = { ...gridChecks, ...stageChecks };

/**
 * Checks one value of the pipeline's settings.
 * @throws LabError("range") naming the key, what it may be and what came
 */
export function validateConfiguration(key: string, value: unknown): Configuration {
  const { preset, changes } = object(key, value, ["preset", "changes"]);
  const given = object(`${key}.changes`, changes, Object.keys(checks));
  const entries = Object.entries(given).map(([name, v]) => [name, checks[name](`${key}.changes.${name}`, v)]);
  return { preset: oneOf(`${key}.preset`, preset, annotationPresets), changes: Object.fromEntries(entries) };
}

/**
 * Every combination of a recipe's grid keys, the last key changing fastest.
 *
 * @param value   keys of the pipeline; each grid key a value or a list of them
 * @param called  what the person calls a key, where that is not its name
 * @throws LabError("range") naming the key, what it may be and what came
 */
export function expandGrid(
  preset: AnnotationPreset,
  value: Readonly<Record<string, unknown>>,
  called: Readonly<Record<string, string>> = {},
): Configuration[] {
  let grid: Record<string, unknown>[] = [{}];
  for (const [key, check] of Object.entries(checks)) {
    const given = value[key];
    if (given === undefined) continue;
    const several = Array.isArray(given);
    const name = called[key] ?? key;
    if (several && !(gridKeys as readonly string[]).includes(key)) refuse(name, "one value, not a list", given);
    if (several && given.length === 0) refuse(name, "a value or a list of values", given);
    const values = several ? given.map((v, i) => check(`${name}[${i}]`, v)) : [check(name, given)];
    if (new Set(values).size < values.length) refuse(name, "a list without repetition", given);
    grid = grid.flatMap((point) => values.map((v) => ({ ...point, [key]: v })));
  }
  return grid.map((changes) => ({ preset, changes: changes as Partial<PipelineSettings> }));
}

/** What tells a configuration from the others of a study, as a word for keys and tables: `lab`, `lab-radius20-GCN`. */
export function configurationName({ preset, changes }: Configuration): string {
  const short: Record<string, string> = {
    radius: "r",
    k_hop: "h",
    bottleneck: "w",
    masking_ratio: "m",
    pretrain_structure: "",
    num_hidden_layers: "l",
  };
  const words = gridKeys.flatMap((key) => (changes[key] === undefined ? [] : [`${short[key]}${changes[key]}`]));
  return [preset, ...words].join("-");
}

/** @throws LabError("range") if two configurations differ in nothing that their names tell */
export function requireDistinct(configurations: readonly Configuration[]): void {
  const names = configurations.map(configurationName);
  const again = names.find((name, i) => names.indexOf(name) < i);
  if (again !== undefined)
    throw new LabError("range", `Two networks of the study are called ${again}.`, "Leave one of them out.");
}
