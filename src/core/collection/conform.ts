import { alignGenes } from "../slice/align-genes";
import { narrowCodes } from "../slice/columns";
import type { CategoricalColumn, ObsColumn, Slice } from "../slice/slice";

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
export function conformSection(own: Slice, { varNames, labels }: Agreement): Slice {
  const { slice } = alignGenes(own, varNames);
  const numbers = slice.obs.filter(
    (column) => column.kind === "numeric" && !labels.some((l) => l.name === column.name),
  );
  const obs: ObsColumn[] = [...labels.map((label) => conformLabel(slice, label)), ...numbers];
  return { ...slice, obs };
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
