import { createRng, integer } from "../random";

/** Sorted squared-free distances of sampled cells to their nearest neighbours, for spacing and lattice shape. */
export interface NearestDistances {
  /** Cells asked. */
  readonly nQueries: number;
  readonly k: number;
  /** Distances, shape (nQueries, k), ascending in each row; Infinity where a section has fewer cells. */
  readonly distances: Float64Array;
}

const MOST_QUERIES = 20_000;
const SEED = 1;
const CELLS_PER_BIN = 2;

/**
 * Distances of cells to their k nearest neighbours of the same section, in the unit of `positions`.
 * At most 20,000 cells are asked, drawn with a fixed seed; all cells are candidates. O(n).
 *
 * @param positions  shape (nObs, 2)
 */
export function nearestDistances(
  positions: Float32Array,
  sectionCodes: ArrayLike<number>,
  k: number,
): NearestDistances {
  const nObs = sectionCodes.length;
  const queries = sampleCells(nObs);
  const distances = new Float64Array(queries.length * k).fill(Number.POSITIVE_INFINITY);
  const grids = new Map<number, Grid>();
  for (const [section, cells] of bySection(sectionCodes)) grids.set(section, buildGrid(positions, cells));

  queries.forEach((cell, q) => {
    const row = distances.subarray(q * k, (q + 1) * k);
    nearest(grids.get(sectionCodes[cell])!, positions, cell, row);
  });
  return { nQueries: queries.length, k, distances };
}

/** Median distance of a cell to its nearest neighbour in its section; NaN where no section has two cells. */
export function medianNeighbourDistance(positions: Float32Array, sectionCodes: ArrayLike<number>): number {
  const { distances } = nearestDistances(positions, sectionCodes, 1);
  return median(distances.filter(Number.isFinite));
}

/** Middle value, the mean of the two middle ones for an even number; NaN of none. */
export function median(values: Float64Array): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.slice().sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

interface Grid {
  readonly x0: number;
  readonly y0: number;
  readonly step: number;
  readonly nx: number;
  readonly ny: number;
  readonly starts: Uint32Array; // (nx * ny + 1,)
  readonly cells: Uint32Array;
}

function sampleCells(nObs: number): Uint32Array {
  if (nObs <= MOST_QUERIES) return Uint32Array.from({ length: nObs }, (_, i) => i);
  const rng = createRng(SEED);
  return Uint32Array.from({ length: MOST_QUERIES }, () => integer(rng, nObs));
}

function bySection(codes: ArrayLike<number>): Map<number, Uint32Array> {
  const sizes = new Map<number, number>();
  for (let i = 0; i < codes.length; i++) sizes.set(codes[i], (sizes.get(codes[i]) ?? 0) + 1);
  const cells = new Map(Array.from(sizes, ([code, n]) => [code, new Uint32Array(n)]));
  const next = new Map(Array.from(sizes.keys(), (code) => [code, 0]));
  for (let i = 0; i < codes.length; i++) {
    const at = next.get(codes[i])!;
    cells.get(codes[i])![at] = i;
    next.set(codes[i], at + 1);
  }
  return cells;
}

function buildGrid(positions: Float32Array, cells: Uint32Array): Grid {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const i of cells) {
    x0 = Math.min(x0, positions[2 * i]);
    x1 = Math.max(x1, positions[2 * i]);
    y0 = Math.min(y0, positions[2 * i + 1]);
    y1 = Math.max(y1, positions[2 * i + 1]);
  }
  const [width, height] = [x1 - x0, y1 - y0];
  const bins = Math.max(1, cells.length / CELLS_PER_BIN);
  // a line of cells has no area, yet must not become one bin
  const step = Math.max(Math.sqrt((width * height) / bins), Math.max(width, height) / bins) || 1;
  const nx = Math.floor(width / step) + 1;
  const ny = Math.floor(height / step) + 1;
  const bin = (i: number) =>
    Math.floor((positions[2 * i + 1] - y0) / step) * nx + Math.floor((positions[2 * i] - x0) / step);

  const starts = new Uint32Array(nx * ny + 1);
  for (const i of cells) starts[bin(i) + 1]++;
  for (let b = 0; b < nx * ny; b++) starts[b + 1] += starts[b];
  const next = starts.slice(0, nx * ny);
  const sorted = new Uint32Array(cells.length);
  for (const i of cells) sorted[next[bin(i)]++] = i;
  return { x0, y0, step, nx, ny, starts, cells: sorted };
}

/** Fills `row` with the distances to the nearest other cells: rings of bins outward until no ring can be nearer. */
function nearest(grid: Grid, positions: Float32Array, cell: number, row: Float64Array): void {
  const { x0, y0, step, nx, ny, starts, cells } = grid;
  const [x, y] = [positions[2 * cell], positions[2 * cell + 1]];
  const bx = Math.floor((x - x0) / step);
  const by = Math.floor((y - y0) / step);
  const k = row.length;
  const rings = Math.max(nx, ny);
  for (let ring = 0; ring <= rings && row[k - 1] > (ring - 1) * step; ring++) {
    for (let gy = Math.max(0, by - ring); gy <= Math.min(ny - 1, by + ring); gy++) {
      const edge = gy === by - ring || gy === by + ring;
      for (let gx = bx - ring; gx <= bx + ring; gx += edge ? 1 : 2 * ring || 1) {
        if (gx < 0 || gx >= nx) continue;
        for (let e = starts[gy * nx + gx]; e < starts[gy * nx + gx + 1]; e++) {
          const other = cells[e];
          if (other === cell) continue;
          insert(row, Math.hypot(positions[2 * other] - x, positions[2 * other + 1] - y));
        }
      }
    }
  }
}

function insert(row: Float64Array, distance: number): void {
  let at = row.length - 1;
  if (distance >= row[at]) return;
  for (; at > 0 && row[at - 1] > distance; at--) row[at] = row[at - 1];
  row[at] = distance;
}
