import { LabError } from "../errors";
import { quiet, type Task, throwIfCancelled } from "../task";
import { type NearestNeighbours, nearestNeighbours } from "./knn";

export interface UmapOptions {
  readonly n: number;
  readonly d: number;
  readonly nNeighbours?: number;
  readonly minDist?: number;
  readonly seed?: number;
  /** Passes over all edges; 500 up to 10,000 cells and 200 beyond unless told. */
  readonly epochs?: number;
  /** Neighbours found before (for the clusters), to save the search. */
  readonly knn?: NearestNeighbours;
}

export interface UmapRunOptions {
  /** Epochs between two calls of `onPositions`. */
  readonly every?: number;
  /** Positions so far, shape (n, 2), a copy to keep, and the epoch they are of. */
  readonly onPositions?: (positions: Float32Array, epoch: number) => void;
}

/** A layout in the making. Call `dispose` when done: it holds wasm memory. */
export interface UmapLayout {
  readonly epochs: number;
  readonly epoch: number;
  /** Positions so far, shape (n, 2), a copy. */
  positions(): Float32Array;
  /** Lays out up to `toEpoch`, or to the end; cancelling the task stops within a few epochs and keeps what there is. */
  run(task?: Task, options?: UmapRunOptions, toEpoch?: number): Promise<Float32Array>;
  dispose(): void;
}

/**
 * UMAP of an embedding in two dimensions, laid out step by step so that it can be watched and stopped.
 * The same input and seed give the same positions.
 *
 * @param x            embedding, shape (n, d), row-major
 * @param nNeighbours  2 <= nNeighbours < n, the cell itself counted, as in umap-learn
 * @throws LabError("range") for too few cells or a setting outside its bounds
 * Source: McInnes, Healy & Melville 2018, by embedding-atlas 0.26 (Rust, wasm). Differs: neighbours are ours, exact up to
 *   25,000 cells, so that map and clusters rest on the same graph.
 */
export async function createUmap(
  x: Float32Array,
  { n, d, nNeighbours = 15, minDist = 0.1, seed = 0, epochs = n <= 10_000 ? 500 : 200, knn }: UmapOptions,
  task: Task = quiet,
): Promise<UmapLayout> {
  if (!(nNeighbours >= 2 && nNeighbours < n))
    throw new LabError("range", `UMAP neighbours: expected 2 to ${n - 1} for ${n} cells, got ${nNeighbours}.`);
  if (!(minDist >= 0 && minDist <= 1))
    throw new LabError("range", `UMAP minimum distance: expected 0 to 1, got ${minDist}.`);
  const k = nNeighbours - 1;
  const found = knn && knn.k >= k && knn.n === n ? knn : await nearestNeighbours(x, { n, d, k, seed }, task);
  const { indices, distances } = firstNeighbours(found, k);

  throwIfCancelled(task, "UMAP");
  task.progress(0, epochs, "starting the map");
  // a megabyte of wasm, inside the module: loaded when first needed, never from a network of its own
  const { createUMAPFromKNN } = await import("embedding-atlas/umap");
  const umap = await createUMAPFromKNN(n, 2, indices, distances, { minDist, seed });
  let epoch = 0;
  const positions = (): Float32Array => new Float32Array(umap.embedding);

  return {
    epochs,
    get epoch() {
      return epoch;
    },
    positions,
    async run(runTask = task, { every = 5, onPositions } = {}, toEpoch = epochs) {
      while (epoch < Math.min(toEpoch, epochs)) {
        throwIfCancelled(runTask, "UMAP");
        const steps = Math.min(every, epochs - epoch);
        for (let s = 0; s < steps; s++) {
          // stepping holds the rate flat; UMAP lowers it linearly to nothing
          umap.setParameters({ learningRate: 1 - epoch / epochs });
          await umap.step(1);
          epoch++;
        }
        runTask.progress(epoch, epochs, "laying out the map");
        onPositions?.(positions(), epoch);
      }
      return positions();
    },
    dispose: () => umap.destroy(),
  };
}

/** The k nearest of each row, where more were found. */
function firstNeighbours(knn: NearestNeighbours, k: number): { indices: Int32Array; distances: Float32Array } {
  if (knn.k === k) return knn;
  const indices = new Int32Array(knn.n * k);
  const distances = new Float32Array(knn.n * k);
  for (let i = 0; i < knn.n; i++) {
    indices.set(knn.indices.subarray(i * knn.k, i * knn.k + k), i * k);
    distances.set(knn.distances.subarray(i * knn.k, i * knn.k + k), i * k);
  }
  return { indices, distances };
}
