import { type LinearFit, linearFit, rankCorrelation } from "../../metrics/correlation";
import { type Interval, tInterval } from "../../metrics/interval";
import { type PairedComparison, pairedComparison } from "../paired-comparison";
import type { LabelFraction } from "./label-fraction";
import type { Switch, View } from "./recipe-file";
import type { AnnotationRun, AnnotationScored } from "./result";

export const annotationMetrics = ["f1Micro", "f1Macro", "f1Weighted", "balancedAccuracy"] as const;
export type AnnotationMetric = (typeof annotationMetrics)[number];

/** One way of annotating at one fraction, over its seeds. */
export interface AnnotationRow {
  /** Of the network, or of the baseline. */
  readonly name: string;
  /** Null for a baseline. */
  readonly view: View | null;
  readonly ssl: Switch | null;
  readonly fraction: LabelFraction;
  readonly nLabels: number;
  readonly seeds: readonly number[];
  readonly scores: Readonly<Record<AnnotationMetric, Interval>>;
  readonly expectedCalibrationError: Interval;
  readonly seconds: Interval;
}

/** What pretraining gains, on the same seeds and so the same labels. */
export interface SslGain {
  readonly configuration: string;
  readonly view: View;
  readonly fraction: LabelFraction;
  readonly gain: Readonly<Record<AnnotationMetric, PairedComparison>>;
  readonly perClass: readonly ClassGain[];
  /** F1 gained per factor of ten in frequency, and the rank correlation: below 0, rare classes gain more. */
  readonly byFrequency: LinearFit;
  readonly rankCorrelation: { readonly r: number; readonly p: number | null };
}

export interface ClassGain {
  readonly name: string;
  /** Share among the labels that were trained on, mean over seeds. */
  readonly frequency: number;
  readonly gain: Interval; // of F1
}

export interface AnnotationSummary {
  /** Fractions descending; baselines first, then as they came. */
  readonly rows: readonly AnnotationRow[];
  readonly gains: readonly SslGain[];
}

/** The table of a study, and what SSL gained in it. */
export function summarizeAnnotation(results: readonly AnnotationScored[]): AnnotationSummary {
  const groups = groupBy(results, (r) => `${rowName(r)}/${r.kind === "run" ? `${r.view}/${r.ssl}` : ""}/${r.fraction}`);
  const rows = groups.map(rowOf);
  rows.sort((a, b) => size(b.fraction) - size(a.fraction) || Number(a.view !== null) - Number(b.view !== null));
  const runs = results.filter((r): r is AnnotationRun => r.kind === "run");
  const gains = groupBy(runs, (r) => `${r.configuration}/${r.view}/${r.fraction}`).flatMap((of) => gainOf(of) ?? []);
  gains.sort((a, b) => size(b.fraction) - size(a.fraction));
  return { rows, gains };
}

/** Shares before numbers of cells, which may be fewer or more than they. */
const size = (fraction: LabelFraction): number => (fraction <= 1 ? fraction * 1e12 : fraction);

export const rowName = (result: AnnotationScored): string =>
  result.kind === "run" ? result.configuration : result.name;

function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return [...groups.values()];
}

function rowOf(of: readonly AnnotationScored[]): AnnotationRow {
  const [first] = of;
  const over = (value: (r: AnnotationScored) => number): Interval => tInterval(of.map(value));
  return {
    name: rowName(first),
    view: first.kind === "run" ? first.view : null,
    ssl: first.kind === "run" ? first.ssl : null,
    fraction: first.fraction,
    nLabels: first.nLabels,
    seeds: of.map(({ seed }) => seed),
    scores: byMetric((metric) => over((r) => r[metric])),
    expectedCalibrationError: over((r) => r.expectedCalibrationError),
    seconds: over((r) => r.seconds),
  };
}

function byMetric<T>(of: (metric: AnnotationMetric) => T): Record<AnnotationMetric, T> {
  return Object.fromEntries(annotationMetrics.map((metric) => [metric, of(metric)])) as Record<AnnotationMetric, T>;
}

