import { LabError } from "../errors";
import { narrowCodes } from "./columns";
import type { CategoricalColumn, CountMatrix, ObsColumn, Slice, Utf8Column } from "./slice";

/**
 * The cells of some sections as a slice of their own, in the order they had. Genes, categories and palettes stay, so that
 * codes mean what they meant; a section that is gone leaves no name behind.
 *
 * @param names  of the sections to keep; null keeps all and copies nothing
 * @throws LabError("missing") naming a section that the slice has not
 */
export function takeSections(slice: Slice, names: readonly string[] | null): Slice {
  if (!names) return slice;
  const { section } = slice;
  for (const name of names)
    if (!section.names.includes(name))
      throw new LabError(
        "missing",
        `${slice.name} has no section "${name}".`,
        `It has ${section.names.slice(0, 20).join(", ")}.`,
      );
  const place = section.names.map((name) => names.indexOf(name));
  const cells: number[] = [];
  section.codes.forEach((code, i) => {
    if (place[code] >= 0) cells.push(i);
  });
  const spatial = new Float32Array(2 * cells.length);
  cells.forEach((cell, i) => {
    spatial.set(slice.spatial.subarray(2 * cell, 2 * cell + 2), 2 * i);
  });
  return {
    ...slice,
    nObs: cells.length,
    X: takeRows(slice.X, cells),
    obsNames: takeNames(slice.obsNames, cells),
    spatial,
    obs: slice.obs.map((column) => takeColumn(column, cells)),
    section: {
      codes: narrowCodes(
        takeCodes(section.codes, cells).map((code) => place[code]),
        names.length,
      ),
      names,
    },
  };
}

function takeRows({ indptr, indices, data }: CountMatrix, cells: readonly number[]): CountMatrix {
  const kept = new Uint32Array(cells.length + 1);
  cells.forEach((cell, i) => {
    kept[i + 1] = kept[i] + indptr[cell + 1] - indptr[cell];
  });
  const nnz = kept[cells.length];
  const outIndices = new (indices.constructor as Uint32ArrayConstructor)(nnz);
  const outData = new (data.constructor as Float32ArrayConstructor)(nnz);
  cells.forEach((cell, i) => {
    outIndices.set(indices.subarray(indptr[cell], indptr[cell + 1]), kept[i]);
    outData.set(data.subarray(indptr[cell], indptr[cell + 1]), kept[i]);
  });
  return { indptr: kept, indices: outIndices, data: outData };
}

function takeNames({ offsets, bytes }: Utf8Column, cells: readonly number[]): Utf8Column {
  const kept = new Int32Array(cells.length + 1);
  cells.forEach((cell, i) => {
    kept[i + 1] = kept[i] + offsets[cell + 1] - offsets[cell];
  });
  const out = new Uint8Array(kept[cells.length]);
  cells.forEach((cell, i) => {
    out.set(bytes.subarray(offsets[cell], offsets[cell + 1]), kept[i]);
  });
  return { offsets: kept, bytes: out };
}

function takeColumn(column: ObsColumn, cells: readonly number[]): ObsColumn {
  return column.kind === "categorical"
    ? { ...column, codes: takeCodes(column.codes, cells) }
    : { ...column, values: Float32Array.from(cells, (cell) => column.values[cell]) };
}

function takeCodes(codes: CategoricalColumn["codes"], cells: readonly number[]): CategoricalColumn["codes"] {
  const out = new (codes.constructor as Int32ArrayConstructor)(cells.length);
  cells.forEach((cell, i) => {
    out[i] = codes[cell];
  });
  return out;
}
