import type { MethodInfo } from "./method-info";

export type SupervisedConfig = {
  /** How much a cell counts: all alike, or so that every class counts alike. */
  readonly classWeights: "none" | "balanced";
};

export const supervisedInfo: MethodInfo<SupervisedConfig> = {
  name: "Supervised",
  sentence: "The class of every labelled cell is learned from its expression and its neighbours'.",
  fields: {
    classWeights: {
      label: "Classes count",
      words:
        "By their cells, so that frequent classes come first, or all alike, so that rare ones are not passed over.",
      ...{ kind: "choice", options: ["none", "balanced"] },
    },
  },
  defaults: { classWeights: "none" },
  study: { classWeights: "none" },
  cellLoss: "cross-entropy",
  needsLabel: true,
};
