import type { ObsColumn, Slice } from "../src/core/slice/slice";
import { type SliceSummary, summarize } from "../src/core/slice/summary";

/**
 * The summary of a slice that passes by in chunks and is never whole in memory: positions and labels are gathered,
 * counts only added up.
 */
export function streamedSummary(nObs: number): { add(chunk: Slice): void; result(): SliceSummary } {
  const spatial = new Float32Array(2 * nObs);
  let nnz = 0;
  let totalCounts = 0;
  let seen = 0;
  let like: Slice | undefined;
  let sectionCodes: Slice["section"]["codes"] = new Int8Array(0);
  let obs: ObsColumn[] = [];
  return {
    add(chunk) {
      if (!like) {
        like = chunk;
        sectionCodes = room(chunk.section.codes, nObs);
        obs = chunk.obs.map((column) =>
          column.kind === "categorical"
            ? { ...column, codes: room(column.codes, nObs) }
            : { ...column, values: new Float32Array(nObs) },
        );
      }
      const { data } = chunk.X;
      nnz += data.length;
      for (let e = 0; e < data.length; e++) totalCounts += data[e];
      spatial.set(chunk.spatial, 2 * seen);
      sectionCodes.set(chunk.section.codes, seen);
      chunk.obs.forEach((column, at) => {
        valuesOf(obs[at]).set(valuesOf(column), seen);
      });
      seen += chunk.nObs;
    },
    result() {
      const X: Slice["X"] = { indptr: new Uint32Array(1), indices: new Uint16Array(0), data: new Uint8Array(0) };
      const section = { ...like!.section, codes: sectionCodes };
      return { ...summarize({ ...like!, nObs, X, spatial, section, obs }), nnz, totalCounts };
    },
  };
}

function room<T extends Slice["section"]["codes"]>(codes: T, nObs: number): T {
  return new (codes.constructor as new (n: number) => T)(nObs);
}

function valuesOf(column: ObsColumn): Float32Array | Slice["section"]["codes"] {
  return column.kind === "categorical" ? column.codes : column.values;
}
