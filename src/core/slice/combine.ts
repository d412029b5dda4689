import { LabError } from "../errors";
import { narrowCodes } from "./columns";
import { type CountArray, emptyCountValues, putValues } from "./count-values";
import { type CountMatrix, type ObsColumn, positionsMicrons, type Slice, type Utf8Column } from "./slice";

/**
 * Several slices as the sections of one: the genes that all have, in the first slice's order, and the labels of
 * all. Positions keep their unit where it is the same in all, else they become µm. Values a slice does not have
 * are missing. Sections of the same name are told apart by the name of their slice.
 *
 * @throws LabError("missing") if no gene is common to all, LabError("range") without slices
 */
export function combineSections(slices: readonly Slice[]): Slice {
  if (slices.length === 0) throw new LabError("range", "There are no slices to combine.", "Open at least one.");
  if (slices.length === 1) return slices[0];

  const nObs = slices.reduce((n, slice) => n + slice.nObs, 0);
  const varNames = commonGenes(slices);
  const { codes, names } = combinedSections(slices, nObs);
  const [first] = slices;
  const unit = slices.every((s) => s.unit.micronsPerUnit === first.unit.micronsPerUnit)
    ? first.unit
    : { name: "µm", micronsPerUnit: 1, origin: first.unit.origin };
  const spatial = new Float32Array(2 * nObs);
  eachSlice(slices, (slice, at) => spatial.set(unit === first.unit ? slice.spatial : positionsMicrons(slice), 2 * at));

  const left = Math.max(...slices.map((slice) => slice.nVars)) - varNames.length;
  const notes = new Set([
    `${slices.length} slices combined: ${slices.map((slice) => slice.name).join(", ")}.`,
    ...(left > 0 ? [`${varNames.length} genes are common to all; up to ${left} of a slice are left out.`] : []),
    ...(unit === first.unit ? [] : ["The slices came in different units; positions are in µm."]),
    ...slices.flatMap((slice) => slice.provenance.notes.map((note) => `${slice.name}: ${note}`)),
  ]);
  return {
    name: slices.map((slice) => slice.name).join(" + "),
    nObs,
    nVars: varNames.length,
    X: combinedCounts(slices, varNames, nObs),
    countState: slices.every((slice) => slice.countState === first.countState) ? first.countState : "unknown",
    obsNames: combinedNames(slices, nObs),
    varNames,
    spatial,
    unit,
    obs: combinedColumns(slices, nObs),
    section: { codes, names },
    provenance: { ...first.provenance, file: slices.map((s) => s.provenance.file).join(", "), notes: [...notes] },
  };
}

function eachSlice(slices: readonly Slice[], use: (slice: Slice, at: number, index: number) => void): void {
  let at = 0;
  slices.forEach((slice, index) => {
    use(slice, at, index);
    at += slice.nObs;
  });
}

function commonGenes(slices: readonly Slice[]): string[] {
  const sets = slices.map((slice) => new Set(slice.varNames));
  const common = slices[0].varNames.filter((name) => sets.every((set) => set.has(name)));
  if (common.length > 0) return common;
  const examples = slices.map((slice) => `${slice.name}: ${slice.varNames.slice(0, 3).join(", ")}`).join("; ");
  throw new LabError(
    "missing",
    `No gene is common to ${slices.map((slice) => slice.name).join(" and ")}.`,
    `Their genes must bear the same names (symbols or identifiers, the same case): ${examples}.`,
  );
}

