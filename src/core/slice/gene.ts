import { LabError } from "../errors";
import type { Slice } from "./slice";
import { stringAt } from "./utf8-column";

/** One cell as a person reads it. Plain data. */
export interface CellRecord {
  readonly cell: number;
  readonly name: string;
  readonly section: string;
  /** In the slice's own unit. */
  readonly position: readonly [x: number, y: number];
  /** Values of all obs columns in their order; null = missing. */
  readonly obs: readonly { readonly name: string; readonly value: string | number | null }[];
  readonly totalCounts: number;
  readonly genesDetected: number;
  /** Most abundant genes, falling; ties by the order of the genes. */
  readonly topGenes: readonly { readonly name: string; readonly count: number }[];
}

const TOP_GENES = 10;

/**
 * What one gene has in every cell, shape (nObs,), as stored.
 * Cost: a binary search in each row.
 * @throws LabError("range") if there is no such gene
 */
export function geneColumn(slice: Slice, gene: number): Float32Array<ArrayBuffer> {
  if (!(Number.isInteger(gene) && gene >= 0 && gene < slice.nVars))
    throw new LabError("range", `There is no gene ${gene}; ${slice.name} has ${slice.nVars}, numbered from 0.`);
  const { indptr, indices, data } = slice.X;
  const counts = new Float32Array(slice.nObs);
  for (let i = 0; i < slice.nObs; i++) {
    let low = indptr[i];
    let high = indptr[i + 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (indices[middle] < gene) low = middle + 1;
      else high = middle;
    }
    if (low < indptr[i + 1] && indices[low] === gene) counts[i] = data[low];
  }
  return counts;
}

/** @throws LabError("range") if there is no such cell */
export function cellRecord(slice: Slice, cell: number): CellRecord {
  if (!(Number.isInteger(cell) && cell >= 0 && cell < slice.nObs))
    throw new LabError("range", `There is no cell ${cell}; ${slice.name} has ${slice.nObs}, numbered from 0.`);
  const { indptr, indices, data } = slice.X;
  const entries: { gene: number; count: number }[] = [];
  let totalCounts = 0;
  for (let e = indptr[cell]; e < indptr[cell + 1]; e++) {
    totalCounts += data[e];
    entries.push({ gene: indices[e], count: data[e] });
  }
  entries.sort((a, b) => b.count - a.count || a.gene - b.gene);
  return {
    cell,
    name: stringAt(slice.obsNames, cell),
    section: slice.section.names[slice.section.codes[cell]] ?? "",
    position: [slice.spatial[2 * cell], slice.spatial[2 * cell + 1]],
    obs: slice.obs.map((column) => {
      if (column.kind === "categorical")
        return { name: column.name, value: column.categories[column.codes[cell]] ?? null };
      const value = column.values[cell];
      return { name: column.name, value: Number.isNaN(value) ? null : value };
    }),
    totalCounts,
    genesDetected: entries.length,
    topGenes: entries.slice(0, TOP_GENES).map(({ gene, count }) => ({ name: slice.varNames[gene], count })),
  };
}
