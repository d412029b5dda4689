import { type MaskKind, maskKinds } from "./mask-kinds";
import type { MethodInfo } from "./method-info";

export type MaeConfig = {
  /** Share of cells whose expression is hidden at each step, in (0, 1). */
  readonly maskRatio: number;
  /** What stands in place of a hidden cell's expression. */
  readonly maskFill: "zero" | "token";
  /** Which cells are hidden: single ones, all of some types, some with their neighbours, or none. */
  readonly mask: MaskKind;
  /** Share of the genes that are hidden of each cell that is not hidden whole, other ones in each; in [0, 1). */
  readonly entryRatio: number;
  /** What the network reads in place of a hidden gene of a cell that is not hidden whole: nothing found, or the gene's mean. */
  readonly entryFill: "zero" | "mean";
  /** What is compared: what was hidden, or everything. */
  readonly errorOn: "hidden" | "all";
};

export const maeInfo: MethodInfo<MaeConfig> = {
  name: "MAE",
  sentence: "Masked expression: all genes of some cells are hidden and rebuilt from their neighbours.",
  fields: {
    maskRatio: {
      label: "Masked share",
      words:
        "Share of cells whose genes are all hidden in a step. The network must rebuild them from their neighbours.",
      ...{ kind: "number", min: 0.01, max: 0.99, step: 0.05 },
    },
    maskFill: {
      label: "Hidden cells as",
      words: "What the network reads in place of a hidden cell: zeros, or a profile that it learns.",
      ...{ kind: "choice", options: ["zero", "token"] },
    },
    mask: {
      label: "Hidden cells are",
      words:
        "Single cells drawn at random; all cells of types drawn at random, for which a label must say the types; cells with all their neighbours; or none, where single genes are hidden.",
      ...{ kind: "choice", options: maskKinds },
    },
    entryRatio: {
      label: "Masked genes",
      words:
        "Share of the genes hidden of each cell that is not hidden whole, other ones in each cell. They are rebuilt from the cell's other genes and its neighbours. Takes longer: every cell is decoded.",
      ...{ kind: "number", min: 0, max: 0.9, step: 0.05 },
    },
    entryFill: {
      label: "Hidden genes as",
      words:
        "What the network reads in place of a masked gene: one that was not found, or the gene's mean over all cells.",
      ...{ kind: "choice", options: ["zero", "mean"] },
    },
    errorOn: {
      label: "Error over",
      words: "What was hidden, as in the paper, or all genes of all cells, as in its published code.",
      ...{ kind: "choice", options: ["hidden", "all"] },
    },
  },
  defaults: { maskRatio: 0.5, maskFill: "token", mask: "cells", entryRatio: 0, entryFill: "zero", errorOn: "hidden" },
  study: { maskRatio: 0.75, maskFill: "token", mask: "cells", entryRatio: 0, entryFill: "zero", errorOn: "hidden" },
  cellLoss: "mean squared error",
  usesLabel: ({ mask }) => mask === "types",
};