function combinedCounts(slices: readonly Slice[], varNames: readonly string[], nObs: number): CountMatrix {
  const place = new Map(varNames.map((name, j) => [name, j]));
  const maps = slices.map((slice) => Int32Array.from(slice.varNames, (name) => place.get(name) ?? -1));
  const indptr = new Uint32Array(nObs + 1);
  eachSlice(slices, ({ X }, at, s) => {
    for (let i = 0; i + 1 < X.indptr.length; i++) {
      let kept = 0;
      for (let e = X.indptr[i]; e < X.indptr[i + 1]; e++) if (maps[s][X.indices[e]] >= 0) kept++;
      indptr[at + i + 1] = indptr[at + i] + kept;
    }
  });

  const nnz = indptr[nObs];
  const indices = varNames.length <= 65535 ? new Uint16Array(nnz) : new Uint32Array(nnz);
  const values = emptyCountValues(nnz);
  eachSlice(slices, ({ X }, at, s) => {
    const row = new Map<number, number>();
    for (let i = 0; i + 1 < X.indptr.length; i++) {
      row.clear();
      for (let e = X.indptr[i]; e < X.indptr[i + 1]; e++)
        if (maps[s][X.indices[e]] >= 0) row.set(maps[s][X.indices[e]], X.data[e]);
      // the first slice's order of genes need not be this one's
      const genes = Uint32Array.from(row.keys()).sort();
      indices.set(genes, indptr[at + i]);
      putValues(
        values,
        Float32Array.from(genes, (gene) => row.get(gene)!),
        indptr[at + i],
      );
    }
  });
  return { indptr, indices, data: values.data as CountArray };
}

function combinedNames(slices: readonly Slice[], nObs: number): Utf8Column {
  const offsets = new Int32Array(nObs + 1);
  const bytes = new Uint8Array(
    slices.reduce((n, { obsNames }) => n + obsNames.offsets[obsNames.offsets.length - 1], 0),
  );
  eachSlice(slices, ({ obsNames, nObs: n }, at) => {
    const base = offsets[at];
    for (let i = 1; i <= n; i++) offsets[at + i] = base + obsNames.offsets[i];
    bytes.set(obsNames.bytes.subarray(0, obsNames.offsets[n]), base);
  });
  return { offsets, bytes };
}

function combinedSections(slices: readonly Slice[], nObs: number): Slice["section"] {
  const bearers = new Map<string, number>();
  for (const { section } of slices) for (const name of section.names) bearers.set(name, (bearers.get(name) ?? 0) + 1);
  const names: string[] = [];
  const codes = new Int32Array(nObs);
  eachSlice(slices, ({ section, name: slice }, at) => {
    const base = names.length;
    names.push(...section.names.map((name) => (bearers.get(name)! > 1 ? unused(`${slice}/${name}`, names) : name)));
    for (let i = 0; i < section.codes.length; i++) codes[at + i] = base + section.codes[i];
  });
  return { codes: narrowCodes(codes, names.length), names };
}

function unused(name: string, taken: readonly string[]): string {
  for (let k = 2; ; k++) {
    if (!taken.includes(name)) return name;
    if (!taken.includes(`${name}-${k}`)) return `${name}-${k}`;
  }
}

/** Columns of all slices by name and kind; a name that is a label here and a number there stays with the first. */
function combinedColumns(slices: readonly Slice[], nObs: number): ObsColumn[] {
  const kinds = new Map<string, ObsColumn["kind"]>();
  for (const { obs } of slices) for (const { name, kind } of obs) if (!kinds.has(name)) kinds.set(name, kind);

  return Array.from(kinds, ([name, kind]): ObsColumn => {
    const find = (slice: Slice) => slice.obs.find((column) => column.name === name && column.kind === kind);
    if (kind === "numeric") {
      const values = new Float32Array(nObs).fill(Number.NaN);
      eachSlice(slices, (slice, at) => {
        const column = find(slice);
        if (column?.kind === "numeric") values.set(column.values, at);
      });
      return { kind, name, values };
    }
    const categories: string[] = [];
    const colors = new Map<string, string>();
    const codes = new Int32Array(nObs).fill(-1);
    eachSlice(slices, (slice, at) => {
      const column = find(slice);
      if (column?.kind !== "categorical") return;
      const place = column.categories.map((category, code) => {
        if (!categories.includes(category)) categories.push(category);
        const color = column.colors?.[code];
        if (color && !colors.has(category)) colors.set(category, color);
        return categories.indexOf(category);
      });
      for (let i = 0; i < column.codes.length; i++) codes[at + i] = place[column.codes[i]] ?? -1;
    });
    const palette = categories.map((category) => colors.get(category));
    return {
      kind,
      name,
      codes: narrowCodes(codes, categories.length),
      categories,
      ...(palette.every((color) => color !== undefined) && palette.length > 0 && { colors: palette as string[] }),
    };
  });
}
