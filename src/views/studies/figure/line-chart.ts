import { type Axis, axisOver, valueLines } from "./axis";
import { type Figure, type Ink, line, type Mark, text, tip } from "./figure";

export interface Curve {
  readonly name: string;
  readonly color: string;
  readonly dashed: boolean;
  readonly points: readonly CurvePoint[];
}

export interface CurvePoint {
  readonly x: number;
  readonly y: number;
  /** Ends of its whisker; null for a single value. */
  readonly interval: readonly [number, number] | null;
}

export interface LineChartOptions {
  readonly title: string;
  readonly x: string;
  /** Where there are points, with what is written below. */
  readonly ticks: readonly { readonly x: number; readonly words: string }[];
  readonly width: number;
  readonly height: number;
  readonly ink: Ink;
}

/** Values over a logarithmic axis, joined for each way, with intervals; whiskers at one x stand beside each other. */
export function lineChart(curves: readonly Curve[], options: LineChartOptions): Figure {
  const { title, x: xName, ticks, width, height, ink } = options;
  const legendRows = rowsOfLegend(curves, width - 56);
  const [left, right, top, bottom] = [44, width - 16, 26 + 16 * legendRows.length, height - 42];
  const points = curves.flatMap((curve) => curve.points);
  const up = axisOver(
    points.flatMap(({ y, interval }) => [y, ...(interval ?? [])]),
    [bottom, top],
  );
  const across = logAxis(
    ticks.map(({ x }) => x),
    [left + 18, right - 18],
  );
  const marks: Mark[] = [
    text(10, 16, title, { fill: ink.text, size: 12, weight: 600 }),
    ...valueLines(up, [left, right], ink),
    ...ticks.flatMap(({ x, words }) => [
      line([across(x), bottom], [across(x), bottom + 4], ink.dim),
      text(across(x), bottom + 16, words, { fill: ink.dim, anchor: "middle" }),
    ]),
    text((left + right) / 2, height - 8, xName, { fill: ink.text, anchor: "middle" }),
    ...legendRows.flatMap((row, r) => legend(row, 31 + 16 * r, ink)),
  ];
  curves.forEach((curve, i) => {
    const aside = 5 * (i - (curves.length - 1) / 2);
    marks.push(...oneCurve(curve, (x) => across(x) + aside, up));
  });
  const spoken = curves.map(({ name, points: own }) => `${name} ${own.map(({ y }) => y.toFixed(3)).join(", ")}`);
  return { width, height, label: `${title} by ${xName}: ${spoken.join("; ")}`, marks };
}

/** A single place lies in the middle. */
function logAxis(places: readonly number[], [from, to]: readonly [number, number]): (x: number) => number {
  const logs = places.map(Math.log);
  const [least, most] = [Math.min(...logs), Math.max(...logs)];
  return (x) => (most > least ? from + ((to - from) * (Math.log(x) - least)) / (most - least) : (from + to) / 2);
}

function oneCurve({ name, color, dashed, points }: Curve, at: (x: number) => number, up: Axis): Mark[] {
  const sorted = [...points].sort((a, b) => a.x - b.x);
  const path = sorted.map(({ x, y }, i) => `${i === 0 ? "M" : "L"}${at(x).toFixed(2)} ${up.at(y).toFixed(2)}`).join("");
  const stroke = { fill: "none", stroke: color, strokeWidth: 1.8, ...(dashed && { strokeDasharray: "5 4" }) };
  return [
    { tag: "path", attrs: { d: path, ...stroke } },
    ...sorted.map(({ x, y, interval }): Mark => {
      const said = interval ? ` (${interval[0].toFixed(3)} to ${interval[1].toFixed(3)})` : "";
      const dot: Mark = { tag: "circle", attrs: { cx: at(x), cy: up.at(y), r: 3, fill: color } };
      const whisker = interval ? [line([at(x), up.at(interval[0])], [at(x), up.at(interval[1])], color, 1.2)] : [];
      return { tag: "g", attrs: {}, children: [...whisker, dot, tip(`${name}: ${y.toFixed(3)}${said}`)] };
    }),
  ];
}

const legendWidth = ({ name }: Curve): number => 34 + 6.2 * name.length;

function rowsOfLegend(curves: readonly Curve[], room: number): Curve[][] {
  const rows: Curve[][] = [];
  let used = 0;
  for (const curve of curves) {
    const row = rows[rows.length - 1];
    if (row && used + legendWidth(curve) <= room) row.push(curve);
    else {
      rows.push([curve]);
      used = 0;
    }
    used += legendWidth(curve);
  }
  return rows;
}

function legend(curves: readonly Curve[], y: number, ink: Ink): Mark[] {
  let x = 44;
  return curves.flatMap((curve) => {
    const from = x;
    x += legendWidth(curve);
    const sample = line([from, y - 4], [from + 18, y - 4], curve.color, 2);
    return [
      { ...sample, attrs: { ...sample.attrs, ...(curve.dashed && { strokeDasharray: "5 4" }) } },
      text(from + 22, y, curve.name, { fill: ink.dim }),
    ];
  });
}
