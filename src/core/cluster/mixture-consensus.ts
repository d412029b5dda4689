import { LabError } from "../errors";
import { hash32 } from "../random";
import { quiet, type Task } from "../task";
import { consensusClusters } from "./consensus";
import { mixtureClusters } from "./mixture-clusters";

export interface MixtureConsensusOptions {
  readonly n: number;
  readonly d: number;
  readonly k: number;
  /** Numbers of principal components that a mixture each is fitted on; those above d count once, as d. */
  readonly components?: readonly number[];
  /** Starts of each mixture, of which the likeliest is kept. */
  readonly starts?: number;
  readonly seed?: number;
  /** Networks whose embeddings stand side by side in x, each d / networks wide; mixtures are fitted to each. */
  readonly networks?: number;
  /** Mixtures of each size that are fitted to each network, from starts of their own. */
  readonly repeats?: number;
}

/**
 * What Gaussian mixtures on 10, 15, 20 and 30 principal components of an embedding agree on.
 *
 * Why several: a mixture is found from a random start, and which one is the likeliest changes with the number of
 * components; the clusters of a single one moved by .2 of ARI between seeds on the same embedding (docs/search.md). What most
 * of them find moves less.
 *
 * @param x  embedding, shape (n, d), row-major; each network's at most 1,024 wide
 * @throws as mixtureClusters; LabError("range") if d is no multiple of networks
 * Source: mixtures as `mixtureClusters`, joined as `consensusClusters`. Cost: that of the mixtures.
 */
export function mixtureConsensus(
  x: Float32Array,
  { n, d, k, components = [10, 15, 20, 30], starts = 5, seed = 0, networks = 1, repeats = 1 }: MixtureConsensusOptions,
  task: Task = quiet,
): { readonly codes: Int32Array; readonly nClusters: number } {
  const width = d / networks;
  if (!Number.isInteger(width))
    throw new LabError("range", `Consensus: ${networks} embeddings of one width cannot have ${d} columns.`);
  const sizes = [...new Set(components.map((size) => Math.min(size, width)))];
  // how far each mixture is would run from start to end four times
  const silent: Task = {
    progress() {},
    get cancelled() {
      return task.cancelled;
    },
  };
  const partitions: Int32Array[] = [];
  for (let m = 0; m < networks; m++) {
    const own = columns(x, { n, d, from: m * width, width });
    for (let r = 0; r < repeats; r++) {
      const its = r === 0 ? seed : hash32(hash32(seed) + r);
      for (const nComponents of sizes) {
        task.progress(partitions.length, networks * repeats * sizes.length, "fitting Gaussian mixtures");
        partitions.push(mixtureClusters(own, { n, d: width, k, nComponents, starts, seed: its }, silent).codes);
      }
    }
  }
  return consensusClusters(partitions, { k }, task);
}

function columns(
  x: Float32Array,
  { n, d, from, width }: { readonly n: number; readonly d: number; readonly from: number; readonly width: number },
): Float32Array {
  if (width === d) return x;
  const out = new Float32Array(n * width);
  for (let i = 0; i < n; i++) out.set(x.subarray(i * d + from, i * d + from + width), i * width);
  return out;
}
