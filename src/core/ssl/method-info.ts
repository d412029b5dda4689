// What a page or a command line must know of a method before the engine is loaded: no tensors here.
import { boolean, integer, number, object, oneOf } from "../fields";

export type ConfigValue = number | boolean | string;

/** Settings of a method, flat, by name. */
export type MethodConfig = Readonly<Record<string, ConfigValue>>;

/** One setting: its bounds, and what it is called and does, for the person who sets it. */
export type Field = { readonly label: string; readonly words: string } & (
  | { readonly kind: "number"; readonly min: number; readonly max: number; readonly step: number }
  | { readonly kind: "integer"; readonly min: number; readonly max: number; readonly step: number }
  | { readonly kind: "flag" }
  | { readonly kind: "choice"; readonly options: readonly string[] }
);

export type Fields<Config> = { readonly [Key in keyof Config]: Field };

export interface MethodInfo<Config extends MethodConfig = MethodConfig> {
  /** As in its paper. */
  readonly name: string;
  /** What it does, in one sentence. */
  readonly sentence: string;
  readonly fields: Fields<Config>;
  readonly defaults: Readonly<Config>;
  /** Those of the preset `study` (train/presets.ts). */
  readonly study: Readonly<Config>;
  /** What `cellLosses` gives, in words. */
  readonly cellLoss: string;
  /** Layers of the graph that it reads beside the encoder's; none unless told. */
  extraHops?(config: MethodConfig): number;
  /** Whether it learns a label, which the recipe must name; it is then no method of self-supervision. */
  readonly needsLabel?: boolean;
  /** Whether it looks at a label without learning it, with those settings: the recipe must then name one. */
  usesLabel?(config: MethodConfig): boolean;
}

/**
 * Settings that came from a file or a form. Keys that are missing take the method's default.
 *
 * @throws LabError("range") naming the key, what it may be and what came
 */
export function validateConfig(key: string, { fields, defaults }: MethodInfo, value: unknown): MethodConfig {
  const given: Record<string, unknown> = { ...defaults, ...object(key, value, Object.keys(fields)) };
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, validateField(`${key}.${name}`, field, given[name])]),
  );
}

function validateField(key: string, field: Field, value: unknown): ConfigValue {
  switch (field.kind) {
    case "number":
      return number(key, value, field);
    case "integer":
      return integer(key, value, field);
    case "flag":
      return boolean(key, value);
    case "choice":
      return oneOf(key, value, field.options);
  }
}
