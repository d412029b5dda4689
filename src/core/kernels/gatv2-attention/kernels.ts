/**
 * Names of the kernels that GATv2 is made of; `a` is flat, (1, heads * channels). All take the attributes heads,
 * negativeSlope, maxDegree and those of a dropout (key, threshold, scale; threshold 0 drops nothing).
 */
export const GATV2 = {
  /** (indptr, indices, h, g, a) -> [y, lse] */
  forward: "LabGatv2Forward",
  /** (indptr, indices, h, g, a, lse) -> [alpha], before dropout */
  attention: "LabGatv2Attention",
  /** (indptr, indices, h, dy, alpha) -> [ds] */
  scoreGradient: "LabGatv2ScoreGradient",
  /** (indptr, indices, h, g, a, ds) -> [dg, partial sums of the gradient of a, one row per block of rows] */
  targetGradient: "LabGatv2TargetGradient",
  /** transposed (indptr, indices, order, h, g, a, alpha, ds, dy) -> [dh] */
  sourceGradient: "LabGatv2SourceGradient",
} as const;

/** Rows whose share of the gradient of `a` is summed together: fixed, so that threads do not change the order. */
export const BLOCK_ROWS = 64;
