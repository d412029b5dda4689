import type { SpatialGraph } from "../graph/spatial-graph";
import { createRng, type Rng } from "../random";
import type { Slice } from "../slice/slice";
import { packStrings } from "../slice/utf8-column";

export interface SmallTissue {
  readonly slice: Slice;
  readonly graph: SpatialGraph;
  readonly domains: Int32Array; // (nObs,)
}

/**
 * A square lattice of cells in vertical stripes, the domains, each with genes of its own; counts are Poisson.
 * Every cell's neighbours are the up to four beside it. For tests that need tissue to learn from in milliseconds.
 */
export function smallTissue({ side = 12, nVars = 20, nDomains = 3, seed = 1 } = {}): SmallTissue {
  const rng = createRng(seed);
  const nObs = side * side;
  const domains = Int32Array.from({ length: nObs }, (_, i) => Math.floor(((i % side) * nDomains) / side));
  const indptr = new Uint32Array(nObs + 1);
  const indices: number[] = [];
  const data: number[] = [];
  for (let i = 0; i < nObs; i++) {
    for (let j = 0; j < nVars; j++) {
      const count = poisson(j % nDomains === domains[i] ? 2.5 : 0.2, rng);
      if (count === 0) continue;
      indices.push(j);
      data.push(count);
    }
    indptr[i + 1] = indices.length;
  }
  const names = (prefix: string, n: number) => Array.from({ length: n }, (_, i) => `${prefix}${i}`);
  const slice: Slice = {
    name: "small tissue",
    nObs,
    nVars,
    X: { indptr, indices: Uint16Array.from(indices), data: Uint8Array.from(data) },
    countState: "counts",
    obsNames: packStrings(names("cell", nObs)),
    varNames: names("gene", nVars),
    spatial: Float32Array.from(
      { length: 2 * nObs },
      (_, c) => 10 * (c % 2 ? Math.floor(c / 2 / side) : (c / 2) % side),
    ),
    unit: { name: "µm", micronsPerUnit: 1, origin: "declared" },
    obs: [{ kind: "categorical", name: "domain", codes: domains, categories: names("domain", nDomains) }],
    section: { codes: new Int8Array(nObs), names: ["small tissue"] },
    provenance: { file: "", format: "simulated", matrix: "X", notes: [] },
  };
  return { slice, graph: lattice(side), domains };
}

function lattice(side: number): SpatialGraph {
  const nNodes = side * side;
  const indptr = new Uint32Array(nNodes + 1);
  const indices: number[] = [];
  for (let i = 0; i < nNodes; i++) {
    const [row, column] = [Math.floor(i / side), i % side];
    if (row > 0) indices.push(i - side);
    if (column > 0) indices.push(i - 1);
    if (column < side - 1) indices.push(i + 1);
    if (row < side - 1) indices.push(i + side);
    indptr[i + 1] = indices.length;
  }
  return {
    nNodes,
    indptr,
    indices: Uint32Array.from(indices),
    distances: new Float32Array(indices.length).fill(10),
  };
}

/** Source: Knuth, TAOCP 2, 3.4.1, by products of uniforms. */
function poisson(mean: number, rng: Rng): number {
  const limit = Math.exp(-mean);
  let product = rng();
  let count = 0;
  while (product > limit) {
    product *= rng();
    count++;
  }
  return count;
}
