import { LabError } from "../errors";
import { createRng, normal } from "../random";
import { quiet, type Task, throwIfCancelled } from "../task";
import { fixSign } from "./pca";
import { symmetricEigen } from "./symmetric-eigen";

/** A centred matrix, shape (nRows, nCols), that is known by its products alone. */
export interface LinearMap {
  readonly nRows: number;
  readonly nCols: number;
  /** out = A v. */
  times(v: Float64Array, out: Float64Array): void;
  /** out = Aᵀ u. */
  transposedTimes(u: Float64Array, out: Float64Array): void;
}

export interface TruncatedPca {
  readonly nComponents: number;
  readonly scores: Float32Array; // (nRows, nComponents), row-major
  readonly loadings: Float64Array; // (nComponents, nCols), row-major, each of length 1
  readonly variance: Float64Array; // (nComponents,), with nRows - 1
}

export interface TruncatedPcaOptions {
  readonly nComponents: number;
  readonly seed?: number;
  /** Residual of every component that is small enough, in shares of the largest eigenvalue. */
  readonly tolerance?: number;
}

/** Steps at most: the last components of thousands of noisy genes lie close together and need hundreds. */
const mostSteps = 600;

/**
 * The leading principal components of a matrix too wide or too sparse to be written out, by Lanczos' iteration on AᵀA with
 * every step made orthogonal to all before. Signs are those of `pca`.
 *
 * @param a  columns of mean 0; fewer components come back where it has fewer rows or columns
 * @throws LabError("range") if nComponents is not a whole number from 1, or a product is not finite
 * Source: Golub & Van Loan, Matrix Computations, 4th ed., section 10.3. Ends once every residual is below the tolerance, or
 *   after 600 steps.
 * Cost: for m steps, m products with A and with Aᵀ and O(m² nCols) time, m nCols numbers of memory.
 */
export function truncatedPca(
  a: LinearMap,
  { nComponents, seed = 0, tolerance = 1e-7 }: TruncatedPcaOptions,
  task: Task = quiet,
): TruncatedPca {
  if (!Number.isInteger(nComponents) || nComponents < 1)
    throw new LabError("range", `PCA: expected a whole number of components from 1, got ${nComponents}.`);
  const { nRows, nCols } = a;
  const wanted = Math.min(nComponents, nCols, Math.max(1, nRows - 1));
  const { basis, values, vectors } = lanczos(a, wanted, { seed, tolerance }, task);
  const m = basis.length;
  const scores = new Float32Array(nRows * wanted);
  const loadings = new Float64Array(wanted * nCols);
  const column = new Float64Array(nRows);
  for (let c = 0; c < wanted; c++) {
    const loading = loadings.subarray(c * nCols, (c + 1) * nCols);
    for (let s = 0; s < m; s++) for (let j = 0; j < nCols; j++) loading[j] += vectors[c * m + s] * basis[s][j];
    fixSign(loading);
    a.times(loading, column);
    for (let i = 0; i < nRows; i++) scores[i * wanted + c] = column[i];
  }
  const variance = values.slice(0, wanted).map((v) => Math.max(0, v) / (nRows - 1));
  return { nComponents: wanted, scores, loadings, variance };
}

function lanczos(
  a: LinearMap,
  wanted: number,
  { seed, tolerance }: { readonly seed: number; readonly tolerance: number },
  task: Task,
) {
  const { nRows, nCols } = a;
  const rng = createRng(seed);
  const most = Math.min(nCols, Math.max(mostSteps, 2 * wanted));
  const basis: Float64Array[] = [];
  const diagonal: number[] = [];
  const off: number[] = []; // between step s and s + 1
  const product = new Float64Array(nRows);
  let next = freshDirection(basis, nCols, rng);
  let check = Math.min(most, 2 * wanted + 10);
  for (;;) {
    throwIfCancelled(task, "The principal components");
    task.progress(basis.length, most, "finding principal components");
    basis.push(next);
    a.times(next, product);
    const w = new Float64Array(nCols);
    a.transposedTimes(product, w);
    diagonal.push(dot(w, next));
    // twice: once leaves what rounding put back
    for (let pass = 0; pass < 2; pass++) for (const q of basis) addTo(w, q, -dot(w, q));
    const beta = Math.sqrt(dot(w, w));
    if (!Number.isFinite(beta)) throw new LabError("range", "PCA: a value is not a finite number.");
    const m = basis.length;
    // the space is exhausted in this direction: go on in another, which meets this one nowhere
    const exhausted = beta <= 1e-12 * Math.max(...diagonal);
    if (m >= check || m === most) {
      const { values, vectors } = symmetricEigen(tridiagonal(diagonal, off), m);
      const settled = Array.from({ length: wanted }, (_, c) => c).every(
        (c) => Math.abs(beta * vectors[c * m + m - 1]) <= tolerance * values[0],
      );
      if ((settled && !exhausted) || m === most) return { basis, values, vectors };
      check = Math.ceil(1.25 * m);
    }
    off.push(exhausted ? 0 : beta);
    next = exhausted ? freshDirection(basis, nCols, rng) : w.map((v) => v / beta);
  }
}

function freshDirection(basis: readonly Float64Array[], d: number, rng: () => number): Float64Array {
  const v = Float64Array.from({ length: d }, () => normal(rng));
  for (let pass = 0; pass < 2; pass++) for (const q of basis) addTo(v, q, -dot(v, q));
  const length = Math.sqrt(dot(v, v));
  return v.map((value) => value / length);
}

function tridiagonal(diagonal: readonly number[], off: readonly number[]): Float64Array {
  const m = diagonal.length;
  const out = new Float64Array(m * m);
  for (let s = 0; s < m; s++) out[s * m + s] = diagonal[s];
  for (let s = 0; s + 1 < m; s++) out[s * m + s + 1] = out[(s + 1) * m + s] = off[s];
  return out;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}

function addTo(a: Float64Array, b: Float64Array, scale: number): void {
  for (let j = 0; j < a.length; j++) a[j] += scale * b[j];
}
