import * as tf from "@tensorflow/tfjs-core";
import { assertShape } from "../../errors";
import { paddedSize } from "../../graph/padded-size";

/** Counts as they came, nObs cells by nVars genes in compressed sparse rows. */
export interface RawExpression {
  readonly nObs: number;
  readonly nVars: number;
  readonly X: {
    readonly indptr: Uint32Array; // (nObs + 1,)
    readonly indices: Uint16Array | Uint32Array; // (nnz,)
    readonly data: Uint8Array | Uint16Array | Float32Array; // (nnz,)
  };
}

/** How a count becomes the number that a network reads:  x_ij = s_j log(1 + f_i count_ij) - m_j. */
export interface Preprocessing {
  readonly sizeFactors: Float32Array; // f, (nObs,)
  /** false: x_ij = s_j f_i count_ij - m_j. */
  readonly log1p: boolean;
  readonly inverseDeviations: Float32Array | null; // s, (nVars,); null for ones
  readonly centers: Float32Array | null; // m, (nVars,); null for zeros
}

/**
 * Expression on the device: the raw counts, and what preprocesses them where they are used. Owned by whoever uploaded it.
 * 3 to 8 bytes an entry; on WebGPU 5 to 8 more, for the transpose that gradients walk.
 */
export interface DeviceExpression {
  readonly nObs: number;
  readonly nVars: number;
  readonly raw: RawExpression;
  readonly preprocessing: Preprocessing;
  /** indptr (nObs + 1), then the bits of f (nObs) and, where `scaled`, of s (nVars). */
  readonly header: tf.Tensor1D; // int32
  /** Packed into words: two genes below 65,536, or one; four counts to 255, two to 65,535, or one float. */
  readonly genes: tf.Tensor1D; // int32
  readonly counts: tf.Tensor1D; // int32
  readonly centers: tf.Tensor2D | null; // m, (1, nVars)
  /** Cells and counts by gene; on WebGPU alone, where nothing else can be summed without atomics. */
  readonly transposed: DeviceTranspose | null;
  readonly attributes: ExpressionAttributes;
  dispose(): void;
}

export interface DeviceTranspose {
  readonly indptr: tf.Tensor1D; // (nVars + 1,), int32
  readonly cells: tf.Tensor1D; // int32
  readonly counts: tf.Tensor1D; // packed as above
}

export interface ExpressionAttributes extends Record<string, number> {
  readonly nObs: number;
  readonly nVars: number;
  /** Entries of the fullest row. */
  readonly maxEntries: number;
  readonly countBytes: number; // 1, 2, or 4 for float32
  readonly geneBytes: number; // 2 or 4
  readonly log1p: number;
  readonly scaled: number;
}

/**
 * Copies counts to the active backend; the tensors survive every `tf.tidy` and are freed by `dispose` alone.
 * @throws LabError("shape") if the preprocessing is of other cells or genes
 */
