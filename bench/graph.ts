import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { delaunayGraph } from "../src/core/graph/delaunay";
import { knnGraph } from "../src/core/graph/knn";
import { radiusGraph } from "../src/core/graph/radius";
import { createRng, shuffle } from "../src/core/random";
import { createSimulation } from "../src/core/simulate/simulation";
import {
  type BenchOptions,
  type BenchResult,
  chosen,
  inFreshProcess,
  type Measured,
  machine,
  measure,
  peer,
  progress,
  row,
  withFolder,
} from "./harness";

type Kind = "knn6" | "radius40" | "delaunay";

const LARGE = 4_000_000;
const MOSTA = 121_767;

/**
 * Building graphs on one core beside scikit-learn's k-d tree on all and SciPy's Delaunay, and beside squidpy, which calls
 * them and makes two matrices; from the same file of points, cells of a simulated embryo in random order. Every side
 * ends with a sparse matrix of distances; the number of edges is compared.
 */
export default function bench(options: BenchOptions): BenchResult {
  const { quick } = options;
  const all: [string, Kind, number][] = quick
    ? [
        ["kNN k=6, 20,000 points", "knn6", 20_000],
        ["radius 40 µm, 20,000 points", "radius40", 20_000],
        ["Delaunay, 20,000 points", "delaunay", 20_000],
      ]
    : [
        ["kNN k=6, 121,767 points", "knn6", MOSTA],
        ["radius 40 µm, 121,767 points", "radius40", MOSTA],
        ["Delaunay, 121,767 points", "delaunay", MOSTA],
        ["kNN k=6, 4,000,000 points", "knn6", LARGE],
      ];
  const cases = chosen(all, ([name]) => name, options);
  const repeats = quick ? 1 : 5;
  return withFolder((folder) => {
    const fileOf = new Map<number, string>();
    const rows = cases.flatMap(([name, kind, n]) => {
      progress(name);
      if (!fileOf.has(n)) fileOf.set(n, writePoints(folder, n));
      const file = fileOf.get(n)!;
      const ours = inFreshProcess(import.meta.url, "measureOurs", { kind, file, repeats });
      const plain = kind === "delaunay" ? "SciPy" : "scikit-learn";
      return [
        row(`${name}, ${plain}`, ours, peer("graph.py", [kind, file, String(repeats)])),
        row(`${name}, squidpy`, ours, peer("graph.py", [`squidpy_${kind}`, file, String(repeats)], "squidpy")),
      ];
    });
    return { name: "graph", machine: machine(), rows };
  });
}

/** One case, in the process it is called in. */
export function measureOurs({ kind, file, repeats }: { kind: Kind; file: string; repeats: number }): Measured {
  const bytes = readFileSync(file);
  const positions = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const build: Record<Kind, () => { indices: Uint32Array }> = {
    knn6: () => knnGraph(positions, { k: 6 }),
    radius40: () => radiusGraph(positions, { radiusMicrons: 40 }),
    delaunay: () => delaunayGraph(positions, { maxEdgeMicrons: null }),
  };
  return measure(repeats, () => build[kind]().indices.length);
}

function writePoints(folder: string, n: number): string {
  const { cells } = createSimulation({ tissue: "embryo", nCells: n, nGenes: 10 });
  const order = shuffle(
    Uint32Array.from({ length: n }, (_, i) => i),
    createRng(1),
  );
  const points = new Float32Array(2 * n);
  order.forEach((cell, i) => {
    points.set(cells.spatial.subarray(2 * cell, 2 * cell + 2), 2 * i);
  });
  const file = join(folder, `${n}.f32`);
  writeFileSync(file, points);
  return file;
}
