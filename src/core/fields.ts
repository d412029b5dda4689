// What came from a file, a URL or a form, field by field. Errors name the key, what it may be and what came.
import { LabError } from "./errors";

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

export function refuse(key: string, expected: string, got: unknown): never {
  throw new LabError("range", `${key} must be ${expected}, got ${JSON.stringify(got) ?? "nothing"}.`);
}

/** An object that has no other keys. */
export function object(key: string, value: unknown, keys: readonly string[]): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) refuse(key, "an object", value);
  const unknown = Object.keys(value).find((k) => !keys.includes(k));
  if (unknown !== undefined) refuse(key, `an object of ${keys.join(", ")}`, unknown);
  return value as Record<string, unknown>;
}

export function number(key: string, value: unknown, { min, max }: Bounds, more = ""): number {
  if (typeof value === "number" && value >= min && value <= max) return value;
  return refuse(key, `a number from ${min} to ${max}${more}`, value);
}

export function integer(key: string, value: unknown, bounds: Bounds): number {
  if (Number.isInteger(value)) return number(key, value, bounds);
  return refuse(key, `a whole number from ${bounds.min} to ${bounds.max}`, value);
}

export function boolean(key: string, value: unknown): boolean {
  return typeof value === "boolean" ? value : refuse(key, "true or false", value);
}

export function oneOf<T extends string | number>(key: string, value: unknown, allowed: readonly T[]): T {
  return allowed.includes(value as T) ? (value as T) : refuse(key, `one of ${allowed.join(", ")}`, value);
}

export function text(key: string, value: unknown): string {
  return typeof value === "string" && value !== "" ? value : refuse(key, "a name", value);
}

/** A list without repetition, each entry checked under its own key. */
export function list<T>(key: string, value: unknown, entry: (value: unknown, key: string) => T): T[] {
  if (!Array.isArray(value)) return refuse(key, "a list", value);
  const entries = value.map((v, i) => entry(v, `${key}[${i}]`));
  const again = entries.findIndex((v, i) => entries.indexOf(v) < i);
  return again < 0 ? entries : refuse(key, "a list without repetition", value[again]);
}
