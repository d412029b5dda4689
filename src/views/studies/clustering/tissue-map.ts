import { matchClusters } from "../../../core/cluster/match-clusters";
import { labelCodes } from "../../../core/slice/unlabelled";
import type { StudySlice } from "../../../core/study/clustering/plan";
import type { StudySliceInfo } from "../../../state/study-state";
import { categoryColors, categoryPalette } from "../../color/palettes";
import { parseHex, type Rgb } from "../../color/rgb";
import { layoutSections } from "../../tissue/section-layout";

/** The cells that a study's runs are about, ready to be drawn small. */
export interface TissueCells {
  readonly positions: Float32Array; // (n, 2), sections side by side
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Usual distance of a cell to the next, in the unit of positions. */
  readonly spacing: number;
  readonly labels: Int32Array; // (n,), -1 = unlabelled
  readonly categories: readonly string[];
  readonly labelColors: readonly Rgb[];
  /** Rows of the whole slice that these cells are; null for all. */
  readonly cells: Int32Array | null;
}

/** What is drawn of a slice: also of one whose counts nobody has. */
export type DrawnSlice = Pick<StudySliceInfo, "obs" | "section" | "positions"> & {
  readonly summary: Pick<StudySliceInfo["summary"], "medianNeighbourDistance">;
};

/** @param wanted  the slice as the plan has it: its label, and the sections that it keeps */
export function tissueCells(info: DrawnSlice, { label, sections, unlabelled }: StudySlice): TissueCells {
  const cells = keptCells(info, sections);
  const pick = <T extends ArrayLike<number>>(of: T): ArrayLike<number> =>
    cells ? Array.from(cells, (c) => of[c]) : of;
  const positions = cells
    ? Float32Array.from({ length: 2 * cells.length }, (_, i) => info.positions[2 * cells[i >> 1] + (i & 1)])
    : info.positions;
  const layout = layoutSections(positions, { codes: pick(info.section.codes), names: info.section.names });
  const column = info.obs.find((c) => c.name === label);
  const n = positions.length / 2;
  const labelled =
    column?.kind === "categorical" ? Int32Array.from(pick(labelCodes(column, unlabelled))) : new Int32Array(n).fill(-1);
  const categories = column?.kind === "categorical" ? column.categories : [];
  return {
    positions: layout.positions,
    left: -layout.width / 2,
    top: -layout.height / 2,
    width: layout.width,
    height: layout.height,
    spacing: info.summary.medianNeighbourDistance ?? Math.sqrt((layout.width * layout.height) / Math.max(1, n)),
    labels: labelled,
    categories,
    labelColors: categoryColors(categories.length, column?.kind === "categorical" ? column.colors : undefined),
    cells,
  };
}

function keptCells({ section }: DrawnSlice, sections: readonly string[] | null): Int32Array | null {
  if (!sections) return null;
  const kept = section.names.map((name) => sections.includes(name));
  return Int32Array.from([...section.codes.keys()].filter((i) => kept[section.codes[i]]));
}

const matched = new WeakMap<Int32Array, { readonly to: Int32Array; readonly codes: Int32Array }>();

/** A run's clusters under the numbers of the classes that they overlap most, so that a place has one colour in all maps. */
export function matchedTo(labels: Int32Array, codes: Int32Array): Int32Array {
  const found = matched.get(codes);
  if (found?.to === labels) return found.codes;
  const made = matchClusters(labels, codes);
  matched.set(codes, { to: labels, codes: made });
  return made;
}

/** The label's colours, and further ones for clusters that no class was left for. */
export function mapColors(labelColors: readonly Rgb[], maps: readonly Int32Array[]): readonly Rgb[] {
  const largest = maps.reduce((most, codes) => codes.reduce((m, c) => Math.max(m, c), most), -1);
  const n = Math.max(labelColors.length, largest + 1);
  const more = categoryPalette(n).slice(labelColors.length);
  return [...labelColors, ...more.map((hex) => parseHex(hex)!)];
}

/** Pixels of a map as `ImageData` takes them: a square for each cell, clear where there is none. */
export function paintMap(
  { positions, left, top, width, height, spacing }: TissueCells,
  codes: Int32Array,
  colors: readonly Rgb[],
  size: { readonly width: number; readonly height: number },
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * size.width * size.height);
  // half a cell stays free at the edges
  const scale = Math.min(size.width / (width + spacing), size.height / (height + spacing));
  const side = Math.max(1, Math.round(0.92 * spacing * scale));
  const x0 = (size.width - scale * width) / 2 - scale * left - side / 2;
  const y0 = (size.height - scale * height) / 2 - scale * top - side / 2;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    const [r, g, b] = code < 0 ? grey : colors[code];
    const alpha = code < 0 ? 60 : 255;
    const x = Math.round(x0 + scale * positions[2 * i]);
    const y = Math.round(y0 + scale * positions[2 * i + 1]);
    for (let row = Math.max(0, y); row < Math.min(size.height, y + side); row++) {
      for (let column = Math.max(0, x); column < Math.min(size.width, x + side); column++) {
        const at = 4 * (row * size.width + column);
        pixels[at] = r;
        pixels[at + 1] = g;
        pixels[at + 2] = b;
        pixels[at + 3] = alpha;
      }
    }
  }
  return pixels;
}

const grey: Rgb = [128, 134, 144];
