import type { Csr } from "../graph/csr";
import { createSubGraphs, type SubGraph } from "../graph/sub-graphs";
import type { ViewRecipe } from "../graph/view";
import type { Backbone } from "../nn/encoder-spec";
import { methodCatalog } from "../ssl/catalog";
import type { MethodInfo } from "../ssl/method-info";
import type { RunRecipe } from "./recipe";

/** What sub-graphs follow from, beside the graph. */
export interface BatchRecipe {
  readonly view: Exclude<ViewRecipe, { kind: "full" }>;
  readonly backbone: Backbone;
  /** Of the encoder, and those that the method reads beside it. */
  readonly layers: number;
  readonly seed: number;
  /** The cells that are targets; all where it is not there. */
  readonly targets?: Uint32Array;
}

/** Where a run's sub-graphs come from: this thread, or another one that is ahead. */
export interface BatchSource {
  /** The sub-graph of that number in that epoch; its arrays are the caller's. */
  at(epoch: number, batch: number): SubGraph | Promise<SubGraph>;
}

/**
 * The part of a recipe that sub-graphs follow from; null for the full graph.
 * @param targets  the cells that the loss may be taken of; null for all
 */
export function batchRecipe(recipe: RunRecipe, targets: Uint32Array | null = null): BatchRecipe | null {
  const { view, backbone, seed } = recipe;
  if (view.kind === "full") return null;
  return { view, backbone, layers: layersRead(recipe), seed, ...(targets && { targets }) };
}

/** Layers of the graph that a step reads: the encoder's, and those that the method has beside it. */
export function layersRead({ method, config, encoder }: Pick<RunRecipe, "method" | "config" | "encoder">): number {
  const info: MethodInfo = methodCatalog[method];
  return encoder.layers + (info.extraHops?.(config) ?? 0);
}

/** Steps in an epoch, in which every target is one once. */
export function batchesPerEpoch(view: ViewRecipe, nTargets: number): number {
  return view.kind === "full" ? 1 : Math.ceil(nTargets / view.batchSize);
}

/**
 * Cuts each sub-graph here, when it is asked for.
 * @param matrix  the full graph's convolution matrix for the recipe's backbone
 */
export function batchesOf(matrix: Csr, recipe: BatchRecipe): BatchSource {
  return { at: createSubGraphs(matrix, recipe).cut };
}

/** Sub-graphs that are made elsewhere: while one is trained on, the next `depth` are on their way. */
export function batchesAhead(
  fetch: (epoch: number, batch: number) => Promise<SubGraph>,
  { nBatches, depth = 2 }: { nBatches: number; depth?: number },
): BatchSource {
  let waiting = new Map<number, Promise<SubGraph>>();
  return {
    at(epoch, batch) {
      const first = epoch * nBatches + batch;
      const next = new Map<number, Promise<SubGraph>>();
      for (let n = first; n <= first + depth; n++) {
        const coming = waiting.get(n) ?? fetch(Math.floor(n / nBatches), n % nBatches);
        coming.catch(() => {}); // told to whoever asks for it; nobody may
        next.set(n, coming);
      }
      const wanted = next.get(first) as Promise<SubGraph>;
      next.delete(first); // its arrays are given away
      waiting = next;
      return wanted;
    },
  };
}
