/**
 * Names of the kernels that follow a convolution. `coefficients` is (4, channels), row by row mean, scale, shift and
 * deviation⁻¹, for z = (x - mean) scale + shift. Attributes: nValid (rows behind are padding), firstRow (of the whole, for
 * the dropout mask), elu (1 or 0), and a dropout's key, threshold and scale (threshold 0 drops nothing).
 */
export const TAIL = {
  /** (x), nValid -> [mean, variance], each (1, channels) */
  moments: "LabColumnMoments",
  /** (x), nValid -> [sums], (1, channels) */
  sums: "LabColumnSums",
  /** (mean, variance, weight, bias) of a norm, or (bias), or nothing; channels, epsilon -> [coefficients] */
  coefficients: "LabTailCoefficients",
  /** (x, coefficients[, skip]) -> [y] */
  forward: "LabTailForward",
  /** (x, coefficients, dy) -> [Σ dz, Σ dz x̂], each (channels,) */
  gradientSums: "LabTailGradientSums",
  /** (x, coefficients, dy, sumDz, sumDzNormal), nNormed (rows that the sums go over; 0: constant statistics) -> [dx] */
  gradient: "LabTailGradient",
  /** (x, coefficients, dy), nNormed -> [dx, Σ dz, Σ dz x̂]: both at once, where dz can be kept between the two (not on WebGPU) */
  backward: "LabTailBackward",
} as const;

/** Rows summed one after the other; the sums of such blocks are then added in order. Fixed, so that threads change no bit. */
export const BLOCK_ROWS = 64;
