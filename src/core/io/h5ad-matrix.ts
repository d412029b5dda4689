import { LabError } from "../errors";
import { emptyCountValues, putValues, stateOf, widenFor } from "../slice/count-values";
import type { CountMatrix, CountState } from "../slice/slice";
import { type Task, throwIfCancelled } from "../task";
import type { Hdf5File, NumericArray } from "./hdf5-file";
import type { RowRange } from "./row-stream";

/** A matrix element of an AnnData file, not yet read. */
export interface MatrixElement {
  readonly path: string;
  readonly layout: "csr" | "csc" | "dense";
  readonly nObs: number;
  readonly nVars: number;
  /** Stored entries; nObs x nVars where dense. */
  readonly nStored: number;
}

const SLAB = 1 << 21; // entries read at once: 8 to 16 MB on the way through
const SAMPLE = 1 << 16; // entries looked at to tell counts from other numbers

/** What is at `path`, or null where there is no matrix. Reads old and new encodings. */
export function matrixElement(file: Hdf5File, path: string): MatrixElement | null {
  const kind = file.kind(path);
  if (kind === "dataset") {
    const [nObs, nVars = 1] = file.shape(path);
    return nObs === undefined ? null : { path, layout: "dense", nObs, nVars, nStored: nObs * nVars };
  }
  if (kind === null || file.kind(`${path}/indptr`) === null) return null;

  const encoding = String(file.attribute(path, "encoding-type") ?? file.attribute(path, "h5sparse_format") ?? "csr");
  const shape = file.attribute(path, "shape") ?? file.attribute(path, "h5sparse_shape");
  if (!Array.isArray(shape) || shape.length !== 2)
    throw new LabError(
      "format",
      `${file.name}: the sparse matrix ${path} does not say its shape.`,
      "Write the file again with a current anndata.",
    );
  return {
    path,
    layout: encoding.startsWith("csc") ? "csc" : "csr",
    nObs: Number(shape[0]),
    nVars: Number(shape[1]),
    nStored: file.shape(`${path}/data`)[0] ?? 0,
  };
}

/** What a matrix holds, by a look at its first, middle and last entries. */
export function sampleState(file: Hdf5File, element: MatrixElement): { state: CountState; negative: boolean } {
  const dense = element.layout === "dense";
  const path = dense ? element.path : `${element.path}/data`;
  const rows = dense ? element.nObs : element.nStored;
  const width = dense ? element.nVars : 1;
  const taken = Math.min(rows, Math.max(1, Math.floor(SAMPLE / width)));
  let state: CountState = "counts";
  let negative = false;
  for (const share of rows === 0 ? [] : [0, 0.5, 1]) {
    const values = file.numbers(path, block(file, path, Math.floor((rows - taken) * share), taken));
    const found = stateOf(values);
    if (found === "unknown" || state === "counts") state = found;
    negative ||= values.some((v) => v < 0);
  }
  return { state, negative };
}

/**
 * Reads a matrix as sparse rows, slab by slab: beside the result no more than a slab is held.
 * Rows may come unsorted where the file keeps them so; zeros of a dense matrix are left out.
 *
 * @throws LabError("memory") if the entries do not fit, LabError("format") if the parts disagree
 */
export function readMatrix(file: Hdf5File, element: MatrixElement, task: Task): CountMatrix {
  try {
    if (element.layout === "dense") return readDense(file, element, task);
    return element.layout === "csc" ? readCsc(file, element, task) : readCsr(file, element, task);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new LabError(
      "memory",
      `${file.name}: ${element.path} has ${element.nStored.toLocaleString("en")} entries, more than fit in memory.`,
      "Keep fewer cells or genes, for example the 2,000 most variable genes.",
      thrown.message,
    );
  }
}

/**
 * The same matrix by ranges of cells, in the order of the file; a matrix by columns comes as one range.
 * @throws LabError as `readMatrix`
 */
export function* matrixRanges(file: Hdf5File, element: MatrixElement, task: Task): Generator<RowRange, void, void> {
  const { path, layout, nObs, nVars, nStored } = element;
  if (layout === "csc") {
    yield { from: 0, X: readMatrix(file, element, task) };
    return;
  }
  const indptr = layout === "csr" ? offsets(file, path, nObs, nStored) : null;
  const endOf = (from: number): number => {
    if (!indptr) return Math.min(nObs, from + Math.max(1, Math.floor(SLAB / nVars)));
    let to = from + 1;
    while (to < nObs && indptr[to + 1] - indptr[from] <= SLAB) to++;
    return to;
  };
  for (let from = 0; from < nObs; from = endOf(from)) {
    throwIfCancelled(task, "Reading the file");
    task.progress(from, nObs, "reading counts");
    const to = endOf(from);
    if (indptr) yield { from, X: csrRange(file, path, nVars, indptr.subarray(from, to + 1)) };
    else yield { from, X: denseRows(file.numbers(path, block(file, path, from, to - from)), nVars) };
  }
}

function csrRange(file: Hdf5File, path: string, nVars: number, stored: Uint32Array): CountMatrix {
  const [start, end] = [stored[0], stored[stored.length - 1]];
  const indptr = stored.map((at) => at - start);
  const indices = geneNumbers(nVars, end - start);
  const values = emptyCountValues(end - start);
  if (end > start) {
    const part = { start: [start], count: [end - start] };
    const genes = file.numbers(`${path}/indices`, part);
    checkRange(file, path, genes, nVars);
    indices.set(genes);
    putValues(values, file.numbers(`${path}/data`, part), 0);
  }
  return { indptr, indices, data: values.data };
}

