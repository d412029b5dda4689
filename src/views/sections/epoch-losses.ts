import { formatNumber } from "../format/numbers";
import { axisOver, valueLines } from "../studies/figure/axis";
import { type Figure, type Ink, type Mark, text } from "../studies/figure/figure";

interface EpochLossesOptions {
  readonly width: number;
  readonly height: number;
  readonly ink: Ink;
}

interface Losses {
  readonly training: readonly number[];
  /** None where no section validates. */
  readonly validation: readonly number[];
}

/** Loss by epoch, and that on the sections that are not learned from. */
export function epochLosses({ training, validation }: Losses, options: EpochLossesOptions): Figure {
  const { width, height, ink } = options;
  const [left, right, top, bottom] = [56, width - 12, 40, height - 36];
  const up = axisOver([...training, ...validation], [bottom, top]);
  const last = Math.max(training.length, 2);
  const across = (epoch: number): number => left + 8 + ((right - left - 16) * (epoch - 1)) / (last - 1);
  const every = Math.max(1, Math.ceil(last / 10));
  const ticks = Array.from({ length: last }, (_, e) => e + 1).filter((epoch) => epoch === 1 || epoch % every === 0);
  const marks: Mark[] = [
    text(10, 16, "Loss", { fill: ink.text, size: 12, weight: 600 }),
    ...valueLines(up, [left, right], ink),
    ...ticks.map((epoch) => text(across(epoch), bottom + 16, String(epoch), { fill: ink.dim, anchor: "middle" })),
    text((left + right) / 2, height - 4, "epoch", { fill: ink.text, anchor: "middle" }),
  ];
  const curves = [
    { name: "training sections", values: training, color: ink.accent, dash: "" },
    { name: "validation sections", values: validation, color: ink.baseline, dash: "5 4" },
  ].filter(({ values }) => values.length > 0);
  let x = 48;
  for (const { name, values, color, dash } of curves) {
    const points = values.map((v, e) => [across(e + 1), up.at(v)]);
    const path = points.map(([px, py], i) => `${i === 0 ? "M" : "L"}${px.toFixed(1)} ${py.toFixed(1)}`).join("");
    const look = { fill: "none", stroke: color, strokeWidth: 1.75, ...(dash && { strokeDasharray: dash }) };
    marks.push({ tag: "path", attrs: { d: path, ...look } });
    // a single value is no line
    if (values.length < 3)
      for (const [cx, cy] of points) marks.push({ tag: "circle", attrs: { cx, cy, r: 2.5, fill: color } });
    marks.push({ tag: "path", attrs: { d: `M${x} 12h18`, ...look } });
    marks.push(text(x + 23, 16, name, { fill: ink.text }));
    x += 46 + 6.2 * name.length;
  }
  const now = (values: readonly number[]): string => formatNumber(values[values.length - 1]);
  const spoken = curves.map(({ name, values }) => `${name} ${now(values)}`).join(", ");
  return {
    width,
    height,
    label: `Loss after ${training.length} ${training.length === 1 ? "epoch" : "epochs"}: ${spoken}`,
    marks,
  };
}
