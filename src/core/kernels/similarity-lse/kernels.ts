/** Names of the two kernels; both take the attributes scale and others (1 or 0). */
export const SIMILARITY = {
  /** (a, b) -> [lse] */
  forward: "LabSimilarityLse",
  /** (a, b, lse, dy) -> [da] */
  gradient: "LabSimilarityLseGradient",
} as const;

/** Every backend reads vectors; the widths of inputs are filled up with zeros to a multiple of this. */
export const LANES = 8;