export function uploadExpression(raw: RawExpression, preprocessing: Preprocessing): DeviceExpression {
  const { nObs, nVars, X } = raw;
  const { sizeFactors, inverseDeviations, centers, log1p } = preprocessing;
  assertShape("uploadExpression sizeFactors", [sizeFactors.length], [nObs]);
  for (const [name, perGene] of Object.entries({ inverseDeviations, centers }))
    assertShape(`uploadExpression ${name}`, [perGene?.length ?? nVars], [nVars]);
  const owned: tf.Tensor[] = [];
  const keep = <T extends tf.Tensor>(tensor: T): T => {
    owned.push(tf.keep(tensor));
    return tensor;
  };
  const integers = (values: Int32Array) => keep(tf.tensor1d(values, "int32"));

  const header = new Int32Array(nObs + 1 + nObs + (inverseDeviations ? nVars : 0));
  header.set(X.indptr);
  const floats = new Float32Array(header.buffer);
  floats.set(sizeFactors, nObs + 1);
  if (inverseDeviations) floats.set(inverseDeviations, 2 * nObs + 1);
  const genes = nVars <= 65536 && X.indices instanceof Uint32Array ? Uint16Array.from(X.indices) : X.indices;
  let maxEntries = 0;
  for (let i = 0; i < nObs; i++) maxEntries = Math.max(maxEntries, X.indptr[i + 1] - X.indptr[i]);
  return {
    nObs,
    nVars,
    raw,
    preprocessing: { sizeFactors, log1p, inverseDeviations, centers },
    header: integers(header),
    genes: integers(words(genes)),
    counts: integers(words(X.data)),
    centers: centers && keep(tf.tensor2d(centers, [1, nVars])),
    transposed: tf.getBackend() === "webgpu" ? uploadTranspose(transposeCounts(raw), integers) : null,
    attributes: {
      nObs,
      nVars,
      maxEntries,
      countBytes: X.data.BYTES_PER_ELEMENT,
      geneBytes: genes.BYTES_PER_ELEMENT,
      log1p: log1p ? 1 : 0,
      scaled: inverseDeviations ? 1 : 0,
    },
    dispose: () => {
      for (const tensor of owned.splice(0)) tensor.dispose();
    },
  };
}

/** Genes by rows of a list: entry e of gene j says that row rows[e] holds counts[e] of it. */
export interface HostTranspose {
  readonly indptr: Int32Array; // (nVars + 1,)
  readonly rows: Int32Array;
  readonly counts: RawExpression["X"]["data"];
}

/**
 * Transpose by counting sort of the listed cells (all of them without a list), ascending rows in each gene; a row below
 * zero is empty. A list's arrays have room behind the last entry. Cost: O(entries + nVars).
 */
export function transposeCounts({ nObs, nVars, X }: RawExpression, ids?: Int32Array): HostTranspose {
  const indptr = new Int32Array(nVars + 1);
  const nRows = ids?.length ?? nObs;
  const each = (visit: (row: number, entry: number) => void): void => {
    for (let r = 0; r < nRows; r++) {
      const cell = ids ? ids[r] : r;
      if (cell >= 0) for (let e = X.indptr[cell]; e < X.indptr[cell + 1]; e++) visit(r, e);
    }
  };
  each((_, e) => indptr[X.indices[e] + 1]++);
  for (let j = 0; j < nVars; j++) indptr[j + 1] += indptr[j];
  const next = indptr.slice(0, nVars);
  // lists follow each other with about as many entries: in arrays of few sizes, the buffers of one serve the next
  const size = ids ? paddedSize(indptr[nVars]) : indptr[nVars];
  const rows = new Int32Array(size);
  const counts = new (X.data.constructor as new (n: number) => typeof X.data)(size);
  each((r, e) => {
    const to = next[X.indices[e]]++;
    rows[to] = r;
    counts[to] = X.data[e];
  });
  return { indptr, rows, counts };
}

/** The transpose on the device, its arrays handed to `integers`. */
export function uploadTranspose(
  { indptr, rows, counts }: HostTranspose,
  integers: (values: Int32Array) => tf.Tensor1D,
): DeviceTranspose {
  return {
    indptr: integers(indptr),
    cells: integers(rows.length > 0 ? rows : new Int32Array(1)),
    counts: integers(words(counts)),
  };
}

/** The same bytes as int32 words, zeros behind them; at least one word, because WebGPU binds no empty buffer. */
function words(values: Uint8Array | Uint16Array | Uint32Array | Float32Array): Int32Array {
  if (values.byteLength > 0 && values.byteLength % 4 === 0 && values.byteOffset % 4 === 0)
    return new Int32Array(values.buffer, values.byteOffset, values.byteLength / 4);
  const padded = new Int32Array(Math.max(1, Math.ceil(values.byteLength / 4)));
  new Uint8Array(padded.buffer).set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return padded;
}
