import { deriveRng, hash32, shuffle } from "../random";
import { type Block, cutBlock } from "./blocks";
import type { Csr } from "./csr";
import { mergedEgoNets, separateEgoNets } from "./ego-nets";
import { createExpansion, type Expansion } from "./expansion";
import { paddedSize } from "./padded-size";
import { sampleNeighbours } from "./sample-neighbours";
import type { ViewRecipe } from "./view";

/** What one step trains on: target cells, and all that reaches them. Plain arrays, each in a buffer of its own. */
export interface SubGraph {
  /** The cell behind each row that the first layer reads, targets first; -1 is padding. */
  readonly cells: Int32Array;
  /** The leading rows of `cells` that are cells, and those of them that are targets. */
  readonly nCells: number;
  readonly nTargets: number;
  /** One for each layer, the first layer's first; the rows of one are the columns of the next. */
  readonly blocks: readonly Block[];
}

/** Cuts the sub-graphs of a run, in any order: each follows from the seed, its epoch and its number alone. */
export interface SubGraphs {
  /** Sub-graphs in an epoch, in which every target is one once. */
  readonly nBatches: number;
  cut(epoch: number, batch: number): SubGraph;
}

export interface SubGraphOptions {
  readonly view: Exclude<ViewRecipe, { kind: "full" }>;
  readonly layers: number;
  readonly seed: number;
  /** The cells that are targets, each once; all cells unless given. */
  readonly targets?: Uint32Array;
}

/**
 * @param matrix  what the backbone's convolution reads of the full graph, shape (nNodes, nNodes)
 * Cost: 12 bytes a cell of scratch, shared by all sub-graphs; each takes time in proportion to its own entries.
 */
export function createSubGraphs(matrix: Csr, { view, layers, seed, targets: among }: SubGraphOptions): SubGraphs {
  const { batchSize } = view;
  const expansion = createExpansion(matrix, view.kind === "sample" ? layers : 1);
  const targetCells = among ?? Uint32Array.from({ length: matrix.nRows }, (_, i) => i);
  const orderOf = targetOrder(targetCells, seed);
  return {
    nBatches: Math.ceil(targetCells.length / batchSize),
    cut(epoch, batch) {
      const targets = orderOf(epoch).subarray(batch * batchSize, (batch + 1) * batchSize);
      if (view.kind === "sample") {
        sampleNeighbours(expansion, targets, { fanOuts: fanOutsOf(view.fanOuts, layers), seed, epoch });
      } else if (view.hops >= layers) mergedEgoNets(expansion, targets, layers);
      else separateEgoNets(expansion, targets, view.hops);
      return subGraph(expansion, targets.length, layers);
    },
  };
}

/** One fan-out a layer: the last one given stands for those that are missing. */
function fanOutsOf(fanOuts: readonly number[], layers: number): number[] {
  return Array.from({ length: layers }, (_, h) => fanOuts[Math.min(h, fanOuts.length - 1)]);
}

function subGraph(expansion: Expansion, nTargets: number, layers: number): SubGraph {
  const { sizes, nCells } = expansion;
  const reach = sizes.length - 1;
  const blocks = Array.from({ length: layers }, (_, layer) => {
    const hops = layers - layer; // from a target to what this layer reads
    const rows = expansion.rows[Math.min(hops, expansion.rows.length) - 1];
    return cutBlock(rows, sizes[Math.min(hops - 1, reach)], sizes[Math.min(hops, reach)]);
  });
  const cells = new Int32Array(paddedSize(nCells)).fill(-1);
  cells.set(expansion.cells.subarray(0, nCells));
  return { cells, nCells, nTargets, blocks };
}

/** The targets in an order drawn for each epoch. */
function targetOrder(targets: Uint32Array, seed: number): (epoch: number) => Uint32Array {
  const order = new Uint32Array(targets.length);
  let drawn = -1;
  return (epoch) => {
    if (drawn !== epoch) {
      order.set(targets);
      shuffle(order, deriveRng(hash32(seed ^ 0x6f726472), epoch));
      drawn = epoch;
    }
    return order;
  };
}
