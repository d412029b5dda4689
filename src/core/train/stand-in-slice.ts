import type { CountMatrix, Slice } from "../slice/slice";
import { packStrings } from "../slice/utf8-column";

/** What memory depends on in a slice. Labels say how many classes there are, and which cells have a loss. */
export interface SliceShape {
  readonly nObs: number;
  readonly nVars: number;
  readonly nnz: number;
  /** How counts are kept: 1 or 2 bytes for whole numbers, 4 for any. */
  readonly bytesPerCount: 1 | 2 | 4;
  /** Where cells lie: by it a range of rows reads more or fewer beyond its own. */
  readonly spatial: Slice["spatial"];
  readonly section: Slice["section"];
  readonly obs: Slice["obs"];
}

export function sliceShape({ nObs, nVars, X, spatial, section, obs }: Slice): SliceShape {
  const bytesPerCount = X.data.BYTES_PER_ELEMENT as 1 | 2 | 4;
  return { nObs, nVars, nnz: X.data.length, bytesPerCount, spatial, section, obs };
}

/**
 * A slice of that shape that holds nothing but ones, spread evenly over cells and genes.
 *
 * @param shape  with nnz <= nObs * nVars; rows differ by one entry at most
 */
export function standInSlice({ nObs, nVars, nnz, bytesPerCount, spatial, section, obs }: SliceShape): Slice {
  const indptr = Uint32Array.from({ length: nObs + 1 }, (_, i) => Math.floor((nnz * i) / nObs));
  const indices = new (nVars <= 2 ** 16 ? Uint16Array : Uint32Array)(nnz);
  for (let i = 0; i < nObs; i++) {
    const degree = indptr[i + 1] - indptr[i];
    for (let k = 0; k < degree; k++) indices[indptr[i] + k] = Math.floor((k * nVars) / degree);
  }
  const data: CountMatrix["data"] = new { 1: Uint8Array, 2: Uint16Array, 4: Float32Array }[bytesPerCount](nnz).fill(1);
  const name = "stand-in";
  return {
    name,
    nObs,
    nVars,
    X: { indptr, indices, data },
    countState: "counts",
    obsNames: packStrings([]),
    varNames: [],
    spatial,
    unit: { name: "µm", micronsPerUnit: 1, origin: "declared" },
    obs,
    section,
    provenance: { file: "", format: "simulated", matrix: "X", notes: [] },
  };
}
