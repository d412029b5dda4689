import type { CategoricalColumn, ObsColumn, Slice, Utf8Column } from "../slice/slice";
import { quiet, type Task, throwIfCancelled } from "../task";
import { type DrawnCounts, drawCounts } from "./draw-counts";
import type { SimulateOptions } from "./options";
import { createSimulation, type Simulation } from "./simulation";

export type { SimulateOptions, TissueName } from "./options";

/** Cells drawn between two looks at the task; a chunk of a stream. */
const CHUNK = 5000;

/**
 * Synthetic tissue with known truth. Columns of obs: `domain` (layer, organ or nucleus), `class` and `cell_type`, `section`,
 * and the tissue's axis (`depth`, `anterior_posterior`, `mediolateral`), 0 to 1. Positions in µm, y downwards.
 *
 * @throws LabError("range") if a setting lies outside its bounds
 * Cost: about 10 µs a cell at 200 genes; memory of the slice itself.
 */
export function simulateSlice(options: SimulateOptions, task: Task = quiet): Slice {
  const simulation = createSimulation(options, task);
  const parts = [...drawInChunks(simulation, task)];
  return sliceOf(simulation, 0, simulation.settings.nCells, narrowed(joined(parts)));
}

/** The cells [from, to) as a slice of their own, counts always in 16 bits; the same cells whatever the cut. */
export function simulateChunk(simulation: Simulation, from: number, to: number): Slice {
  return sliceOf(simulation, from, to, drawCounts(simulation, from, to));
}

/** The whole tissue, chunk by chunk, for writing what would not fit in memory. */
export function* simulateChunks(
  simulation: Simulation,
  task: Task = quiet,
  cellsPerChunk = CHUNK,
): Generator<Slice, void, void> {
  const { nCells } = simulation.settings;
  for (let from = 0; from < nCells; from += cellsPerChunk) {
    throwIfCancelled(task, "Simulating tissue");
    task.progress(from, nCells, "drawing counts");
    yield simulateChunk(simulation, from, Math.min(nCells, from + cellsPerChunk));
  }
}

/** Each section as a slice of its own, one after the other, for a collection: of the counts one section is in memory. */
export function* simulateSections(simulation: Simulation, task: Task = quiet): Generator<Slice, void, void> {
  const { nCells, sectionCells } = simulation.settings;
  let from = 0;
  for (const [s, n] of sectionCells.entries()) {
    throwIfCancelled(task, "Simulating tissue");
    task.progress(from, nCells, "drawing counts");
    const slice = sliceOf(simulation, from, from + n, narrowed(drawCounts(simulation, from, from + n)));
    yield { ...slice, section: { codes: new Int8Array(n), names: [slice.section.names[s]] } };
    from += n;
  }
}

function* drawInChunks(simulation: Simulation, task: Task): Generator<DrawnCounts, void, void> {
  const { nCells } = simulation.settings;
  for (let from = 0; from < nCells; from += CHUNK) {
    throwIfCancelled(task, "Simulating tissue");
    task.progress(from, nCells, "drawing counts");
    yield drawCounts(simulation, from, Math.min(nCells, from + CHUNK));
  }
}

function sliceOf(
  { settings, plan, cells, type, programs }: Simulation,
  from: number,
  to: number,
  X: Slice["X"],
): Slice {
  const { nSections, tissue, seed } = settings;
  const classes = [...new Set(plan.types.map((t) => t.class))];
  const classOfType = plan.types.map((t) => classes.indexOf(t.class));
  const sectionNames = Array.from({ length: nSections }, (_, s) => `section_${s + 1}`);
  const sectionCodes = cells.section.subarray(from, to);
  const typeCodes = type.subarray(from, to);
  const categorical = (
    name: string,
    codes: Int8Array,
    categories: readonly string[],
    colors?: readonly string[],
  ): CategoricalColumn => ({ kind: "categorical", name, codes, categories, ...(colors && { colors }) });

  const obs: ObsColumn[] = [
    categorical(
      "domain",
      cells.domain.subarray(from, to),
      plan.domains.map((d) => d.name),
      plan.domains.map((d) => d.color),
    ),
    categorical(
      "class",
      Int8Array.from(typeCodes, (t) => classOfType[t]),
      classes,
    ),
    categorical(
      "cell_type",
      typeCodes,
      plan.types.map((t) => t.name),
    ),
    categorical("section", sectionCodes, sectionNames),
    { kind: "numeric", name: plan.axisName, values: cells.axis.subarray(from, to) },
  ];
  return {
    name: `simulated ${tissue}`,
    nObs: to - from,
    nVars: settings.nGenes,
    X,
    countState: "counts",
    obsNames: cellNames(from, to, settings.nCells),
    varNames: programs.names,
    spatial: cells.spatial.subarray(2 * from, 2 * to),
    unit: { name: "µm", micronsPerUnit: 1, origin: "declared" },
    obs,
    section: { codes: sectionCodes, names: sectionNames },
    provenance: {
      file: `simulated-${tissue}-seed-${seed}`,
      format: "simulated",
      matrix: "X",
      notes: ["Simulated tissue: genes and cell types are invented, and the labels are the truth."],
    },
  };
}

/** "cell-0000042": zero-padded, so that all have one length and sort by number. */
function cellNames(from: number, to: number, nCells: number): Utf8Column {
  const digits = String(nCells - 1).length;
  const prefix = new TextEncoder().encode("cell-");
  const width = prefix.length + digits;
  const offsets = Int32Array.from({ length: to - from + 1 }, (_, i) => i * width);
  const bytes = new Uint8Array((to - from) * width);
  for (let i = from; i < to; i++) {
    const at = (i - from) * width;
    bytes.set(prefix, at);
    for (let digit = width - 1, rest = i; digit >= prefix.length; digit--) {
      bytes[at + digit] = 48 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
  }
  return { offsets, bytes };
}

function joined(parts: readonly DrawnCounts[]): DrawnCounts {
  const nCells = parts.reduce((n, part) => n + part.indptr.length - 1, 0);
  const nnz = parts.reduce((n, part) => n + part.indices.length, 0);
  const whole = { indptr: new Uint32Array(nCells + 1), indices: new Uint16Array(nnz), data: new Uint16Array(nnz) };
  let row = 0;
  let entry = 0;
  for (const { indptr, indices, data } of parts) {
    for (let i = 1; i < indptr.length; i++) whole.indptr[row + i] = entry + indptr[i];
    whole.indices.set(indices, entry);
    whole.data.set(data, entry);
    row += indptr.length - 1;
    entry += indices.length;
  }
  return whole;
}

/** Counts in 8 bits where all fit. */
function narrowed({ indptr, indices, data }: DrawnCounts): Slice["X"] {
  return { indptr, indices, data: data.every((count) => count <= 255) ? Uint8Array.from(data) : data };
}
