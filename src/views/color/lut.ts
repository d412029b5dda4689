import type { Coloring } from "./coloring";
import type { Rgb } from "./rgb";
import { viridis } from "./viridis";

/** What a lookup table depends on besides the colouring itself. */
export interface LutOptions {
  readonly theme: "dark" | "light";
  /** Categories that are greyed out. */
  readonly muted: ReadonlySet<number>;
  /** Category under the pointer in the legend: all others step back while it is there. */
  readonly highlighted: number | null;
}

/** Entries before the first category or the first colour of the ramp. */
export const lutMissing = 0;
export const lutZero = 1;
export const lutFirst = 2;
/** Steps of a continuous ramp. */
export const rampSteps = 254;

const opaque = 230; // 90 %
const context = 31; // 12 %: greyed out, never hidden
const grey: Record<"dark" | "light", Rgb> = { dark: [150, 158, 168], light: [90, 96, 104] };
const zero: Record<"dark" | "light", Rgb> = { dark: [58, 64, 74], light: [206, 210, 216] };

/**
 * Colours by entry, RGBA, shape (nEntries, 4): missing, zero, then the categories or the ramp.
 * A legend click, a hover or another theme changes this table and nothing per cell.
 */
export function buildLut(coloring: Coloring, { theme, muted, highlighted }: LutOptions): Uint8Array {
  const nColors = coloring.kind === "categorical" ? coloring.categories.length : rampSteps;
  const lut = new Uint8Array(4 * (lutFirst + nColors));
  const put = (entry: number, [r, g, b]: Rgb, alpha: number): void => lut.set([r, g, b, alpha], 4 * entry);

  // a missing value is told from a greyed-out one: it stays at a third
  put(lutMissing, grey[theme], highlighted === null ? 80 : context);
  put(lutZero, zero[theme], opaque);
  if (coloring.kind === "categorical") {
    coloring.categories.forEach(({ color }, i) => {
      const shown = highlighted === null ? !muted.has(i) : highlighted === i;
      put(lutFirst + i, shown ? color : grey[theme], shown ? opaque : context);
    });
  } else {
    for (let i = 0; i < rampSteps; i++) put(lutFirst + i, rampColor(i / (rampSteps - 1), theme), opaque);
  }
  return lut;
}

/** The ramp at t in [0, 1]; the end that would drown in the stage's ground is left out. */
export function rampColor(t: number, theme: "dark" | "light"): Rgb {
  return theme === "dark" ? viridis(0.12 + 0.88 * t) : viridis(0.94 * t);
}

/** The ramp as a CSS gradient from left to right. */
export function rampGradient(theme: "dark" | "light"): string {
  const stops = Array.from(
    { length: 9 },
    (_, i) =>
      `rgb(${rampColor(i / 8, theme)
        .map(Math.round)
        .join(" ")})`,
  );
  return `linear-gradient(to right, ${stops.join(", ")})`;
}
