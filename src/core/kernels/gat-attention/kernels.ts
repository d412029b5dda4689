/**
 * Names of the five kernels that graph attention is made of. Forward and gradients take the attributes of a dropout too
 * (key, threshold, scale; threshold 0 drops nothing); where it drops, the feature gradient has the input `order`.
 */
export const GAT = {
  /** (indptr, indices, h, source, target; negativeSlope) -> [y, lse] */
  forward: "LabGatForward",
  /** (indptr, indices, source, target, lse; negativeSlope) -> [alpha] */
  attention: "LabGatAttention",
  /** transposed (indptr, indices, dy, source, target, lse[, order]; negativeSlope) -> [dh] */
  featureGradient: "LabGatFeatureGradient",
  /** (indptr, indices, h, dy, source, target, lse; negativeSlope) -> [de] */
  edgeGradient: "LabGatEdgeGradient",
  /** (indptr, values[, order]) -> [sums] */
  edgeSum: "LabEdgeSum",
} as const;