function readCsr(file: Hdf5File, { path, nObs, nVars, nStored }: MatrixElement, task: Task): CountMatrix {
  const indptr = offsets(file, path, nObs, nStored);
  const indices = geneNumbers(nVars, nStored);
  const values = emptyCountValues(nStored);
  inSlabs(file, `${path}/indices`, nStored, task, "reading genes", (start, piece) => {
    checkRange(file, path, piece, nVars);
    indices.set(piece, start);
  });
  inSlabs(file, `${path}/data`, nStored, task, "reading counts", (start, piece) => putValues(values, piece, start));
  return { indptr, indices, data: values.data };
}

// Two passes over the file: the first counts the entries of each cell, the second puts them in place.
function readCsc(file: Hdf5File, { path, nObs, nVars, nStored }: MatrixElement, task: Task): CountMatrix {
  const columnPtr = offsets(file, path, nVars, nStored);
  const indptr = new Uint32Array(nObs + 1);
  inSlabs(file, `${path}/indices`, nStored, task, "counting entries", (_start, piece) => {
    checkRange(file, path, piece, nObs);
    for (let e = 0; e < piece.length; e++) indptr[piece[e] + 1]++;
  });
  for (let i = 0; i < nObs; i++) indptr[i + 1] += indptr[i];

  const next = indptr.slice(0, nObs);
  const indices = geneNumbers(nVars, nStored);
  const values = emptyCountValues(nStored);
  let gene = 0;
  inSlabs(file, `${path}/indices`, nStored, task, "reading counts", (start, cells) => {
    const counts = file.numbers(`${path}/data`, { start: [start], count: [cells.length] });
    widenFor(values, counts);
    const { data } = values;
    for (let e = 0; e < cells.length; e++) {
      while (columnPtr[gene + 1] <= start + e) gene++;
      const to = next[cells[e]]++;
      indices[to] = gene;
      data[to] = counts[e];
    }
  });
  return { indptr, indices, data: values.data };
}

function readDense(file: Hdf5File, { path, nObs, nVars }: MatrixElement, task: Task): CountMatrix {
  const indptr = new Uint32Array(nObs + 1);
  const slabs: CountMatrix[] = [];
  inSlabs(file, path, nObs, task, "reading counts", (startRow, piece) => {
    const slab = denseRows(piece, nVars);
    for (let i = 1; i < slab.indptr.length; i++) indptr[startRow + i] = indptr[startRow] + slab.indptr[i];
    slabs.push(slab);
  });

  const indices = geneNumbers(nVars, indptr[nObs]);
  const values = emptyCountValues(indptr[nObs]);
  let at = 0;
  for (const slab of slabs) {
    indices.set(slab.indices, at);
    putValues(values, slab.data, at);
    at += slab.data.length;
  }
  return { indptr, indices, data: values.data };
}

/** Rows of a dense matrix without their zeros. */
function denseRows(piece: NumericArray, nVars: number): CountMatrix {
  const rows = piece.length / nVars;
  const indptr = new Uint32Array(rows + 1);
  let nnz = 0;
  for (let e = 0; e < piece.length; e++) if (piece[e] !== 0) nnz++;
  const indices = geneNumbers(nVars, nnz);
  const values = emptyCountValues(nnz);
  widenFor(values, piece);
  const { data } = values;
  let e = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < nVars; j++) {
      const v = piece[i * nVars + j];
      if (v === 0) continue;
      indices[e] = j;
      data[e++] = v;
    }
    indptr[i + 1] = e;
  }
  return { indptr, indices, data };
}

function geneNumbers(nVars: number, length: number): Uint16Array | Uint32Array {
  return nVars <= 65535 ? new Uint16Array(length) : new Uint32Array(length);
}

function offsets(file: Hdf5File, path: string, n: number, nStored: number): Uint32Array {
  const stored = file.numbers(`${path}/indptr`);
  const fail = (why: string) => {
    throw new LabError("format", `${file.name}: ${path}/indptr ${why}.`, "The file is damaged; export it again.");
  };
  if (stored.length !== n + 1) fail(`has ${stored.length} entries, expected ${n + 1}`);
  for (let i = 0; i < n; i++) if (!(stored[i] <= stored[i + 1])) fail(`decreases at ${i}`);
  if (stored[0] !== 0 || stored[n] !== nStored) fail(`ends at ${stored[n]}, there are ${nStored} values`);
  if (file.shape(`${path}/indices`)[0] !== nStored) fail(`fits ${nStored} values but not the gene numbers`);
  return Uint32Array.from(stored);
}

function checkRange(file: Hdf5File, path: string, piece: NumericArray, limit: number): void {
  for (let e = 0; e < piece.length; e++)
    if (!(piece[e] >= 0 && piece[e] < limit))
      throw new LabError(
        "format",
        `${file.name}: ${path}/indices holds ${piece[e]} where ${limit} is the limit.`,
        "The file is damaged; export it again.",
      );
}

/** Walks a dataset along its first dimension in slabs that begin where its chunks do, so none is unpacked twice. */
function inSlabs(
  file: Hdf5File,
  path: string,
  rows: number,
  task: Task,
  what: string,
  use: (start: number, piece: NumericArray) => void,
): void {
  const width = file.shape(path)[1] ?? 1;
  const chunk = file.chunks(path)?.[0] ?? 1;
  const wanted = Math.max(1, Math.floor(SLAB / width));
  const step = Math.max(chunk, wanted - (wanted % chunk));
  for (let start = 0; start < rows; start += step) {
    throwIfCancelled(task, "Reading the file");
    task.progress(start, rows, what);
    const count = Math.min(step, rows - start);
    use(start, file.numbers(path, block(file, path, start, count)));
  }
  task.progress(rows, rows, what);
}

function block(file: Hdf5File, path: string, start: number, count: number) {
  const width = file.shape(path)[1];
  return width === undefined ? { start: [start], count: [count] } : { start: [start, 0], count: [count, width] };
}
