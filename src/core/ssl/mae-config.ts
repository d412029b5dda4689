import type { MethodInfo } from "./method-info";

export type MaeConfig = {
  /** Share of cells whose expression is hidden at each step, in (0, 1). */
  readonly maskRatio: number;
  /** What stands in place of a hidden cell's expression. */
  readonly maskFill: "zero" | "token";
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
  },
  defaults: { maskRatio: 0.5, maskFill: "token" },
  study: { maskRatio: 0.75, maskFill: "token" },
  cellLoss: "mean squared error",
};
