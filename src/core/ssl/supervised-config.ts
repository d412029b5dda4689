import type { MethodInfo } from "./method-info";

export type SupervisedConfig = {
  /** How much a cell counts: all alike, so that every class counts alike, or by the root of that. */
  readonly classWeights: "none" | "root" | "balanced";
  /** Share of genes of each cell, and of each of its neighbours, that read as their mean in a step, drawn at random; in [0, 1). */
  readonly geneDropout: number;
  /** Whether another graph layer stands between the encoder and the classifier. */
  readonly headLayer: boolean;
  /** Share of the learning rate with which a pretrained encoder goes on, in (0, 1]; what stands on it takes the whole. */
  readonly encoderRate: number;
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
        "By their cells, so that frequent classes come first; all alike, so that rare ones are not passed over; or between the two, by the root of these weights.",
      ...{ kind: "choice", options: ["none", "root", "balanced"] },
    },
    geneDropout: {
      label: "Gene dropout",
      words:
        "Share of genes of every cell that read as their mean in a step, drawn at random, so that no class hangs on one gene.",
      ...{ kind: "number", min: 0, max: 0.95, step: 0.05 },
    },
    headLayer: {
      label: "Another graph layer",
      words: "Puts one more layer of the backbone between the encoder and the classifier.",
      kind: "flag",
    },
    encoderRate: {
      label: "Encoder's rate",
      words:
        "Share of the learning rate with which the encoder learns: below 1 so that little is forgotten of what it was taught before.",
      ...{ kind: "number", min: 0.001, max: 1, step: 0.05 },
    },
    frozen: {
      label: "Frozen encoder",
      words: "Leaves the encoder as it is: only the classifier and its layer learn. For one that was trained before.",
      kind: "flag",
    },
  },
  defaults: { classWeights: "none", geneDropout: 0, headLayer: false, encoderRate: 1, frozen: false },
  study: { classWeights: "none", geneDropout: 0, headLayer: false, encoderRate: 1, frozen: false },
  cellLoss: "cross-entropy",
  needsLabel: true,
  extraHops: ({ headLayer }) => (headLayer ? 1 : 0),
};
