import type { Rgb } from "../../color/rgb";
import { type Figure, inks, type Mark, text } from "../figure/figure";
import { drawMap } from "./MapCanvas";
import type { TissueCells } from "./tissue-map";

interface MapsFigureOptions {
  readonly cells: TissueCells;
  readonly colors: readonly Rgb[];
  readonly columns: number;
  readonly map: { readonly width: number; readonly height: number };
  readonly title: string;
  readonly theme: "dark" | "light";
}

/** The grid of maps as one drawing; the maps themselves are images in it. */
export function mapsFigure(
  maps: readonly { readonly title: string; readonly note: string; readonly codes: Int32Array }[],
  { cells, colors, columns, map, title, theme }: MapsFigureOptions,
): Figure {
  const ink = inks[theme];
  const [wide, high, top] = [map.width + 16, map.height + 42, 34];
  const canvas = document.createElement("canvas");
  const marks: Mark[] = [text(8, 20, title, { fill: ink.text, size: 13, weight: 600 })];
  maps.forEach(({ title: name, note, codes }, i) => {
    const x = 8 + wide * (i % columns);
    const y = top + high * Math.floor(i / columns);
    drawMap(canvas, { cells, codes, colors, ...map });
    marks.push({ tag: "image", attrs: { x, y, width: map.width, height: map.height, href: canvas.toDataURL() } });
    marks.push(text(x, y + map.height + 14, name, { fill: ink.text }));
    marks.push(text(x, y + map.height + 28, note, { fill: ink.dim }));
  });
  const rows = Math.ceil(maps.length / columns);
  return { width: 16 + wide * Math.min(columns, maps.length), height: top + high * rows, label: title, marks };
}
