import type { CountState } from "./slice";

export type CountArray = Uint8Array | Uint16Array | Float32Array;

/**
 * Matrix values read piece by piece into the narrowest type that holds them exactly:
 * uint8, uint16, else float32. Mutable while a reader fills it.
 */
export interface CountValues {
  /** Narrow enough for everything put so far; replaced when a value does not fit. */
  data: CountArray;
  /** Entries seen that no count can be. */
  negative: number;
  fractional: number;
}

export function emptyCountValues(length: number): CountValues {
  return { data: new Uint8Array(length), negative: 0, fractional: 0 };
}

/** Makes `values.data` wide enough for `piece` and tallies what is no count. Call before writing the piece. */
export function widenFor(values: CountValues, piece: ArrayLike<number>): void {
  let max = 0;
  let { negative, fractional } = values;
  for (let i = 0; i < piece.length; i++) {
    const v = piece[i];
    if (v > max) max = v;
    if (v < 0) negative++;
    // NaN and infinities are no whole numbers either
    if (v !== Math.floor(v) || v === Number.POSITIVE_INFINITY) fractional++;
  }
  values.negative = negative;
  values.fractional = fractional;
  const whole = negative + fractional === 0;
  if (whole && max <= 255) return;
  if (whole && max <= 65535) {
    if (values.data instanceof Uint8Array) values.data = Uint16Array.from(values.data);
  } else if (!(values.data instanceof Float32Array)) values.data = Float32Array.from(values.data);
}

/** Puts a run of values at `at`. */
export function putValues(values: CountValues, piece: ArrayLike<number>, at: number): void {
  widenFor(values, piece);
  values.data.set(piece, at);
}

/** Counts are whole and never negative; log1p of counts is never negative and stays small. */
export function stateOf(values: ArrayLike<number>): CountState {
  const LARGEST_LOG = 25; // log1p of 7e10
  let whole = true;
  let max = 0;
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    if (!(v >= 0)) return "unknown";
    if (v !== Math.floor(v)) whole = false;
    if (v > max) max = v;
  }
  if (whole && max < Number.POSITIVE_INFINITY) return "counts";
  return max <= LARGEST_LOG ? "log1p" : "unknown";
}