/** Null where no seed was run both with and without. */
function gainOf(of: readonly AnnotationRun[]): SslGain | null {
  const pairs = of.flatMap((run) => {
    const other = run.ssl === "on" && of.find(({ ssl, seed }) => ssl === "off" && seed === run.seed);
    return other ? [[run, other] as const] : [];
  });
  if (pairs.length === 0) return null;
  const [{ configuration, view, fraction }] = of;
  const perClass = classGains(pairs);
  const known = perClass.filter(({ frequency }) => frequency > 0);
  const [x, y] = [known.map(({ frequency }) => Math.log10(frequency)), known.map(({ gain }) => gain.mean)];
  return {
    configuration,
    view,
    fraction,
    gain: byMetric((metric) => pairedComparison(pairs.map(([a, b]) => [a[metric], b[metric]])) as PairedComparison),
    perClass,
    byFrequency: linearFit(x, y),
    rankCorrelation: rankCorrelation(x, y),
  };
}

/** By frequency, the most common class first. */
function classGains(pairs: readonly (readonly [AnnotationRun, AnnotationRun])[]): ClassGain[] {
  const names = [...new Set(pairs.flatMap(([a]) => a.perClass.map(({ name }) => name)))];
  const classGain = (name: string): ClassGain => {
    const both = pairs.flatMap(([a, b]) => {
      const [on, off] = [a, b].map(({ perClass }) => perClass.find((c) => c.name === name));
      // a class that does not occur and that only one of them predicts has an F1 of 0 with the other, too
      return on || off ? [{ gain: (on?.f1 ?? 0) - (off?.f1 ?? 0), share: (on ?? off)!.nTrain / a.nTrain }] : [];
    });
    const frequency = both.reduce((sum, { share }) => sum + share, 0) / both.length;
    return { name, frequency, gain: tInterval(both.map(({ gain }) => gain)) };
  };
  return names.map(classGain).sort((a, b) => b.frequency - a.frequency);
}

/**
 * What the numbers say of SSL, for a person: by how much, how surely, and for which classes it helps or hurts.
 * A gain is called one if its interval over seeds lies above 0.
 */
export function gainWords({ configuration, view, fraction, gain, perClass, byFrequency }: SslGain): string {
  const where = `${configuration}, ${view === "sub" ? "sub-graphs" : "full graph"}, ${fractionWords(fraction)}`;
  const { difference, interval, n } = gain.f1Macro;
  const size = `${signed(difference)} macro F1${interval ? ` (95 % interval ${signed(interval[0])} to ${signed(interval[1])}, ${n} seeds)` : " (one seed)"}`;
  const verdict =
    interval === null
      ? "one seed does not tell whether SSL helps"
      : interval[0] > 0
        ? "SSL helps"
        : interval[1] < 0
          ? "SSL hurts"
          : "a gain by SSL is not shown";
  const far = perClass.filter((c) => Math.abs(c.gain.mean) >= 0.01);
  const listed = (sign: number): string =>
    far
      .filter((c) => Math.sign(c.gain.mean) === sign)
      .sort((a, b) => sign * (b.gain.mean - a.gain.mean))
      .slice(0, 3)
      .map((c) => `${c.name} ${signed(c.gain.mean)}`)
      .join(", ");
  const [up, down] = [listed(1), listed(-1)];
  const classes = [up && `most gained: ${up}`, down && `most lost: ${down}`].filter(Boolean).join("; ");
  const { p, slope } = byFrequency;
  const rare =
    p !== null && p < 0.05
      ? ` The ${slope < 0 ? "rarer" : "more common"} a class, the higher its gain (p = ${p.toPrecision(2)}).`
      : "";
  return `${where}: ${verdict}: ${size}.${classes ? ` Classes ${classes}.` : ""}${rare}`;
}

export function fractionWords(fraction: LabelFraction): string {
  return fraction <= 1 ? `${Number((100 * fraction).toPrecision(4))} % of labels` : `${fraction} labels`;
}

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
