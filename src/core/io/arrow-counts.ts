import { LabError } from "../errors";
import { emptyCountValues, putValues } from "../slice/count-values";
import type { CountMatrix } from "../slice/slice";
import { type Data, DataType } from "./apache-arrow.mjs";
import { checkOffsets } from "./arrow-columns";

/** The two list columns of one batch: which genes, how often. */
export interface ListPair {
  readonly gene: Data;
  readonly count: Data;
}

/** Rows of a batch in `gene` and `count`: the same lengths row by row, with nothing missing. */
export function checkLists(file: string, { gene, count }: ListPair): void {
  const fail = (why: string): never => {
    throw new LabError(
      "format",
      `${file}: the columns gene and count do not fit: ${why}.`,
      "Both are lists with one entry per gene found in the cell; docs/formats.md shows how to write them.",
    );
  };
  for (const [name, list] of Object.entries({ gene, count })) {
    if (!DataType.isList(list.type) && !DataType.isLargeList(list.type)) fail(`${name} holds no lists`);
    if (list.children[0].nullCount > 0) fail(`${name} has missing values`);
    checkOffsets(list.valueOffsets, list.length, list.children[0].values.length);
  }
  if (!DataType.isInt(gene.children[0].type)) fail("gene holds no whole numbers");
  const [a, b] = [gene.valueOffsets, count.valueOffsets];
  const [a0, b0] = [Number(a[0] ?? 0), Number(b[0] ?? 0)];
  for (let i = 0; i <= gene.length; i++)
    if (Number(a[i] ?? 0) - a0 !== Number(b[i] ?? 0) - b0) fail(`they differ in length at cell ${i - 1} of a batch`);
}

/** The matrix of a file of one batch. Nothing is copied where the types are those the lab writes. */
export function viewMatrix({ gene, count }: ListPair): CountMatrix {
  const nObs = gene.length;
  const { valueOffsets } = gene;
  const start = Number(valueOffsets[0] ?? 0);
  const end = Number(valueOffsets[nObs] ?? 0);
  const indptr =
    valueOffsets instanceof Int32Array && start === 0 && valueOffsets.length > nObs
      ? new Uint32Array(valueOffsets.buffer, valueOffsets.byteOffset, nObs + 1)
      : Uint32Array.from({ length: nObs + 1 }, (_, i) => Number(valueOffsets[i] ?? 0) - start);

  const genes = gene.children[0].values;
  const indices =
    genes instanceof Uint16Array || genes instanceof Uint32Array
      ? genes.subarray(start, end)
      : Uint32Array.from({ length: end - start }, (_, e) => Number(genes[start + e]));

  const countStart = Number(count.valueOffsets[0] ?? 0);
  const values = count.children[0].values;
  const length = end - start;
  if (values instanceof Uint8Array || values instanceof Uint16Array || values instanceof Float32Array)
    return { indptr, indices, data: values.subarray(countStart, countStart + length) };
  const narrowed = emptyCountValues(length);
  putValues(narrowed, numbersFrom(values, countStart, length), 0);
  return { indptr, indices, data: narrowed.data };
}

/** A matrix put together from several batches; every entry is copied once, into arrays of the final size. */
export function joinedMatrix(nObs: number, nnz: number, nVars: number) {
  const indptr = new Uint32Array(nObs + 1);
  const indices = nVars <= 65535 ? new Uint16Array(nnz) : new Uint32Array(nnz);
  const values = emptyCountValues(nnz);
  let row = 0;
  return {
    append({ gene, count }: ListPair, file: string): void {
      const at = indptr[row];
      const start = Number(gene.valueOffsets[0] ?? 0);
      const length = Number(gene.valueOffsets[gene.length] ?? 0) - start;
      for (let i = 0; i < gene.length; i++) indptr[row + i + 1] = at + Number(gene.valueOffsets[i + 1]) - start;
      row += gene.length;
      const genes = numbersFrom(gene.children[0].values, start, length);
      for (let e = 0; e < length; e++)
        if (!(genes[e] >= 0 && genes[e] < nVars))
          throw new LabError(
            "format",
            `${file}: gene number ${genes[e]} where ${nVars} genes are named.`,
            "Write the file again; genes are numbered from 0.",
          );
      indices.set(genes, at);
      putValues(values, numbersFrom(count.children[0].values, Number(count.valueOffsets[0] ?? 0), length), at);
    },
    matrix: (): CountMatrix => ({ indptr, indices, data: values.data }),
  };
}

/** Part of an array as plain numbers; 64-bit integers become doubles. */
function numbersFrom(
  values: Data["values"],
  start: number,
  length: number,
): Exclude<Data["values"], BigInt64Array | BigUint64Array> {
  if (values instanceof BigInt64Array || values instanceof BigUint64Array)
    return Float64Array.from({ length }, (_, e) => Number(values[start + e]));
  return values.subarray(start, start + length);
}
