import { hash32 } from "../random";
import { type Task, throwIfCancelled } from "../task";
import { createNoise } from "./noise";
import type { SimulateSettings } from "./options";
import { pickSites, type Sites } from "./sites";
import type { Place, TissuePlan } from "./tissue-plan";

/** Where every cell is and what surrounds it; the truth of the simulation but for expression. */
export interface PlacedCells {
  readonly spatial: Float32Array; // (nCells, 2), µm, y downwards as on an image
  readonly section: Int8Array; // (nCells,)
  readonly domain: Int8Array; // (nCells,)
  readonly axis: Float32Array; // (nCells,)
}

/** Lattice sites for each cell that is placed: a third stay empty, so that packing is irregular as in tissue. */
const SITES_PER_CELL = 1.6;
/** Empty tissue between sections laid out side by side, µm. */
const GAP = 300;

/**
 * Places exactly `nCells` cells: a jittered hexagonal lattice over each section's outline, from which sites are kept at
 * random, more where the domain is dense, none inside blood vessels. Sections are laid out in a grid.
 */
export function placeCells(plan: TissuePlan, settings: SimulateSettings, task: Task): PlacedCells {
  const { nCells, nSections, sectionCells } = settings;
  const cells: PlacedCells = {
    spatial: new Float32Array(2 * nCells),
    section: new Int8Array(nCells),
    domain: new Int8Array(nCells),
    axis: new Float32Array(nCells),
  };
  const start = [0];
  for (const n of sectionCells) start.push(start[start.length - 1] + n);
  for (let s = 0; s < nSections; s++) {
    const sites = placeSection(plan, settings, s, start[s + 1] - start[s], task, start[s]);
    cells.spatial.set(sites.spatial, 2 * start[s]);
    cells.section.fill(s, start[s], start[s + 1]);
    cells.domain.set(sites.domain, start[s]);
    cells.axis.set(sites.axis, start[s]);
  }
  layOut(cells.spatial, start);
  return cells;
}

function placeSection(
  plan: TissuePlan,
  { seed, nSections, nCells, cellsPerMm2 }: SimulateSettings,
  section: number,
  nWanted: number,
  task: Task,
  done: number,
): Sites {
  const level = nSections === 1 ? 0 : (2 * section) / (nSections - 1) - 1;
  const salt = hash32(hash32(seed) ^ section);
  // outlines of serial sections are alike: one seed for all, and the level moves through the tissue
  const locate = plan.section(hash32(seed) % 1_000_000, level);
  const micronsPerUnit = Math.sqrt((nWanted * 1e6) / (cellsPerMm2 * tissueArea(locate)));
  const holes = createVessels(salt);
  const texture = createNoise(salt);

  const locateMicrons = (x: number, y: number, place: Place): number => {
    locate(x / micronsPerUnit, -y / micronsPerUnit, place);
    if (place.domain < 0 || holes(x, y)) return 0;
    return plan.domains[place.domain].density * (1 + 0.25 * texture(x / 60, y / 60));
  };
  let pitch = Math.sqrt(1e6 / (cellsPerMm2 * SITES_PER_CELL * Math.sqrt(0.75)));
  for (;;) {
    const sites = pickSites(nWanted, { pitch, reach: 1.3 * micronsPerUnit, salt, locate: locateMicrons }, (share) => {
      throwIfCancelled(task, "Simulating tissue");
      task.progress(done + share * nWanted, nCells, "placing cells");
    });
    if (sites !== null) return sites;
    pitch *= 0.9; // small tissues may miss a few sites: pack a little closer
  }
}

/** Area inside the outline in squared units of the plan, by counting on a grid. */
function tissueArea(locate: (x: number, y: number, place: Place) => void): number {
  const step = 0.02;
  const place: Place = { domain: -1, axis: 0 };
  let inside = 0;
  for (let x = -1.3; x <= 1.3; x += step)
    for (let y = -1.3; y <= 1.3; y += step) {
      locate(x, y, place);
      if (place.domain >= 0) inside++;
    }
  return inside * step * step;
}

/** One vessel cut across in most squares of 220 µm, 5 to 20 µm in radius. */
function createVessels(salt: number): (x: number, y: number) => boolean {
  const side = 220;
  return (x, y) => {
    const i = Math.floor(x / side);
    const j = Math.floor(y / side);
    const h = hash32(hash32(salt ^ i) ^ Math.imul(j, 0x85ebca6b));
    const radius = 20 * ((h & 255) / 255) ** 2;
    const cx = (i + 0.15 + 0.7 * (((h >>> 8) & 255) / 255)) * side;
    const cy = (j + 0.15 + 0.7 * (((h >>> 16) & 255) / 255)) * side;
    return radius > 5 && (x - cx) ** 2 + (y - cy) ** 2 < radius * radius;
  };
}

/** Moves each section to its own place in a grid, the first at the origin. */
function layOut(spatial: Float32Array, start: readonly number[]): void {
  const nSections = start.length - 1;
  const columns = Math.ceil(Math.sqrt(nSections));
  const boxes = Array.from({ length: nSections }, (_, s) => boundingBox(spatial, start[s], start[s + 1]));
  const width = Math.max(...boxes.map(({ left, right }) => right - left)) + GAP;
  const height = Math.max(...boxes.map(({ top, bottom }) => bottom - top)) + GAP;
  boxes.forEach(({ left, top }, s) => {
    const dx = (s % columns) * width - left;
    const dy = Math.floor(s / columns) * height - top;
    for (let i = start[s]; i < start[s + 1]; i++) {
      spatial[2 * i] += dx;
      spatial[2 * i + 1] += dy;
    }
  });
}

function boundingBox(spatial: Float32Array, from: number, to: number) {
  const box = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
  for (let i = from; i < to; i++) {
    box.left = Math.min(box.left, spatial[2 * i]);
    box.right = Math.max(box.right, spatial[2 * i]);
    box.top = Math.min(box.top, spatial[2 * i + 1]);
    box.bottom = Math.max(box.bottom, spatial[2 * i + 1]);
  }
  return box;
}
