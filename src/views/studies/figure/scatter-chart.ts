import { axisOver, tickWords, valueColumns, valueLines } from "./axis";
import { type Figure, type Ink, line, type Mark, text, tip } from "./figure";

export interface Dot {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  /** Ends of its whisker upwards. */
  readonly interval?: readonly [number, number] | null;
  /** Which of the kinds it is; drawn by shape and colour both. */
  readonly kind: number;
}

export interface ScatterOptions {
  readonly x: string;
  readonly y: string;
  readonly kinds: readonly string[];
  /** A colour for each kind. */
  readonly colors: readonly string[];
  /** How the two go together, in words. */
  readonly finding: string;
  /** What the dots are, in words; runs. */
  readonly things?: string;
  /** The axis across is logarithmic; only what is above 0 is drawn. */
  readonly logX?: boolean;
  /** A value that the axis upwards holds in any case, drawn as a line. */
  readonly throughY?: number;
  readonly width: number;
  readonly height: number;
  readonly ink: Ink;
}

/** One value against another, a dot for each run. */
export function scatterChart(dots: readonly Dot[], options: ScatterOptions): Figure {
  const { width, height, ink, kinds, colors, logX = false, throughY, things = "runs" } = options;
  const [left, right, top, bottom] = [52, width - 12, 48, height - 42];
  const place = (x: number): number => (logX ? Math.log10(x) : x);
  const shown = dots.filter(({ x, y }) => Number.isFinite(place(x)) && Number.isFinite(y));
  const across = axisOver(
    shown.map((d) => place(d.x)),
    [left, right],
    { about: logX ? 4 : 6 },
  );
  const up = axisOver(
    shown.flatMap((d) => [d.y, ...(d.interval ?? [])]),
    [bottom, top],
    throughY === undefined ? {} : { through: throughY },
  );
  const title = `${options.y} against ${options.x}`;
  const marks: Mark[] = [
    text(left - 42, 16, title, { fill: ink.text, size: 12, weight: 600 }),
    text(right, 16, options.finding, { fill: ink.dim, anchor: "end" }),
    ...valueColumns(across, [top, bottom], ink, logX ? (tick) => tickWords(10 ** tick, 2) : tickWords),
    ...valueLines(up, [left, right], ink),
    ...(throughY === undefined ? [] : [line([left, up.at(throughY)], [right, up.at(throughY)], ink.dim, 1.2)]),
    text((left + right) / 2, height - 8, options.x, { fill: ink.text, anchor: "middle" }),
    ...legend(kinds, colors, [left, 34], ink),
    ...shown.map(
      (dot): Mark => ({
        tag: "g",
        attrs: {},
        children: [
          ...whisker(dot, across.at(place(dot.x)), up, colors[dot.kind]),
          shape(dot.kind, across.at(place(dot.x)), up.at(dot.y), colors[dot.kind], ink),
          tip(`${dot.name}: ${options.x} ${dot.x.toFixed(3)}, ${options.y} ${dot.y.toFixed(3)}`),
        ],
      }),
    ),
  ];
  return { width, height, label: `${title} of ${shown.length} ${things}: ${options.finding}`, marks };
}

function whisker({ interval }: Dot, x: number, up: ReturnType<typeof axisOver>, color: string): Mark[] {
  if (!interval) return [];
  const one = line([x, up.at(interval[0])], [x, up.at(interval[1])], color, 1.2);
  return [{ ...one, attrs: { ...one.attrs, strokeOpacity: 0.6 } }];
}

function legend(
  kinds: readonly string[],
  colors: readonly string[],
  [left, y]: readonly [number, number],
  ink: Ink,
): Mark[] {
  let x = left + 4;
  return kinds.flatMap((name, kind) => {
    const marks = [shape(kind, x, y - 4, colors[kind], ink), text(x + 9, y, name, { fill: ink.dim })];
    x += 26 + 6.2 * name.length;
    return marks;
  });
}

/** Circle, square, triangle, diamond, and so on in turn. */
function shape(kind: number, x: number, y: number, fill: string, ink: Ink): Mark {
  const look = { fill, stroke: ink.ground, strokeWidth: 0.8 };
  const r = 4.6;
  switch (kind % 4) {
    case 0:
      return { tag: "circle", attrs: { cx: x, cy: y, r, ...look } };
    case 1:
      return {
        tag: "rect",
        attrs: { x: x - r + 0.6, y: y - r + 0.6, width: 2 * r - 1.2, height: 2 * r - 1.2, ...look },
      };
    case 2:
      return {
        tag: "path",
        attrs: { d: `M${x} ${y - r - 0.6}L${x + r + 0.4} ${y + r - 0.8}H${x - r - 0.4}Z`, ...look },
      };
    default:
      return {
        tag: "path",
        attrs: { d: `M${x} ${y - r - 1}L${x + r + 1} ${y}L${x} ${y + r + 1}L${x - r - 1} ${y}Z`, ...look },
      };
  }
}
