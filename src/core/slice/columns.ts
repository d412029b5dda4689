import type { CategoricalColumn, Utf8Column } from "./slice";
import { stringAt } from "./utf8-column";

/** Codes in the narrowest signed integers that hold `nCategories` of them and -1. */
export function codeArray(length: number, nCategories: number): Int8Array | Int16Array | Int32Array {
  if (nCategories <= 128) return new Int8Array(length);
  return nCategories <= 32768 ? new Int16Array(length) : new Int32Array(length);
}

/** Codes of any integer type in the narrowest, anything outside the categories as -1. */
export function narrowCodes(codes: ArrayLike<number>, nCategories: number): CategoricalColumn["codes"] {
  const out = codeArray(codes.length, nCategories);
  for (let i = 0; i < codes.length; i++) out[i] = codes[i] >= 0 && codes[i] < nCategories ? codes[i] : -1;
  return out;
}

/**
 * Texts as categories in the order of their names, as pandas makes them; null if there are more than `limit`.
 * @param missing  shape (n,), not 0 where the text is missing
 */
export function categoriesOf(
  texts: Utf8Column,
  limit: number,
  missing?: ArrayLike<number>,
): Pick<CategoricalColumn, "codes" | "categories"> | null {
  const n = texts.offsets.length - 1;
  const seen = new Map<string, number>();
  const first = new Int32Array(n).fill(-1);
  for (let i = 0; i < n; i++) {
    if (missing?.[i]) continue;
    const text = stringAt(texts, i);
    let code = seen.get(text);
    if (code === undefined) {
      code = seen.size;
      if (code === limit) return null;
      seen.set(text, code);
    }
    first[i] = code;
  }
  const categories = [...seen.keys()].sort();
  const rank = new Map(categories.map((name, code) => [name, code]));
  const recode = Int32Array.from(seen.keys(), (name) => rank.get(name)!);
  const codes = first.map((code) => (code < 0 ? -1 : recode[code]));
  return { codes: narrowCodes(codes, categories.length), categories };
}

/** Numbers as categories, ascending, NaN as missing; null if there are more than `limit`. */
export function categoriesOfNumbers(
  values: ArrayLike<number>,
  limit: number,
): Pick<CategoricalColumn, "codes" | "categories"> | null {
  const distinct = new Set<number>();
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i])) distinct.add(values[i]);
    if (distinct.size > limit) return null;
  }
  const sorted = [...distinct].sort((a, b) => a - b);
  const rank = new Map(sorted.map((value, code) => [value, code]));
  const codes = Int32Array.from(values, (v) => rank.get(v) ?? -1);
  return { codes: narrowCodes(codes, sorted.length), categories: sorted.map(String) };
}
