import * as tf from "@tensorflow/tfjs-core";
import { type Csr, transpose } from "../graph/csr";

/** The arrays of a CSR on the device; row i owns indices[indptr[i] .. indptr[i + 1]). */
export interface DeviceCsrArrays {
  readonly indptr: tf.Tensor1D; // (nRows + 1,), int32
  readonly indices: tf.Tensor1D; // (max(nnz, 1),), int32
  readonly data: tf.Tensor1D; // (max(nnz, 1),), float32
  /** Entries of the fullest row: the scratch space that a row of edge scores needs. */
  readonly maxDegree: number;
}

/** A sparse matrix on the device, with its transpose for the gradients. Owned by whoever uploaded it. */
export interface DeviceCsr extends DeviceCsrArrays {
  readonly nRows: number;
  readonly nCols: number;
  readonly nnz: number;
  /** About how many entries there are, where `nnz` counts room for more. */
  readonly likelyEntries?: number;
  /** `from[e]` is the entry of the matrix that moved to entry e of the transpose. */
  readonly transposed: DeviceCsrArrays & { readonly from: tf.Tensor1D };
  dispose(): void;
}

/**
 * Copies a CSR and its transpose to the active backend. The tensors survive every `tf.tidy` and are freed
 * by `dispose` alone. Where the structure is its own transpose (an undirected graph), it is stored once.
 *
 * Cost: O(nnz) time; 20 bytes per entry on the device, 16 when structurally symmetric.
 */
export function uploadCsr(csr: Csr): DeviceCsr {
  return uploadCsrPair(csr, transpose(csr));
}

/**
 * The same for a matrix whose transpose is there already. Entries behind those that `indptr` ends at are padding: they
 * belong to no row and are never read.
 *
 * @param owner  "scope": the tensors are freed with the `tf.tidy` in which they are made, as a view of one step is
 */
export function uploadCsrPair(
  csr: Csr,
  back: Omit<ReturnType<typeof transpose>, "nRows" | "nCols">,
  { owner = "caller" }: { readonly owner?: "caller" | "scope" } = {},
): DeviceCsr {
  const symmetric = sameIntegers(csr.indptr, back.indptr) && sameIntegers(csr.indices, back.indices);
  const owned: tf.Tensor1D[] = [];
  const integers = (values: Uint32Array): tf.Tensor1D => own(tf.tensor1d(atLeastOne(asInt32(values)), "int32"));
  const floats = (values: Float32Array): tf.Tensor1D => own(tf.tensor1d(atLeastOne(values), "float32"));
  const own = (tensor: tf.Tensor1D): tf.Tensor1D => {
    owned.push(owner === "caller" ? tf.keep(tensor) : tensor);
    return tensor;
  };

  const indptr = integers(csr.indptr);
  const indices = integers(csr.indices);
  const maxDegree = fullestRow(csr.indptr);
  return {
    nRows: csr.nRows,
    nCols: csr.nCols,
    nnz: csr.indices.length,
    indptr,
    indices,
    data: floats(csr.data),
    maxDegree,
    transposed: {
      indptr: symmetric ? indptr : integers(back.indptr),
      indices: symmetric ? indices : integers(back.indices),
      data: floats(back.data),
      from: integers(back.from),
      maxDegree: symmetric ? maxDegree : fullestRow(back.indptr),
    },
    dispose: () => {
      for (const tensor of owned.splice(0)) tensor.dispose();
    },
  };
}

/** The same bits as int32; indices stay below 2^31, as every backend demands. */
function asInt32(values: Uint32Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length);
}

/** WebGPU binds no empty buffer, so an empty array travels as one zero that no row points at. */
function atLeastOne<T extends Int32Array | Float32Array>(values: T): T {
  return values.length > 0 ? values : (new (values.constructor as new (n: number) => T)(1) as T);
}

function fullestRow(indptr: Uint32Array): number {
  let most = 0;
  for (let i = 0; i + 1 < indptr.length; i++) most = Math.max(most, indptr[i + 1] - indptr[i]);
  return most;
}

function sameIntegers(a: Uint32Array, b: Uint32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
