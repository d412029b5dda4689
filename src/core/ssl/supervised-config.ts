import type { MethodInfo } from "./method-info";

export type SupervisedConfig = {
  /** How much a cell counts: all alike, or so that every class counts alike. */
  readonly classWeights: "none" | "balanced";
  /** Whether another graph layer stands between the encoder and the classifier. */
  readonly headLayer: boolean;
  /** Whether the encoder stays as it was given, and only what stands on it learns. */
  readonly frozen: boolean;
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
    headLayer: {
      label: "Another graph layer",
      words: "Puts one more layer of the backbone between the encoder and the classifier.",
      kind: "flag",
    },
    frozen: {
      label: "Frozen encoder",
      words: "Leaves the encoder as it is: only the classifier and its layer learn. For one that was trained before.",
      kind: "flag",
    },
  },
  defaults: { classWeights: "none", headLayer: false, frozen: false },
  study: { classWeights: "none", headLayer: false, frozen: false },
  cellLoss: "cross-entropy",
  needsLabel: true,
  extraHops: ({ headLayer }) => (headLayer ? 1 : 0),
};
