import { narrowCodes } from "../slice/columns";
import { type CountArray, emptyCountValues, putValues } from "../slice/count-values";
import type { CategoricalColumn, CountMatrix, ObsColumn, Slice } from "../slice/slice";

/** A label as all sections write it. */
export interface SharedLabel {
  readonly name: string;
  readonly categories: readonly string[];
  readonly colors?: readonly string[];
}

/** What the sections of a collection agree on. */
export interface Agreement {
  readonly varNames: readonly string[];
  readonly labels: readonly SharedLabel[];
}

/**
 * A section with the genes of its collection, in the collection's order, and every label by the codes of the collection;
 * a label that the section does not have is missing in every cell. Numbers of cells stay as they are.
 * Nothing is copied that is already so.
 */
export function conformSection(slice: Slice, { varNames, labels }: Agreement): Slice {
  const X = selectGenes(slice, varNames);
  const numbers = slice.obs.filter(
    (column) => column.kind === "numeric" && !labels.some((l) => l.name === column.name),
  );
  const obs: ObsColumn[] = [...labels.map((label) => conformLabel(slice, label)), ...numbers];
  return { ...slice, X, nVars: varNames.length, varNames, obs };
}

/** Counts of the named genes, all of which the slice has. Cost: O(nnz), and a sort by cell where the order differs. */
export function selectGenes({ X, nObs, varNames }: Slice, wanted: readonly string[]): CountMatrix {
  if (sameNames(varNames, wanted)) return X;
  const place = new Map(wanted.map((name, j) => [name, j]));
  const to = Int32Array.from(varNames, (name) => place.get(name) ?? -1);
  const kept = to.filter((j) => j >= 0);
  const ordered = kept.every((j, at) => at === 0 || j > kept[at - 1]);

  const indptr = new Uint32Array(nObs + 1);
  for (let i = 0; i < nObs; i++) {
    let n = 0;
    for (let e = X.indptr[i]; e < X.indptr[i + 1]; e++) if (to[X.indices[e]] >= 0) n++;
    indptr[i + 1] = indptr[i] + n;
  }
  const indices = wanted.length <= 65535 ? new Uint16Array(indptr[nObs]) : new Uint32Array(indptr[nObs]);
  const data = new (X.data.constructor as new (n: number) => CountArray)(indptr[nObs]);
  for (let i = 0, at = 0; i < nObs; i++) {
    for (let e = X.indptr[i]; e < X.indptr[i + 1]; e++) {
      const j = to[X.indices[e]];
      if (j < 0) continue;
      let slot = at++;
      // insertion keeps a row ascending; it moves nothing where the order is the same
      if (!ordered)
        for (; slot > indptr[i] && indices[slot - 1] > j; slot--) {
          indices[slot] = indices[slot - 1];
          data[slot] = data[slot - 1];
        }
      indices[slot] = j;
      data[slot] = X.data[e];
    }
  }
  const narrowed = emptyCountValues(data.length);
  putValues(narrowed, data, 0);
  return { indptr, indices, data: narrowed.data };
}

export function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((name, i) => name === b[i]));
}

function conformLabel({ obs, nObs }: Slice, { name, categories, colors }: SharedLabel): CategoricalColumn {
  const label = { kind: "categorical", name, categories, ...(colors && { colors }) } as const;
  const own = obs.find((column) => column.kind === "categorical" && column.name === name);
  if (own?.kind !== "categorical")
    return { ...label, codes: narrowCodes(new Int8Array(nObs).fill(-1), categories.length) };
  if (sameNames(own.categories, categories)) return { ...label, codes: own.codes };
  const place = new Map(categories.map((category, code) => [category, code]));
  const to = Int32Array.from(own.categories, (category) => place.get(category) ?? -1);
  const codes = Int32Array.from(own.codes, (code) => (code < 0 ? -1 : to[code]));
  return { ...label, codes: narrowCodes(codes, categories.length) };
}
