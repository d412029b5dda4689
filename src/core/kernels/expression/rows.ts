import * as tf from "@tensorflow/tfjs-core";
import { LabError } from "../../errors";
import { type DeviceExpression, type DeviceTranspose, transposeCounts, uploadTranspose } from "./device-expression";

/** In place of a cell id: a cell whose expression must not be seen. Its row of a product is that of the `fill`. */
export const HIDDEN = -1;
/** In place of a cell id: no cell. Its row of a product is zero. */
export const PADDING = -2;

/** Which cells the rows of a product are of. A plain object of tensors and host arrays, freed with the scope it is made in. */
export interface RowList {
  /** Cell ids below nObs in any order, HIDDEN or PADDING; a cell may be listed more than once. */
  readonly ids: Int32Array;
  readonly index: tf.Tensor1D; // ids on the device, int32
  /** What the gradient walks on WebGPU, null elsewhere. */
  readonly back: RowsTranspose | null;
}

export interface RowsTranspose extends DeviceTranspose {
  /** The slice's own transpose holds cells, `link` says the row of each (nObs,) or -1; a list's own holds rows of the list. */
  readonly link: tf.Tensor1D | null;
}

/** A list shorter than this share of the cells gets a transpose of its own instead of walking the whole slice's. */
const SHARE_WORTH_WALKING = 0.25;

/**
 * A row list on the device. Its tensors belong to the scope (`tf.tidy`) in which it is made.
 * @throws LabError("range") for an id that is no cell
 * Cost: O(rows); on WebGPU also O(entries) for a short list or one that repeats a cell.
 */
export function uploadRows(x: DeviceExpression, ids: Int32Array): RowList {
  for (let r = 0; r < ids.length; r++) {
    if (ids[r] >= x.nObs || ids[r] < PADDING)
      throw new LabError("range", `Row ${r} of the list: expected a cell below ${x.nObs}, got ${ids[r]}.`);
  }
  const integers = (values: Int32Array) => tf.tensor1d(values, "int32");
  return { ids, index: integers(ids), back: x.transposed && rowsTranspose(x, x.transposed, ids, integers) };
}

function rowsTranspose(
  x: DeviceExpression,
  whole: DeviceTranspose,
  ids: Int32Array,
  integers: (values: Int32Array) => tf.Tensor1D,
): RowsTranspose {
  const link = ids.length < SHARE_WORTH_WALKING * x.nObs ? null : placesOf(ids, x.nObs);
  if (link) return { ...whole, link: integers(link) };
  return { ...uploadTranspose(transposeCounts(x.raw, ids), integers), link: null };
}

/** Where each of `nObs` cells stands in a list, -1 if nowhere; null if one stands there twice. */
export function placesOf(ids: Int32Array, nObs: number): Int32Array | null {
  const places = new Int32Array(nObs).fill(-1);
  for (let r = 0; r < ids.length; r++) {
    if (ids[r] < 0) continue;
    if (places[ids[r]] >= 0) return null;
    places[ids[r]] = r;
  }
  return places;
}

/** Cells among the rows of a list, as a share. */
export function shareOfCells(ids: Int32Array): number {
  let cells = 0;
  for (let r = 0; r < ids.length; r++) if (ids[r] >= 0) cells++;
  return cells / Math.max(1, ids.length);
}

/** The tensors of a list, for a gradient to save: the list may belong to a scope that ends before. */
export function tensorsOf({ index, back }: RowList): tf.Tensor[] {
  if (!back) return [index];
  return [index, back.indptr, back.cells, back.counts, ...(back.link ? [back.link] : [])];
}

/** The same as inputs of the gradient's kernel. */
export function transposeInputs([index, ...back]: readonly tf.Tensor[]): Record<string, tf.Tensor> {
  if (back.length === 0) return { rows: index };
  const [backIndptr, backCells, backCounts, link = index] = back;
  return { rows: index, backIndptr, backCells, backCounts, link };
}
