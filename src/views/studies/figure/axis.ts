import { type Ink, line, type Mark, text } from "./figure";

/** A range of numbers on a range of pixels. */
export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
  at(value: number): number;
}

/**
 * An axis over the values with round ends.
 *
 * @param values   what it must hold; those that are not finite are passed over
 * @param pixels   where its ends lie; the second may be the smaller one
 * @param through  a value that belongs on the axis in any case, such as the zero that bars stand on
 */
export function axisOver(
  values: readonly number[],
  pixels: readonly [number, number],
  { through, about = 5 }: { through?: number; about?: number } = {},
): Axis {
  const known = [...values, ...(through === undefined ? [] : [through])].filter(Number.isFinite);
  const low = known.length === 0 ? 0 : Math.min(...known);
  const high = known.length === 0 ? 1 : Math.max(...known);
  const span = high > low ? high - low : Math.abs(high) || 1;
  const step = roundStep(span / about);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  // counted in steps: sums of 0.1 drift
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  const [from, to] = [ticks[0], ticks[ticks.length - 1]];
  const scale = (pixels[1] - pixels[0]) / (to - from);
  return { from, to, ticks, at: (value) => pixels[0] + scale * (value - from) };
}

/** The nearest of 1, 2 and 5 times a power of ten that is not below `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return (([1, 2, 5, 10] as const).find((m) => m * power >= least * (1 - 1e-9)) ?? 10) * power;
}

/** Grid lines across, with their values at the left. */
export function valueLines(axis: Axis, [left, right]: readonly [number, number], ink: Ink): Mark[] {
  return axis.ticks.flatMap((tick) => [
    line([left, axis.at(tick)], [right, axis.at(tick)], ink.line),
    text(left - 6, axis.at(tick) + 4, tickWords(tick), { fill: ink.dim, anchor: "end" }),
  ]);
}

/** Grid lines upwards, with their values below. */
export function valueColumns(
  axis: Axis,
  [top, bottom]: readonly [number, number],
  ink: Ink,
  words: (tick: number) => string = tickWords,
): Mark[] {
  return axis.ticks.flatMap((tick) => [
    line([axis.at(tick), top], [axis.at(tick), bottom], ink.line),
    text(axis.at(tick), bottom + 14, words(tick), { fill: ink.dim, anchor: "middle" }),
  ]);
}

export function tickWords(tick: number, digits = 6): string {
  return String(Number(tick.toPrecision(digits))).replace("-", "−");
}
