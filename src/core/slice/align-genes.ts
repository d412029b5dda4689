import { LabError } from "../errors";
import type { CountMatrix, Slice } from "./slice";

export interface AlignedGenes {
  /** The slice with the genes of the list, in its order; a gene that it lacks has no counts. */
  readonly slice: Slice;
  /** Places in the list of genes that the slice lacks, ascending. */
  readonly missing: readonly number[];
  /** Genes of the slice that are not in the list, and were left out. */
  readonly nExtra: number;
}

/**
 * Brings the genes of a slice into those of a list, by name.
 *
 * @param genes  each once
 * @throws LabError("range") if the slice has none of them
 * Cost: O(nnz) time and memory; the slice itself comes back where its genes are the list.
 */
export function alignGenes(slice: Slice, genes: readonly string[]): AlignedGenes {
  const { varNames } = slice;
  if (genes.length === varNames.length && genes.every((name, j) => name === varNames[j]))
    return { slice, missing: [], nExtra: 0 };
  const place = new Map(genes.map((name, j) => [name, j]));
  const to = Int32Array.from(varNames, (name) => place.get(name) ?? -1);
  const found = new Set(to);
  found.delete(-1);
  if (found.size === 0)
    throw new LabError(
      "range",
      `The slice has none of the ${genes.length} genes that are asked for, such as ${genes.slice(0, 3).join(", ")}.`,
      `Its own are called ${varNames.slice(0, 3).join(", ")}: give a slice of the same species with names of the same kind.`,
    );
  const X = withColumns(slice.X, slice.nObs, to, genes.length);
  return {
    slice: { ...slice, X, varNames: genes, nVars: genes.length },
    missing: Array.from(genes.keys()).filter((j) => !found.has(j)),
    nExtra: to.filter((j) => j < 0).length,
  };
}

/** Every entry in its new column, those without one left out; genes ascend in a row again. */
function withColumns({ indptr, indices, data }: CountMatrix, nObs: number, to: Int32Array, nVars: number): CountMatrix {
  const rows = new Uint32Array(nObs + 1);
  for (let i = 0; i < nObs; i++) {
    let kept = 0;
    for (let e = indptr[i]; e < indptr[i + 1]; e++) if (to[indices[e]] >= 0) kept++;
    rows[i + 1] = rows[i] + kept;
  }
  const genes = new (nVars <= 2 ** 16 ? Uint16Array : Uint32Array)(rows[nObs]);
  const counts = new (data.constructor as typeof Float32Array)(rows[nObs]);
  const order: number[] = [];
  for (let i = 0; i < nObs; i++) {
    order.length = 0;
    for (let e = indptr[i]; e < indptr[i + 1]; e++) if (to[indices[e]] >= 0) order.push(e);
    order.sort((a, b) => to[indices[a]] - to[indices[b]]);
    for (const [k, e] of order.entries()) {
      genes[rows[i] + k] = to[indices[e]];
      counts[rows[i] + k] = data[e];
    }
  }
  return { indptr: rows, indices: genes, data: counts };
}
