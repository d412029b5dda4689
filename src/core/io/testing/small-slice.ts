import type { Tree } from "./hdf5-writer";

/** A square of cells with two genes each, as AnnData writes it; parts can be replaced to spoil it. */
export function anndataTree(
  nObs: number,
  nVars: number,
  replace: Partial<Record<keyof ReturnType<typeof parts>, Tree[string] | null>> = {},
): Tree {
  const all = { ...parts(nObs, nVars), ...replace };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, Tree[string]] => entry[1] !== null));
}

function parts(nObs: number, nVars: number) {
  const indptr = Int32Array.from({ length: nObs + 1 }, (_, i) => 2 * i);
  const indices = Int32Array.from({ length: 2 * nObs }, (_, e) => (e % 2) + (Math.floor(e / 2) % (nVars - 1)));
  return {
    X: sparse(
      nObs,
      nVars,
      indptr,
      indices,
      Float32Array.from(indices, (gene, e) => 1 + ((gene + e) % 5)),
    ),
    obs: frame(names("cell", nObs), { label: Float32Array.from({ length: nObs }, (_, i) => i) }),
    var: frame(names("gene", nVars)),
    obsm: { group: { spatial: { data: positions(nObs), shape: [nObs, 2] } } } as Tree[string],
  };
}

export function sparse(
  nObs: number,
  nVars: number,
  indptr: Int32Array,
  indices: Int32Array,
  data: Float32Array,
  encoding = "csr_matrix",
): Tree[string] {
  return {
    attrs: { "encoding-type": encoding, "encoding-version": "0.1.0", shape: [nObs, nVars] },
    group: { data: { data }, indices: { data: indices }, indptr: { data: indptr } },
  };
}

export function frame(index: readonly string[], columns: Record<string, Float32Array> = {}): Tree[string] {
  return {
    attrs: {
      "encoding-type": "dataframe",
      "encoding-version": "0.2.0",
      _index: "_index",
      "column-order": Object.keys(columns),
    },
    group: {
      _index: { data: index },
      ...Object.fromEntries(Object.entries(columns).map(([k, data]) => [k, { data }])),
    },
  };
}

export function names(prefix: string, n: number): string[] {
  return Array.from({ length: n }, (_, i) => `${prefix}-${i}`);
}

/** Cells 10 units apart in rows of ten. */
export function positions(nObs: number): Float32Array {
  return Float32Array.from({ length: 2 * nObs }, (_, k) => 10 * (k % 2 ? Math.floor(k / 20) : (k / 2) % 10));
}
