import { LabError } from "../errors";
import { canonical, checkForm } from "./canonical";
import { duplicateNames, uniqueNames } from "./duplicates";
import type { Slice } from "./slice";
import { stringAt } from "./utf8-column";

/**
 * What every reader's slice passes before anyone else sees it. Errors are what no analysis could be right with;
 * what can be worked with is put in order or left, and said in `provenance.notes` (docs/formats.md lists which).
 * Returns `slice` itself where nothing had to change.
 *
 * @throws LabError("missing") no cells, one cell, no genes
 * @throws LabError("shape") arrays that disagree in length
 * @throws LabError("format") damaged matrix
 * @throws LabError("range") NaN or infinite coordinates, NaN, infinite or negative values, decimals called counts
 */
export function validateSlice(slice: Slice): Slice {
  checkSizes(slice);
  checkForm(slice.X, slice.nObs, slice.nVars);
  checkPositions(slice);
  checkValues(slice);

  const { X, changed } = canonical(slice.X, slice.nObs);
  const varNames = uniqueNames(slice.varNames);
  const notes = [
    ...(changed ? ["Genes were put in order within each cell, repeated entries added up and zeros left out."] : []),
    ...nameNotes(slice),
    ...emptyNotes(X.indptr, X.indices, slice),
  ].filter((note) => !slice.provenance.notes.includes(note));
  if (!changed && varNames === slice.varNames && notes.length === 0) return slice;
  const provenance = { ...slice.provenance, notes: [...slice.provenance.notes, ...notes] };
  return { ...slice, X, varNames, provenance };
}

function checkSizes({ name, nObs, nVars, obsNames, varNames, spatial, obs, section }: Slice): void {
  const fix = "Graphs and training need a table of cells by genes; check how the file was exported.";
  if (nObs === 0) throw new LabError("missing", `${name} has no cells.`, fix);
  if (nObs === 1) throw new LabError("missing", `${name} has a single cell, which can have no neighbours.`, fix);
  if (nVars === 0) throw new LabError("missing", `${name} has no genes.`, fix);
  const same = (what: string, length: number, expected: number) => {
    if (length !== expected)
      throw new LabError(
        "shape",
        `${name}: ${what} has ${length} values, expected ${expected}.`,
        "The file is inconsistent; write it again with the tool it came from.",
      );
  };
  same("the list of cell names", obsNames.offsets.length - 1, nObs);
  same("the list of gene names", varNames.length, nVars);
  same("the list of coordinates", spatial.length, 2 * nObs);
  same("the section of the cells", section.codes.length, nObs);
  for (const column of obs)
    same(`obs column ${column.name}`, (column.kind === "categorical" ? column.codes : column.values).length, nObs);
}

function checkPositions({ name, nObs, spatial, obsNames }: Slice): void {
  let bad = 0;
  let first = -1;
  for (let i = 0; i < nObs; i++) {
    if (Number.isFinite(spatial[2 * i]) && Number.isFinite(spatial[2 * i + 1])) continue;
    if (bad++ === 0) first = i;
  }
  if (bad > 0)
    throw new LabError(
      "range",
      `${name}: ${bad} of ${nObs} cells have NaN or infinite coordinates, first ${stringAt(obsNames, first)}.`,
      'Leave them out in Python: adata = adata[np.isfinite(adata.obsm["spatial"]).all(axis=1)], and save again.',
    );
}

function checkValues({ name, X: { data, indptr }, countState, provenance, obsNames }: Slice): void {
  if (!(data instanceof Float32Array)) return;
  const fail = (e: number, what: string, hint: string): never => {
    let i = 0;
    while (indptr[i + 1] <= e) i++;
    throw new LabError(
      "range",
      `${name}: ${provenance.matrix} holds ${what}, first in cell ${stringAt(obsNames, i)}.`,
      hint,
    );
  };
  const first = (wrong: (v: number) => boolean): number => data.findIndex(wrong);
  const infinite = first((v) => !Number.isFinite(v));
  if (infinite >= 0) fail(infinite, "NaN or infinite values", "Clean the matrix and save the file again.");
  const negative = first((v) => v < 0);
  if (negative >= 0)
    fail(
      negative,
      `negative values (${data[negative]})`,
      "Scaled or corrected expression cannot stand for counts; save the raw counts, in X or in layers['counts'].",
    );
  const fraction = countState === "counts" ? first((v) => v !== Math.floor(v)) : -1;
  if (fraction >= 0)
    fail(
      fraction,
      `decimals (${data[fraction]}) where counts are needed`,
      "Choose the matrix that holds the raw counts, or save them in layers['counts'].",
    );
}

function nameNotes({ obsNames, varNames }: Slice): string[] {
  const notes: string[] = [];
  const cells = duplicateNames(obsNames);
  if (cells.count > 0)
    notes.push(`${plural(cells.count, "cell name")} occurred before, first "${cells.first}"; the names are kept.`);
  const seen = new Set<string>();
  const repeated = varNames.filter((name) => seen.size === seen.add(name).size);
  if (repeated.length > 0)
    notes.push(
      `${plural(repeated.length, "gene name")} occurred before, first "${repeated[0]}"; made unique as scanpy does ("${repeated[0]}-1").`,
    );
  return notes;
}

function emptyNotes(indptr: Uint32Array, indices: ArrayLike<number>, { nObs, nVars, countState }: Slice): string[] {
  const seen = new Uint8Array(nVars);
  for (let e = 0; e < indices.length; e++) seen[indices[e]] = 1;
  const emptyGenes = seen.reduce((n, s) => n + 1 - s, 0);
  let emptyCells = 0;
  for (let i = 0; i < nObs; i++) if (indptr[i] === indptr[i + 1]) emptyCells++;
  const notes: string[] = [];
  if (emptyGenes > 0) notes.push(`${plural(emptyGenes, "gene")} of ${nVars} found in no cell.`);
  if (emptyCells > 0) notes.push(`${plural(emptyCells, "cell")} of ${nObs} without any count.`);
  if (countState === "log1p") notes.push("The values look like log1p of counts, not counts.");
  if (countState === "unknown") notes.push("The values are neither counts nor log1p of counts.");
  return notes;
}

function plural(n: number, noun: string): string {
  return `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
}
