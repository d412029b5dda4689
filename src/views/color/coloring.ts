import { methodCatalog } from "../../core/ssl/catalog";
import type { ColorBy, LabState } from "../../state/lab-state";
import { rightAndWrong } from "../../state/network-prediction";
import { categoryColors } from "./palettes";
import { parseHex, type Rgb } from "./rgb";

export interface Category {
  readonly name: string;
  readonly color: Rgb;
  readonly nCells: number;
}

/** What the cells are coloured by, resolved to numbers: the stage draws it, the legend explains it. */
export type Coloring =
  | {
      readonly kind: "categorical";
      readonly title: string;
      readonly codes: ArrayLike<number>; // (nObs,), -1 = missing
      readonly categories: readonly Category[];
      readonly nMissing: number;
    }
  | {
      readonly kind: "continuous";
      readonly title: string;
      readonly unit: string;
      readonly values: Float32Array; // (nObs,), NaN = missing
      /** Smallest and largest value present. */
      readonly extent: readonly [number, number];
      /** The values that the ends of the ramp stand for. */
      readonly domain: readonly [number, number];
      readonly log: boolean;
      /** Counts: exact zeros are drawn grey. */
      readonly counts: boolean;
    }
  | { readonly kind: "rgb"; readonly title: string; readonly colors: Uint8Array } // (nObs, 3)
  /** Not to be had yet; `reason` says what it waits for. */
  | { readonly kind: "waiting"; readonly title: string; readonly reason: string };

/** The part of the state that colours depend on. */
export type ColoringSource = Pick<
  LabState,
  "slice" | "colorBy" | "geneCounts" | "clusters" | "prediction" | "liveColors" | "cellLosses" | "runRecipe"
>;

/**
 * Resolves the chosen colouring against what is there.
 * Predictions take the colours of the label they predict, so that the two can be compared by eye.
 */
export function resolveColoring(source: ColoringSource): Coloring {
  const { slice, colorBy } = source;
  if (!slice) return { kind: "waiting", title: "", reason: "Open a slice or simulate one." };
  const title = coloringTitle(colorBy, slice.varNames);
  const waiting = (reason: string): Coloring => ({ kind: "waiting", title, reason });
  switch (colorBy.kind) {
    case "obs": {
      const column = slice.obs.find((c) => c.name === colorBy.name);
      if (!column) return waiting(`This slice has no column "${colorBy.name}".`);
      if (column.kind === "numeric") return continuous(title, "", column.values, null, false, false);
      return categorical(title, column.codes, column.categories, column.colors);
    }
    case "section":
      return categorical(title, slice.section.codes, slice.section.names);
    case "gene": {
      const { geneCounts } = source;
      if (geneCounts?.gene !== colorBy.gene) return waiting("Reading the counts of this gene.");
      return continuous(title, "counts", geneCounts.counts, colorBy.range, colorBy.log, true);
    }
    case "cluster": {
      const { clusters } = source;
      if (!clusters) return waiting("Clusters come after training.");
      const names = Array.from({ length: clusters.nClusters }, (_, i) => String(i + 1));
      return categorical(title, clusters.codes, names);
    }
    case "prediction": {
      const { prediction } = source;
      if (!prediction) return waiting("Predictions come after training, for a chosen label.");
      const label = slice.obs.find((c) => c.name === prediction.label);
      const colors = label?.kind === "categorical" ? colorsFor(prediction.categories, label) : undefined;
      return categorical(
        `predicted ${prediction.label}`,
        prediction.predicted,
        prediction.categories,
        undefined,
        colors,
      );
    }
    case "errors": {
      const { prediction } = source;
      if (!prediction) return waiting("Errors come with predictions of a label.");
      const colors = ["#56b4e9", "#d55e00"].map((hex) => parseHex(hex)!);
      return categorical(
        `predicted ${prediction.label}, of cells not learned from`,
        rightAndWrong(prediction, slice),
        ["right", "wrong"],
        undefined,
        colors,
      );
    }
    case "embedding":
      if (!source.liveColors) return waiting("The embedding has colours once training has begun.");
      return { kind: "rgb", title, colors: source.liveColors };
    case "loss":
      if (!source.cellLosses) return waiting("The loss of each cell comes after training.");
      return continuous(
        title,
        methodCatalog[source.runRecipe?.method ?? "mae"].cellLoss,
        source.cellLosses,
        null,
        false,
        false,
      );
    default:
      return colorBy satisfies never;
  }
}

/** The name of a colouring, as the chooser shows it. */
export function coloringTitle(colorBy: ColorBy, varNames: readonly string[]): string {
  switch (colorBy.kind) {
    case "obs":
      return colorBy.name;
    case "section":
      return "section";
    case "gene":
      return varNames[colorBy.gene] ?? "gene";
    case "cluster":
      return "clusters";
    case "prediction":
      return "prediction";
    case "errors":
      return "errors";
    case "embedding":
      return "embedding";
    case "loss":
      return "loss per cell";
    default:
      return colorBy satisfies never;
  }
}

/** Colours for `names` as their label column has them, whatever the order. */
function colorsFor(
  names: readonly string[],
  label: { readonly categories: readonly string[]; readonly colors?: readonly string[] },
): readonly Rgb[] {
  const all = categoryColors(label.categories.length, label.colors);
  return names.map((name) => all[label.categories.indexOf(name)] ?? all[0]);
}

function categorical(
  title: string,
  codes: ArrayLike<number>,
  names: readonly string[],
  own?: readonly string[],
  colors: readonly Rgb[] = categoryColors(names.length, own),
): Coloring {
  const tally = new Uint32Array(names.length);
  let nMissing = 0;
  for (let i = 0; i < codes.length; i++) {
    if (codes[i] >= 0 && codes[i] < names.length) tally[codes[i]]++;
    else nMissing++;
  }
  const categories = names.map((name, i) => ({ name: name || "(empty)", color: colors[i], nCells: tally[i] }));
  return { kind: "categorical", title, codes, categories, nMissing };
}

function continuous(
  title: string,
  unit: string,
  values: Float32Array,
  range: readonly [number, number] | null,
  log: boolean,
  counts: boolean,
): Coloring {
  const extent = extentOf(values);
  const from = counts ? 0 : extent[0];
  const to = counts ? usualMost(values) : extent[1];
  // a constant column still needs a ramp with two ends
  const domain = range ?? [from, to > from ? to : from + 1];
  return { kind: "continuous", title, unit, values, extent, domain, log, counts };
}

/** Largest count but for the highest hundredth of the cells that have any: one bright cell must not dim all others. */
function usualMost(values: Float32Array): number {
  const some = values.filter((v) => v > 0).sort();
  return some.length === 0 ? 0 : some[Math.floor(0.99 * (some.length - 1))];
}

function extentOf(values: Float32Array): readonly [number, number] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    if (v < min) min = v;
    if (v > max) max = v;
  }
  return min <= max ? [min, max] : [0, 0];
}
