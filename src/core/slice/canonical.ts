import { LabError } from "../errors";
import type { CountMatrix } from "./slice";

/**
 * Checks the form of a sparse matrix: offsets that never fall, one per row and one more, every gene in range.
 * @throws LabError("format") naming the first place that is wrong
 */
export function checkForm({ indptr, indices, data }: CountMatrix, nObs: number, nVars: number): void {
  const fail = (why: string): never => {
    throw new LabError("format", `The count matrix is damaged: ${why}.`, "Export the file again from its source.");
  };
  if (indptr.length !== nObs + 1) fail(`${indptr.length} row offsets for ${nObs} cells`);
  if (data.length !== indices.length) fail(`${data.length} values and ${indices.length} gene numbers`);
  if (indptr[0] !== 0 || indptr[nObs] !== indices.length)
    fail(`its rows end at entry ${indptr[nObs]}, there are ${indices.length}`);
  for (let i = 0; i < nObs; i++) if (indptr[i] > indptr[i + 1]) fail(`the row offsets decrease at cell ${i}`);
  let largest = 0;
  for (let e = 0; e < indices.length; e++) if (indices[e] > largest) largest = indices[e];
  if (indices.length > 0 && largest >= nVars) fail(`gene number ${largest} where there are ${nVars} genes`);
}

/**
 * The same matrix with genes ascending in each row, entries of the same gene added up and zeros left out.
 * Returns `matrix` itself, nothing copied, where that holds already.
 */
export function canonical(matrix: CountMatrix, nObs: number): { readonly X: CountMatrix; readonly changed: boolean } {
  if (isCanonical(matrix, nObs)) return { X: matrix, changed: false };

  const { indptr, indices, data } = matrix;
  const outPtr = new Uint32Array(nObs + 1);
  const outIndices = indices.slice();
  const sums = new Float32Array(data.length);
  let end = 0;
  for (let i = 0; i < nObs; i++) {
    const order = Uint32Array.from({ length: indptr[i + 1] - indptr[i] }, (_, e) => indptr[i] + e);
    order.sort((a, b) => indices[a] - indices[b]);
    const start = end;
    for (const e of order) {
      if (data[e] === 0) continue;
      if (end > start && outIndices[end - 1] === indices[e]) sums[end - 1] += data[e];
      else {
        outIndices[end] = indices[e];
        sums[end++] = data[e];
      }
    }
    outPtr[i + 1] = end;
  }
  const kept = sums.subarray(0, end);
  // sums of duplicates may outgrow the type they came in
  const limit = data instanceof Uint8Array ? 255 : data instanceof Uint16Array ? 65535 : Number.POSITIVE_INFINITY;
  const fits = kept.every((v) => v <= limit);
  const outData = fits ? new (data.constructor as Uint8ArrayConstructor)(kept) : kept.slice();
  return { X: { indptr: outPtr, indices: outIndices.slice(0, end), data: outData }, changed: true };
}

function isCanonical({ indptr, indices, data }: CountMatrix, nObs: number): boolean {
  for (let i = 0; i < nObs; i++)
    for (let e = indptr[i] + 1; e < indptr[i + 1]; e++) if (indices[e - 1] >= indices[e]) return false;
  for (let e = 0; e < data.length; e++) if (data[e] === 0) return false;
  return true;
}
