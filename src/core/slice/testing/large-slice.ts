import { createRng } from "../../random";
import type { Slice } from "../slice";
import { packStrings } from "../utf8-column";

/** A slice of any size with a share of non-zero counts, for tests of memory and time; not tissue. */
export function largeSlice(nObs: number, nVars: number, share: number): Slice {
  const rng = createRng(1);
  const perCell = Math.max(1, Math.floor(nVars * share));
  const indptr = Uint32Array.from({ length: nObs + 1 }, (_, i) => i * perCell);
  const indices = new Uint16Array(nObs * perCell);
  const data = new Uint8Array(nObs * perCell);
  for (let e = 0; e < data.length; e++) {
    indices[e] = Math.floor(((e % perCell) * nVars) / perCell);
    data[e] = 1 + Math.floor(rng() * 9);
  }
  const codes = Int8Array.from({ length: nObs }, (_, i) => (i % 5) - 1);
  const side = Math.ceil(Math.sqrt(nObs));
  return {
    name: "large",
    nObs,
    nVars,
    X: { indptr, indices, data },
    countState: "counts",
    obsNames: packStrings(Array.from({ length: nObs }, (_, i) => `cell-${i}`)),
    varNames: Array.from({ length: nVars }, (_, j) => `gene-${j}`),
    spatial: Float32Array.from(
      { length: 2 * nObs },
      (_, k) => 10 * (k % 2 ? Math.floor(k / 2 / side) : (k >> 1) % side) + rng(),
    ),
    unit: { name: "µm", micronsPerUnit: 1, origin: "declared" },
    obs: [
      {
        kind: "categorical",
        name: "layer",
        codes,
        categories: ["a", "b", "c", "d"],
        colors: ["#000000", "#ff0000", "#00ff00", "#0000ff"],
      },
      { kind: "numeric", name: "x", values: Float32Array.from({ length: nObs }, (_, i) => (i % 7 ? i : Number.NaN)) },
    ],
    section: { codes: Int8Array.from({ length: nObs }, (_, i) => i % 2), names: ["left", "right"] },
    provenance: { file: "large", format: "simulated", matrix: "X", notes: ["made for a test"] },
  };
}
