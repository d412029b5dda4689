import { LabError } from "../errors";

export type TissueName = "cortex" | "embryo" | "hypothalamus";

/** What to simulate. Everything but the tissue has a default. */
export interface SimulateOptions {
  readonly tissue: TissueName;
  /** Cells of all sections together, 10 to 5,000,000 and at least ten a section; 3,000. */
  readonly nCells?: number;
  /** 10 to 40,000; 200. */
  readonly nGenes?: number;
  /** Serial sections of the same tissue, 1 to 100; 1. */
  readonly nSections?: number;
  /** Cells of each section, at least ten each; then their number and sum are `nSections` and `nCells`. Equal by default. */
  readonly sectionCells?: readonly number[];
  /** The same seed gives the same slice, bit for bit; 1. */
  readonly seed?: number;
  /** Mean counts of a cell before dropout, 1 to 100,000; one per gene, at least 100, at most 2,000. */
  readonly librarySize?: number;
  /** Size r of the negative binomial, variance = μ + μ²/r, 0.1 to 100; 3. */
  readonly dispersion?: number;
  /** Chance that a gene a cell expresses is missed altogether, 0 to 0.95; 0.1. */
  readonly dropout?: number;
  /** Share of a cell's counts that come from the soup of all cells, 0 to 1; 0.05. */
  readonly ambient?: number;
  /** Standard deviation over genes of the log factor between sections, 0 to 2; 0.1. */
  readonly batchEffect?: number;
  /** Mean density of the tissue, cells per mm², 50 to 20,000; 2,000 (median nearest neighbour about 14 µm). */
  readonly cellsPerMm2?: number;
}

/** Options with all defaults filled in. */
export type SimulateSettings = Required<SimulateOptions>;

/**
 * @throws LabError("range") if a setting lies outside its bounds
 */
export function settingsOf(options: SimulateOptions): SimulateSettings {
  const nGenes = options.nGenes ?? 200;
  const given = options.sectionCells;
  const nCells = given ? given.reduce((a, b) => a + b, 0) : (options.nCells ?? 3000);
  const nSections = given ? given.length : (options.nSections ?? 1);
  const settings: SimulateSettings = {
    tissue: options.tissue,
    nCells,
    nGenes,
    nSections,
    sectionCells: given ?? equalParts(nCells, nSections),
    seed: options.seed ?? 1,
    librarySize: options.librarySize ?? Math.min(2000, Math.max(100, nGenes)),
    dispersion: options.dispersion ?? 3,
    dropout: options.dropout ?? 0.1,
    ambient: options.ambient ?? 0.05,
    batchEffect: options.batchEffect ?? 0.1,
    cellsPerMm2: options.cellsPerMm2 ?? 2000,
  };
  whole("nSections", settings.nSections, 1, 100);
  whole("nCells", settings.nCells, 10 * settings.nSections, 5_000_000);
  for (const n of given ?? []) whole("sectionCells", n, 10, 5_000_000);
  whole("nGenes", settings.nGenes, 10, 40_000);
  whole("seed", settings.seed, 0, 2 ** 32 - 1);
  within("librarySize", settings.librarySize, 1, 100_000);
  within("dispersion", settings.dispersion, 0.1, 100);
  within("dropout", settings.dropout, 0, 0.95);
  within("ambient", settings.ambient, 0, 1);
  within("batchEffect", settings.batchEffect, 0, 2);
  within("cellsPerMm2", settings.cellsPerMm2, 50, 20_000);
  return settings;
}

function equalParts(nCells: number, nSections: number): number[] {
  const end = (s: number): number => Math.floor((s * nCells) / nSections);
  return Array.from({ length: Math.min(100, Math.max(0, nSections)) }, (_, s) => end(s + 1) - end(s));
}

function within(name: string, value: number, least: number, most: number): void {
  if (!(value >= least && value <= most))
    throw new LabError(
      "range",
      `Simulated tissue: ${name} is ${value}.`,
      `Choose a value from ${least.toLocaleString("en")} to ${most.toLocaleString("en")}.`,
    );
}

function whole(name: string, value: number, least: number, most: number): void {
  within(name, Math.floor(value) === value ? value : Number.NaN, least, most);
}
