import { axisOver, valueLines } from "./axis";
import { type Figure, type Ink, line, type Mark, text, tip } from "./figure";

export interface Bar {
  readonly name: string;
  readonly mean: number;
  /** Standard deviation over the runs; null for a single one. */
  readonly sd: number | null;
  /** Ends of the whisker where it is another than one standard deviation. */
  readonly interval?: readonly [number, number] | null;
  readonly n: number;
  /** The single values, drawn as dots. */
  readonly values: readonly number[];
}

export interface BarChartOptions {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly ink: Ink;
  /** A value to compare with, drawn across. */
  readonly mark: { readonly name: string; readonly value: number } | null;
}

/** Bars from zero to the mean, a whisker of one standard deviation to both sides or of an interval, a dot for each value. */
export function barChart(bars: readonly Bar[], { title, width, height, ink, mark }: BarChartOptions): Figure {
  const [left, right, top] = [44, width - 10, 30];
  const place = (right - left) / Math.max(1, bars.length);
  const level = bars.every(({ name }) => fitted(name, place) !== null);
  const bottom = height - (level ? 38 : 62);
  const whiskers = bars.flatMap((bar) => [bar.mean, ...(endsOf(bar) ?? []), ...bar.values]);
  const axis = axisOver([...whiskers, mark?.value ?? 0], [bottom, top], { through: 0 });
  const wide = Math.min(56, 0.6 * place);
  const marks: Mark[] = [
    text(left - 34, 16, title, { fill: ink.text, size: 12, weight: 600 }),
    ...valueLines(axis, [left, right], ink),
  ];
  bars.forEach((bar, i) => {
    const middle = left + (i + 0.5) * place;
    marks.push(...oneBar(bar, { middle, wide, at: axis.at, ink }));
    const rows = level ? (fitted(bar.name, place) ?? []) : [];
    rows.forEach((row, r) => {
      marks.push(text(middle, bottom + 15 + 13 * r, row, { fill: ink.text, anchor: "middle" }));
    });
    if (!level) marks.push(slanted(middle + 3, bottom + 12, bar.name, ink));
  });
  if (mark) {
    const y = axis.at(mark.value);
    const across = line([left, y], [right, y], ink.baseline, 1.5);
    marks.push({ ...across, attrs: { ...across.attrs, strokeDasharray: "5 4" } });
    marks.push(text(right, 16, `- - ${mark.name} ${mark.value.toFixed(3)}`, { fill: ink.baseline, anchor: "end" }));
  }
  const spoken = bars.map((bar) => `${bar.name} ${bar.mean.toFixed(3)}${spreadWords(bar)}`);
  const against = mark ? `; ${mark.name} ${mark.value.toFixed(3)}` : "";
  return { width, height, label: `${title}: ${spoken.join(", ")}${against}`, marks };
}

function endsOf({ mean, sd, interval }: Bar): readonly [number, number] | null {
  return interval !== undefined ? interval : sd === null ? null : [mean - sd, mean + sd];
}

function spreadWords({ sd, interval }: Bar): string {
  if (interval) return ` (${interval[0].toFixed(3)} to ${interval[1].toFixed(3)})`;
  return interval === null || sd === null ? "" : ` ± ${sd.toFixed(3)}`;
}

function oneBar(
  bar: Bar,
  { middle, wide, at, ink }: { middle: number; wide: number; at(value: number): number; ink: Ink },
): Mark[] {
  const { name, mean, n, values } = bar;
  if (!Number.isFinite(mean)) return [text(middle, at(0) - 6, "none", { fill: ink.dim, anchor: "middle" })];
  const [y, ground] = [at(Math.max(0, mean)), at(Math.min(0, mean))];
  const body: Mark = {
    tag: "rect",
    attrs: {
      x: middle - wide / 2,
      y,
      width: wide,
      height: Math.max(1, ground - y),
      fill: ink.accent,
      fillOpacity: 0.55,
    },
    children: [tip(`${name}: ${mean.toFixed(3)}${spreadWords(bar)}, ${n} ${n === 1 ? "run" : "runs"}`)],
  };
  const known = values.filter(Number.isFinite);
  // a single value is its own mean; several stand beside each other, so that equal ones are both seen
  const dots = (known.length < 2 ? [] : known).map(
    (value, i): Mark => ({
      tag: "circle",
      attrs: {
        cx: middle + wide * 0.32 * ((2 * i) / (known.length - 1) - 1),
        cy: at(value),
        r: 2.2,
        fill: ink.text,
        fillOpacity: 0.55,
      },
    }),
  );
  const ends = endsOf(bar);
  if (!ends) return [body, ...dots];
  const [low, high] = [at(ends[0]), at(ends[1])];
  const cap = Math.min(6, wide / 3);
  const whisker = [
    line([middle, low], [middle, high], ink.text, 1.5),
    line([middle - cap, low], [middle + cap, low], ink.text, 1.5),
    line([middle - cap, high], [middle + cap, high], ink.text, 1.5),
  ];
  return [body, ...dots, ...whisker];
}

/** The name in one or two rows; null where it does not fit its place. */
function fitted(name: string, place: number): readonly string[] | null {
  const room = Math.floor(place / 6.2);
  if (name.length <= room) return [name];
  const comma = name.indexOf(", ");
  const cut = comma < 0 ? name.indexOf(" ") : comma + 1;
  const rows = cut < 0 ? [name] : [name.slice(0, cut), name.slice(cut + 1)];
  return rows.every((row) => row.length <= room) ? rows : null;
}

/** A name that runs upwards to where its bar stands. */
function slanted(x: number, y: number, words: string, ink: Ink): Mark {
  const level = text(x, y, words, { fill: ink.text, anchor: "end" });
  return { ...level, attrs: { ...level.attrs, transform: `rotate(-38 ${x} ${y})` } };
}
