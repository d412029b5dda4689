import { deriveRng, normal, type Rng } from "../random";
import { quiet, type Task } from "../task";
import { createGenePrograms, type GenePrograms } from "./gene-programs";
import { createMeanProfiles, type MeanProfiles } from "./mean-profile";
import { type SimulateOptions, type SimulateSettings, settingsOf } from "./options";
import { type PlacedCells, placeCells } from "./place-cells";
import type { TissuePlan } from "./tissue-plan";
import { tissuePlan } from "./tissues";

/** Everything about a tissue but its counts: about 16 bytes a cell. Counts are drawn from it, any cells in any order. */
export interface Simulation {
  readonly settings: SimulateSettings;
  readonly plan: TissuePlan;
  readonly cells: PlacedCells;
  readonly type: Int8Array; // (nCells,)
  readonly programs: GenePrograms;
  readonly profiles: MeanProfiles;
  /** Factor on library size by section, (nSections,). */
  readonly depthOfSection: Float64Array;
}

/** Spread of library size between cells of one type: standard deviation of its logarithm. */
const LIBRARY_SPREAD = 0.35;

/**
 * @throws LabError("range") if a setting lies outside its bounds
 */
export function createSimulation(options: SimulateOptions, task: Task = quiet): Simulation {
  const settings = settingsOf(options);
  const { seed, nCells, nSections, batchEffect } = settings;
  const plan = tissuePlan(settings.tissue);
  const cells = placeCells(plan, settings, task);
  const type = drawTypes(plan, cells, deriveRng(seed, 0x74797065));

  const typeShares = new Float64Array(plan.types.length);
  for (let i = 0; i < nCells; i++) typeShares[type[i]] += 1 / nCells;
  const programs = createGenePrograms(plan, settings);
  const rng = deriveRng(seed, 0x64657074);
  const depthOfSection = Float64Array.from({ length: nSections }, () =>
    nSections === 1 ? 1 : Math.exp(batchEffect * normal(rng) - batchEffect ** 2 / 2),
  );
  const profiles = createMeanProfiles(plan, programs, settings, typeShares);
  return { settings, plan, cells, type, programs, profiles, depthOfSection };
}

/** A type for each cell from the make-up of its domain. */
function drawTypes(plan: TissuePlan, { domain }: PlacedCells, rng: Rng): Int8Array {
  const cumulative = plan.domains.map((_, d) => {
    let sum = 0;
    return plan.types.map(({ abundance }) => {
      sum += abundance[d];
      return sum;
    });
  });
  return Int8Array.from(domain, (d) => {
    const sums = cumulative[d];
    const at = rng() * sums[sums.length - 1];
    return sums.findIndex((sum) => at < sum);
  });
}

/** Expected counts of one cell before dropout, and the chance stream its counts continue on. */
export function drawLibrary(simulation: Simulation, cell: number): { library: number; rng: Rng } {
  const { settings, plan, cells, type, depthOfSection } = simulation;
  const rng = deriveRng(settings.seed, cell);
  const spread = Math.exp(LIBRARY_SPREAD * normal(rng) - LIBRARY_SPREAD ** 2 / 2);
  const library = settings.librarySize * plan.types[type[cell]].size * depthOfSection[cells.section[cell]] * spread;
  return { library, rng };
}

/**
 * Expected counts of one cell by gene before dropout, shape (nGenes,): the definition that `drawCounts` samples from.
 * E = library · [(1 - a) · type share · domain factor + a · soup] · exp(slope · (axis - ½)) · section factor
 */
export function expectedCounts(simulation: Simulation, cell: number): Float64Array {
  const { settings, cells, type, programs, profiles } = simulation;
  const { genes, share } = profiles(type[cell], cells.domain[cell]);
  const { library } = drawLibrary(simulation, cell);
  const section = cells.section[cell] * settings.nGenes;
  const expected = new Float64Array(settings.nGenes);
  for (let j = 0; j < genes.length; j++) {
    const g = genes[j];
    const gradient = Math.exp(programs.slope[g] * (cells.axis[cell] - 0.5));
    expected[g] = library * share[j] * gradient * programs.bySection[section + g];
  }
  return expected;
}
