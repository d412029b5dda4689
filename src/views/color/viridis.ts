import type { Rgb } from "./rgb";

// Coefficients of t^0 .. t^6 for red, green, blue.
const coefficients = [
  [0.2777273272234177, 0.005407344544966578, 0.3340998053353061],
  [0.1050930431085774, 1.404613529898575, 1.384590162594685],
  [-0.3308618287255563, 0.214847559468213, 0.09509516302823659],
  [-4.634230498983486, -5.799100973351585, -19.33244095627987],
  [6.228269936347081, 14.17993336680509, 56.69055260068105],
  [4.776384997670288, -13.74514537774601, -65.35303263337234],
  [-5.435455855934631, 4.645852612178535, 26.3124352495832],
];

/**
 * The viridis ramp at t in [0, 1].
 * Source: van der Walt & Smith 2015 (CC0), as the sixth-degree fit of M. Zucker 2018 (CC0); within 0.02 per channel.
 */
export function viridis(t: number): Rgb {
  const rgb = [0, 0, 0];
  for (let channel = 0; channel < 3; channel++) {
    let value = 0;
    for (let power = coefficients.length - 1; power >= 0; power--) value = value * t + coefficients[power][channel];
    rgb[channel] = 255 * Math.min(1, Math.max(0, value));
  }
  return [rgb[0], rgb[1], rgb[2]];
}
