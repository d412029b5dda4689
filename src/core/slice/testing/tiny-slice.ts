import type { Slice } from "../slice";
import { packStrings } from "../utf8-column";

/** Four cells by three genes in two sections, 10 µm apart, with everything a slice can have. */
export function tinySlice(replace: Partial<Slice> = {}): Slice {
  return {
    name: "tiny",
    nObs: 4,
    nVars: 3,
    X: {
      indptr: Uint32Array.of(0, 2, 3, 5, 6),
      indices: Uint16Array.of(0, 2, 1, 0, 1, 2),
      data: Uint8Array.of(5, 1, 2, 3, 3, 4),
    },
    countState: "counts",
    obsNames: packStrings(["a", "b", "c", "d"]),
    varNames: ["G0", "G1", "G2"],
    spatial: Float32Array.of(0, 0, 10, 0, 0, 0, 10, 0),
    unit: { name: "µm", micronsPerUnit: 1, origin: "declared" },
    obs: [
      {
        kind: "categorical",
        name: "layer",
        codes: Int8Array.of(0, 1, -1, 1),
        categories: ["L1", "WM"],
        colors: ["#111111", "#222222"],
      },
      { kind: "numeric", name: "depth", values: Float32Array.of(0.5, 1, Number.NaN, 2) },
    ],
    section: { codes: Int8Array.of(0, 0, 1, 1), names: ["S1", "S2"] },
    provenance: { file: "tiny.h5ad", format: "h5ad", matrix: "X", notes: [] },
    ...replace,
  };
}
