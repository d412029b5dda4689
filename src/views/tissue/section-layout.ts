/** Where one section stands on the stage. Lengths in µm, y downwards as in the source's images. */
export interface SectionPlace {
  readonly name: string;
  readonly nCells: number;
  /** Bounds on the stage. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface SectionLayout {
  /** Positions on the stage, shape (nObs, 2), µm, the middle of everything at 0 so that Float32 keeps its bits. */
  readonly positions: Float32Array;
  readonly sections: readonly SectionPlace[];
  readonly width: number;
  readonly height: number;
}

/**
 * Lays sections out side by side in rows, each keeping its own shape and scale.
 *
 * Every section has its own origin, so absolute positions of different sections say nothing about each other.
 *
 * @param positions  shape (nObs, 2), µm
 * @param section    code and name of each cell's section; empty sections take no place
 * @param aspect     width by height that the whole should come close to
 */
export function layoutSections(
  positions: Float32Array,
  section: { readonly codes: ArrayLike<number>; readonly names: readonly string[] },
  aspect = 1.5,
): SectionLayout {
  const bounds = boundsOfSections(positions, section);
  const present = bounds.map((_, i) => i).filter((i) => bounds[i].nCells > 0);
  if (present.length === 0) return { positions: new Float32Array(positions.length), sections: [], width: 0, height: 0 };

  const cellWidth = Math.max(...present.map((i) => bounds[i].maxX - bounds[i].minX));
  const cellHeight = Math.max(...present.map((i) => bounds[i].maxY - bounds[i].minY));
  const gap = present.length > 1 ? 0.08 * Math.max(cellWidth, cellHeight) : 0;
  const columns = bestColumns(present.length, cellWidth + gap, cellHeight + gap, aspect);
  const rows = Math.ceil(present.length / columns);
  const width = columns * cellWidth + (columns - 1) * gap;
  const height = rows * cellHeight + (rows - 1) * gap;

  const shiftX = new Float64Array(bounds.length);
  const shiftY = new Float64Array(bounds.length);
  const sections = present.map((i, place): SectionPlace => {
    const { minX, maxX, minY, maxY, nCells } = bounds[i];
    const column = place % columns;
    const row = Math.floor(place / columns);
    const left = column * (cellWidth + gap) + (cellWidth - (maxX - minX)) / 2 - width / 2;
    const top = row * (cellHeight + gap) + (cellHeight - (maxY - minY)) / 2 - height / 2;
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

/** The number of columns that shows every section largest in a stage of this aspect. */
function bestColumns(n: number, width: number, height: number, aspect: number): number {
  let best = 1;
  let bestScale = 0;
  for (let columns = 1; columns <= n; columns++) {
    const rows = Math.ceil(n / columns);
    const scale = Math.min(aspect / Math.max(columns * width, 1e-9), 1 / Math.max(rows * height, 1e-9));
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
