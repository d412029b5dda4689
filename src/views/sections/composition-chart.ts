import { formatCount, formatShare } from "../format/numbers";
import { axisOver, valueLines } from "../studies/figure/axis";
import { type Figure, type Ink, type Mark, text, tip } from "../studies/figure/figure";
import type { SectionParts } from "./composition";

interface CompositionChartOptions {
  readonly title: string;
  readonly width: number;
  readonly ink: Ink;
}

const LEGEND_ROW = 18;

/** Cells per section above, the share of each category below, section by section; the held-out one is marked. */
export function compositionChart(
  sections: readonly SectionParts[],
  { title, width, ink }: CompositionChartOptions,
): Figure {
  const [left, right] = [58, width - 10];
  const [countTop, countBottom, shareTop, shareBottom] = [44, 124, 152, 352];
  const place = (right - left) / Math.max(1, sections.length);
  const wide = Math.max(1, Math.min(48, 0.82 * place));
  const counts = axisOver(
    sections.map(({ cells }) => cells),
    [countBottom, countTop],
    { through: 0, about: 3 },
  );
  const shares = {
    from: 0,
    to: 1,
    ticks: [0, 0.25, 0.5, 0.75, 1],
    at: (v: number) => shareBottom - v * (shareBottom - shareTop),
  };
  const marks: Mark[] = [
    text(8, 18, title, { fill: ink.text, size: 13, weight: 600 }),
    text(8, 36, "cells", { fill: ink.dim }),
    text(8, shareTop - 10, "share of the section's cells", { fill: ink.dim }),
    ...valueLines(counts, [left, right], ink),
    ...valueLines(shares, [left, right], ink),
  ];
  // as many names as there is room for
  const every = Math.ceil(44 / place);
  sections.forEach((section, s) => {
    const x = left + (s + 0.5) * place - wide / 2;
    const y = counts.at(section.cells);
    const about = `${section.name}: ${formatCount(section.cells)} cells`;
    const bar = {
      x,
      y,
      width: wide,
      height: Math.max(0.5, countBottom - y),
      fill: section.heldOut ? ink.baseline : ink.accent,
    };
    marks.push({
      tag: "rect",
      attrs: bar,
      children: [tip(section.heldOut ? `${about}, held out by the rule` : about)],
    });
    let below = 0;
    for (const { name, color, cells } of section.parts) {
      if (cells === 0) continue;
      const [from, to] = [below / section.cells, (below + cells) / section.cells];
      below += cells;
      marks.push({
        tag: "rect",
        attrs: { x, y: shares.at(to), width: wide, height: shares.at(from) - shares.at(to), fill: color },
        children: [tip(`${section.name}, ${name}: ${formatCount(cells)} cells, ${formatShare(cells / section.cells)}`)],
      });
    }
    const middle = x + wide / 2;
    if (section.heldOut)
      marks.push(text(middle, shareTop - 4, "▼", { fill: ink.baseline, anchor: "middle", size: 10 }));
    if (section.heldOut || s % every === 0)
      marks.push(
        text(middle, shareBottom + 16, fitted(section.name, place * every), {
          fill: section.heldOut ? ink.baseline : ink.dim,
          anchor: "middle",
          weight: section.heldOut ? 600 : 400,
        }),
      );
  });
  const legend = legendMarks(sections, { left: 8, top: shareBottom + 40, width, ink });
  return {
    width,
    height: shareBottom + 44 + legend.height,
    label: spoken(sections, title),
    marks: [...marks, ...legend.marks],
  };
}

function legendMarks(
  sections: readonly SectionParts[],
  { left, top, width, ink }: { left: number; top: number; width: number; ink: Ink },
): { marks: Mark[]; height: number } {
  const parts = sections[0]?.parts.filter(({ name }) =>
    sections.some((s) => s.parts.some((p) => p.name === name && p.cells > 0)),
  );
  const marks: Mark[] = [];
  let [x, y] = [left, top];
  for (const { name, color } of parts ?? []) {
    const room = 24 + 6.4 * name.length;
    if (x + room > width && x > left) [x, y] = [left, y + LEGEND_ROW];
    marks.push({ tag: "rect", attrs: { x, y: y - 9, width: 10, height: 10, fill: color } });
    marks.push(text(x + 15, y, name, { fill: ink.text }));
    x += room;
  }
  return { marks, height: y - top + LEGEND_ROW };
}

function spoken(sections: readonly SectionParts[], title: string): string {
  const held = sections.find(({ heldOut }) => heldOut);
  const sizes = sections.map(({ cells }) => cells);
  const range = `${formatCount(Math.min(...sizes))} to ${formatCount(Math.max(...sizes))} cells a section`;
  return `${title}: ${sections.length} sections, ${range}${held ? `; held out by the rule: ${held.name}` : ""}`;
}

function fitted(name: string, room: number): string {
  const most = Math.max(3, Math.floor(room / 6));
  return name.length <= most ? name : `${name.slice(0, most - 1)}…`;
}
