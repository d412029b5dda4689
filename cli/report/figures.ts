// Figures of a report as SVG text. Colours are CSS variables of the page, so that both themes are drawn by one file.

/** Text that may hold anything, for HTML and SVG. */
export function escaped(text: string): string {
  const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (character) => names[character]);
}

export interface Bar {
  readonly label: string;
  /** Bars of one series have one colour. */
  readonly series: string;
  readonly value: number;
  /** Half the length of the error bar; null draws none. */
  readonly error: number | null;
}

const WIDTH = 860;

/**
 * Horizontal bars with error bars, from the first down, and a dashed line to be passed.
 * @param line  where the line stands and what it is; null draws none
 */
export function barFigure(
  title: string,
  bars: readonly Bar[],
  line: { readonly at: number; readonly label: string } | null,
): string {
  const [left, row, top] = [210, 18, 34];
  const height = top + row * bars.length + 26;
  const ends = bars.flatMap(({ value, error }) => [value - (error ?? 0), value + (error ?? 0)]);
  const x = scale([0, ...ends, ...(line ? [line.at] : [])], left, WIDTH - 64);
  const series = [...new Set(bars.map((bar) => bar.series))].sort();
  const parts = bars.map(({ label, series: of, value, error }, i) => {
    const y = top + i * row;
    const [from, to] = [Math.min(x(0), x(value)), Math.max(x(0), x(value))];
    const middle = y + row / 2 - 1;
    return [
      `<text x="${left - 8}" y="${middle + 4}" text-anchor="end">${escaped(label)}</text>`,
      `<rect x="${r(from)}" y="${y}" width="${r(to - from)}" height="${row - 4}" class="s${series.indexOf(of) % 6}"/>`,
      error === null
        ? ""
        : `<path d="M${r(x(value - error))} ${middle}H${r(x(value + error))}m0 -3v6M${r(x(value - error))} ${middle - 3}v6" class="error"/>`,
      `<text x="${WIDTH - 44}" y="${middle + 4}">${value.toFixed(3)}</text>`,
    ].join("");
  });
  const mark = line
    ? `<path d="M${r(x(line.at))} ${top - 4}V${height - 22}" class="goal"/><text x="${r(x(line.at))}" y="${height - 8}" text-anchor="end">${escaped(line.label)} ${line.at.toFixed(3)}</text>`
    : "";
  return figure(title, height, legend(series) + parts.join("\n") + mark);
}

export interface Point {
  readonly x: number;
  readonly y: number;
  readonly series: string;
  /** Shown when the mouse rests on it. */
  readonly label: string;
}

/** One metric against another, a point a run. */
export function scatterFigure(
  title: string,
  [xName, yName]: readonly [string, string],
  points: readonly Point[],
): string {
  const [left, top, right, bottom] = [70, 34, WIDTH - 200, 360];
  const x = scale(
    points.map((p) => p.x),
    left,
    right,
  );
  const y = scale(
    points.map((p) => p.y),
    bottom,
    top,
  );
  const series = [...new Set(points.map((p) => p.series))].sort();
  const marks = points.map(
    (p) =>
      `<circle cx="${r(x(p.x))}" cy="${r(y(p.y))}" r="4" class="s${series.indexOf(p.series) % 6}"><title>${escaped(p.label)}</title></circle>`,
  );
  const ticks = (values: readonly number[], at: (v: number) => string) =>
    [Math.min(...values), Math.max(...values)].map((v) => `<text ${at(v)}>${v.toPrecision(3)}</text>`).join("");
  const axes = [
    `<path d="M${left} ${top}V${bottom + 8}M${left - 8} ${bottom}H${right}" class="axis"/>`,
    ticks(
      points.map((p) => p.x),
      (v) => `x="${r(x(v))}" y="${bottom + 20}" text-anchor="middle"`,
    ),
    ticks(
      points.map((p) => p.y),
      (v) => `x="${left - 12}" y="${r(y(v) + 4)}" text-anchor="end"`,
    ),
    `<text x="${(left + right) / 2}" y="${bottom + 36}" text-anchor="middle">${escaped(xName)}</text>`,
    `<text x="16" y="${(top + bottom) / 2}" text-anchor="middle" transform="rotate(-90 16 ${(top + bottom) / 2})">${escaped(yName)}</text>`,
  ];
  return figure(title, bottom + 46, legend(series) + axes.join("") + marks.join("\n"));
}

function figure(title: string, height: number, content: string): string {
  return `<figure><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">
${content}
</svg><figcaption>${escaped(title)}</figcaption></figure>`;
}

function legend(series: readonly string[]): string {
  if (series.length < 2) return "";
  return series
    .map((name, i) => {
      const x = 210 + i * 110;
      return `<rect x="${x}" y="6" width="12" height="12" class="s${i % 6}"/><text x="${x + 18}" y="16">${escaped(name)}</text>`;
    })
    .join("");
}

/** From the least and the largest value to two places; one value alone lies between them. */
function scale(values: readonly number[], from: number, to: number): (v: number) => number {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return (v) => (high > low ? from + ((v - low) / (high - low)) * (to - from) : (from + to) / 2);
}

const r = (v: number): number => Math.round(10 * v) / 10;
