// What came from a file, a URL or a form, field by field. Errors name the key, what it may be and what came.
import { LabError } from "./errors";

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

export function refuse(key: string, expected: string, got: unknown, hint?: string): never {
  // JSON has no word for what is no number
  const came = typeof got === "number" && !Number.isFinite(got) ? String(got) : (JSON.stringify(got) ?? "nothing");
  throw new LabError("range", `${key} must be ${expected}, got ${came}.`, hint);
}

/** The key that was meant, where one differs by a slip: letters left out, too many, wrong or swapped. */
function nearest(word: string, keys: readonly string[]): string | undefined {
  const slips = keys.map((key) => ({ key, distance: editDistance(word, key) }));
  const best = slips.reduce((a, b) => (b.distance < a.distance ? b : a), { key: "", distance: 3 });
  return best.key && best.distance < best.key.length / 2 ? `Did you mean ${best.key}?` : undefined;
}

/** Levenshtein's: letters put in, taken out or changed. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + Number(a[i - 1] !== b[j - 1])));
    row = next;
  }
  return row[b.length];
}

/** An object that has no other keys. */
export function object(key: string, value: unknown, keys: readonly string[]): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) refuse(key, "an object", value);
  const unknown = Object.keys(value).find((k) => !keys.includes(k));
  if (unknown !== undefined) refuse(key, `an object of ${keys.join(", ")}`, unknown, nearest(unknown, keys));
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
