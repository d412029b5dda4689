import { type Box, fitAround, type Room } from "./fit-around";

/** Where one section stands on the stage. Lengths in µm, y downwards as in the source's images. */
export interface SectionPlace extends Box {
  readonly name: string;
  readonly nCells: number;
}

export interface SectionLayout {
  /** Positions on the stage, shape (nObs, 2), µm, the middle of everything at 0 so that Float32 keeps its bits. */
  readonly positions: Float32Array;
  readonly sections: readonly SectionPlace[];
  readonly width: number;
  readonly height: number;
}

/** Of this shape, whatever its size. */
const page: Room = { frame: { left: 0, top: 0, width: 1.5, height: 1 }, taken: [] };

/**
 * Lays sections out side by side in rows, the last one centred, each keeping its own shape and scale.
 *
 * Every section has its own origin, so absolute positions of different sections say nothing about each other.
 *
 * @param positions  shape (nObs, 2), µm
 * @param section    code and name of each cell's section; empty sections take no place
 * @param room       where they are usually seen, px: there they are as large as they can be
 */
export function layoutSections(
  positions: Float32Array,
  section: { readonly codes: ArrayLike<number>; readonly names: readonly string[] },
  room: Room = page,
): SectionLayout {
  const bounds = boundsOfSections(positions, section);
  const present = bounds.map((_, i) => i).filter((i) => bounds[i].nCells > 0);
  if (present.length === 0) return { positions: new Float32Array(positions.length), sections: [], width: 0, height: 0 };

  const cellWidth = Math.max(...present.map((i) => bounds[i].maxX - bounds[i].minX));
  const cellHeight = Math.max(...present.map((i) => bounds[i].maxY - bounds[i].minY));
  const gap = present.length > 1 ? 0.08 * Math.max(cellWidth, cellHeight) : 0;
  const columns = bestColumns(present.length, { width: cellWidth, height: cellHeight, gap }, room);
  const rows = Math.ceil(present.length / columns);
  const width = columns * cellWidth + (columns - 1) * gap;
  const height = rows * cellHeight + (rows - 1) * gap;

  const shiftX = new Float64Array(bounds.length);
  const shiftY = new Float64Array(bounds.length);
  const sections = present.map((i, place): SectionPlace => {
    const { minX, maxX, minY, maxY, nCells } = bounds[i];
    const cell = cellAt(place, columns, { n: present.length, width: cellWidth, height: cellHeight, gap });
    const left = cell.left + (cellWidth - (maxX - minX)) / 2 - width / 2;
    const top = cell.top + (cellHeight - (maxY - minY)) / 2 - height / 2;
    shiftX[i] = left - minX;
    shiftY[i] = top - minY;
    return { name: section.names[i], nCells, left, top, width: maxX - minX, height: maxY - minY };
  });

  const placed = new Float32Array(positions.length);
  for (let i = 0; i < positions.length / 2; i++) {
    const code = Math.max(0, section.codes[i]);
    placed[2 * i] = positions[2 * i] + shiftX[code];
    placed[2 * i + 1] = positions[2 * i + 1] + shiftY[code];
  }
  return { positions: placed, sections, width, height };
}

interface Cell {
  readonly width: number;
  readonly height: number;
  readonly gap: number;
}

/** The place of the `at`-th of n equal cells in rows. */
function cellAt(at: number, columns: number, { n, width, height, gap }: Cell & { readonly n: number }): Box {
  const row = Math.floor(at / columns);
  const missing = columns - Math.min(columns, n - row * columns);
  const left = ((at % columns) + missing / 2) * (width + gap);
  return { left, top: row * (height + gap), width, height };
}

/** More are too small to look at one by one, and what floats above some is no matter then. */
const fewSections = 60;

/** The number of columns that shows every section largest in a room. */
function bestColumns(n: number, cell: Cell, room: Room): number {
  let best = 1;
  let bestScale = 0;
  for (let columns = 1; columns <= n; columns++) {
    const width = columns * (cell.width + cell.gap);
    const height = Math.ceil(n / columns) * (cell.height + cell.gap);
    let scale = Math.min(room.frame.width / Math.max(width, 1e-9), room.frame.height / Math.max(height, 1e-9));
    if (scale > bestScale && room.taken.length > 0 && n > 1 && n <= fewSections) {
      const places = Array.from({ length: n }, (_, at) => cellAt(at, columns, { n, ...cell }));
      scale = fitAround(places, room)?.scale ?? scale / 4;
    }
    if (scale > bestScale) {
      best = columns;
      bestScale = scale;
    }
  }
  return best;
}

function boundsOfSections(
  positions: Float32Array,
  section: { readonly codes: ArrayLike<number>; readonly names: readonly string[] },
): { minX: number; maxX: number; minY: number; maxY: number; nCells: number }[] {
  const bounds = section.names.map(() => ({
    minX: Number.POSITIVE_INFINITY,
    maxX: Number.NEGATIVE_INFINITY,
    minY: Number.POSITIVE_INFINITY,
    maxY: Number.NEGATIVE_INFINITY,
    nCells: 0,
  }));
  for (let i = 0; i < positions.length / 2; i++) {
    const b = bounds[Math.max(0, section.codes[i])];
    const x = positions[2 * i];
    const y = positions[2 * i + 1];
    if (x < b.minX) b.minX = x;
    if (x > b.maxX) b.maxX = x;
    if (y < b.minY) b.minY = y;
    if (y > b.maxY) b.maxY = y;
    b.nCells++;
  }
  return bounds;
}
