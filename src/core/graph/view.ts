/** What of the graph a training step sees; the same words in the page, the command line and the run file. */
export type ViewRecipe =
  /** Everything: one step is one epoch. */
  | { readonly kind: "full" }
  /** The cells within `hops` of each of `batchSize` target cells (ego-nets.ts). */
  | { readonly kind: "ego"; readonly hops: number; readonly batchSize: number }
  /** At most fanOuts[h] neighbours of a cell that lies h hops from a target, drawn anew each epoch (sample-neighbours.ts). */
  | { readonly kind: "sample"; readonly fanOuts: readonly number[]; readonly batchSize: number };
