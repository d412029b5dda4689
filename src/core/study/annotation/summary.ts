import { type LinearFit, linearFit, rankCorrelation } from "../../metrics/correlation";
import { bootstrapInterval, type Interval, tInterval } from "../../metrics/interval";
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
  /** Mean gain of a class, with the interval that other classes of this kind would give: told even of one seed. */
  readonly overClasses: { readonly mean: number; readonly low: number; readonly high: number };
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

/** The best network of a fraction beside the best baseline, both by macro F1: the very scores they are compared by. */
export interface BestOfFraction {
  readonly fraction: LabelFraction;
  readonly network: AnnotationRow;
  readonly baseline: AnnotationRow;
  /** Macro F1 of the network less the baseline's, by seed. */
  readonly difference: PairedComparison | null;
}

export interface AnnotationSummary {
  /** Fractions descending; baselines first, then as they came. */
  readonly rows: readonly AnnotationRow[];
  readonly gains: readonly SslGain[];
  /** Of fractions that have both a network and a baseline. */
  readonly best: readonly BestOfFraction[];
}

/** The table of a study, and what SSL gained in it. */
export function summarizeAnnotation(results: readonly AnnotationScored[]): AnnotationSummary {
  const groups = groupBy(results, (r) => `${rowName(r)}/${r.kind === "run" ? `${r.view}/${r.ssl}` : ""}/${r.fraction}`);
  const rows = groups.map(rowOf);
  const resultsOf = new Map(rows.map((row, i) => [row, groups[i]]));
  rows.sort((a, b) => size(b.fraction) - size(a.fraction) || Number(a.view !== null) - Number(b.view !== null));
  const runs = results.filter((r): r is AnnotationRun => r.kind === "run");
  const gains = groupBy(runs, (r) => `${r.configuration}/${r.view}/${r.fraction}`).flatMap((of) => gainOf(of) ?? []);
  gains.sort((a, b) => size(b.fraction) - size(a.fraction));
  const fractions = [...new Set(rows.map(({ fraction }) => fraction))];
  return { rows, gains, best: fractions.flatMap((fraction) => bestOf(fraction, rows, resultsOf) ?? []) };
}

function bestOf(
  fraction: LabelFraction,
  rows: readonly AnnotationRow[],
  resultsOf: ReadonlyMap<AnnotationRow, readonly AnnotationScored[]>,
): BestOfFraction | null {
  const highest = (isBaseline: boolean): AnnotationRow | null =>
    rows
      .filter((row) => row.fraction === fraction && (row.view === null) === isBaseline)
      .reduce<AnnotationRow | null>((a, b) => (a && a.scores.f1Macro.mean >= b.scores.f1Macro.mean ? a : b), null);
  const [network, baseline] = [highest(false), highest(true)];
  if (!network || !baseline) return null;
  const others = resultsOf.get(baseline) ?? [];
  const pairs = (resultsOf.get(network) ?? []).flatMap((run) => {
    const other = others.find(({ seed }) => seed === run.seed);
    return other ? [[run.f1Macro, other.f1Macro] as const] : [];
  });
  return { fraction, network, baseline, difference: pairedComparison(pairs) };
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
    overClasses: bootstrapInterval(perClass.map(({ gain }) => gain.mean)),
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

/** Whether a network has earned its training, for a person. */
export function bestWords({ fraction, network, baseline, difference }: BestOfFraction): string {
  const score = (row: AnnotationRow): string =>
    `${row.scores.f1Micro.mean.toFixed(3)} micro, ${row.scores.f1Macro.mean.toFixed(3)} macro F1`;
  const names = [`${rowWords(network)}, ${score(network)}`, `${rowWords(baseline)}, ${score(baseline)}`];
  const above = network.scores.f1Macro.mean > baseline.scores.f1Macro.mean;
  const said = above
    ? `the best network, ${names[0]}, is above the best baseline, ${names[1]}`
    : `no network beats the best baseline, ${names[1]}; the best of them is ${names[0]}`;
  return `${fractionWords(fraction)}: ${said}${difference ? `; ${intervalWords(difference)}` : ""}.`;
}

/** `lab, sub-graphs, SSL on`, `logistic` */
export const rowWords = ({ name, view, ssl }: Pick<AnnotationRow, "name" | "view" | "ssl">): string =>
  view === null ? name : `${name}, ${viewWords(view)}, SSL ${ssl}`;

export const viewWords = (view: View): string => (view === "sub" ? "sub-graphs" : "full graph");

function intervalWords({ difference, interval, n }: PairedComparison, more = ""): string {
  const by = interval ? `95 % interval ${signed(interval[0])} to ${signed(interval[1])}, ${n} seeds` : "one seed";
  return `${signed(difference)} macro F1 (${by}${more})`;
}

/**
 * What the numbers say of SSL, for a person: by how much, how surely, and for which classes it helps or hurts.
 * A gain is called one if its interval over seeds lies above 0.
 */
export function gainWords({
  configuration,
  view,
  fraction,
  gain,
  perClass,
  overClasses,
  byFrequency,
}: SslGain): string {
  const where = `${configuration}, ${viewWords(view)}, ${fractionWords(fraction)}`;
  const { interval } = gain.f1Macro;
  const { low, high } = overClasses;
  const draws = `; ${signed(low)} to ${signed(high)} over draws of its ${perClass.length} classes`;
  const size = intervalWords(gain.f1Macro, interval ? "" : draws);
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
  if (fraction === 1) return "all labels";
  return fraction < 1 ? `${Number((100 * fraction).toPrecision(4))} % of labels` : `${fraction} labels`;
}

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
