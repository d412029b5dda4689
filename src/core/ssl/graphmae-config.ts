import type { MethodInfo } from "./method-info";

export type GraphmaeConfig = {
  /** Share of cells that are hidden and rebuilt, in (0, 1). */
  readonly maskRatio: number;
  /** Share of the hidden cells that show another cell's expression instead of the token. */
  readonly replaceRate: number;
  /** γ of the scaled cosine error. */
  readonly gamma: number;
};

const values: GraphmaeConfig = { maskRatio: 0.5, replaceRate: 0.1, gamma: 2 };

export const graphmaeInfo: MethodInfo<GraphmaeConfig> = {
  name: "GraphMAE",
  sentence:
    "Hidden cells are rebuilt by a second graph layer from the codes of cells that were seen; the direction of expression counts.",
  fields: {
    maskRatio: {
      label: "Masked share",
      words:
        "Share of cells whose genes are all hidden in a step. The network must rebuild them from their neighbours.",
      ...{ kind: "number", min: 0.01, max: 0.99, step: 0.05 },
    },
    replaceRate: {
      label: "Replaced share",
      words: "Share of the hidden cells that show another cell's expression instead of the learned profile.",
      ...{ kind: "number", min: 0, max: 0.9, step: 0.05 },
    },
    gamma: {
      label: "Error power",
      words: "The larger, the less cells count that are rebuilt well already.",
      ...{ kind: "number", min: 1, max: 10, step: 0.5 },
    },
  },
  defaults: values,
  study: values,
  cellLoss: "scaled cosine error",
  extraHops: () => 1,
};
