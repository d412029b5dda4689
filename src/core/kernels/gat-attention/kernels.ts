/** Names of the five kernels that graph attention is made of. */
export const GAT = {
  /** (indptr, indices, h, source, target; negativeSlope) -> [y, lse] */
  forward: "LabGatForward",
  /** (indptr, indices, source, target, lse; negativeSlope) -> [alpha] */
  attention: "LabGatAttention",
  /** transposed (indptr, indices, dy, source, target, lse; negativeSlope) -> [dh] */
  featureGradient: "LabGatFeatureGradient",
  /** (indptr, indices, h, dy, source, target, lse; negativeSlope) -> [de] */
  edgeGradient: "LabGatEdgeGradient",
  /** (indptr, values[, order]) -> [sums] */
  edgeSum: "LabEdgeSum",
} as const;
