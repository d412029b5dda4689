import { alignTo } from "../preprocess/align-scores";
import { pca, project } from "../preprocess/pca";

/** One moment of an embedding: what the tissue is coloured by and where cells stand on the plane. */
export interface EmbeddingFrame {
  readonly colors: Uint8Array; // (n, 3), sRGB
  readonly plane: Float32Array; // (n, 2), the first two axes, spread about 1
  /** First three principal components, each of spread 1, turned onto the earlier frame, shape (n, 3). */
  readonly scores: Float32Array;
}

/**
 * Colours cells by an embedding: cells that lie close get colours that look close. Three principal components, freed of
 * their differing spread, become green-red, blue-yellow and lightness; the lightness stays in a band that reads on
 * dark and on light ground.
 *
 * @param x         embedding, shape (n, d), row-major, 1 <= d <= 512
 * @param previous  the frame before; axes are turned onto it so that colours drift instead of jump
 * Cost: under 20,000 cells O(n d^2); beyond that the axes come from a sample and the rest is O(n d).
 */
export function embeddingColors(
  x: Float32Array,
  { n, d, previous }: { n: number; d: number; previous?: EmbeddingFrame | null },
): EmbeddingFrame {
  const scores = whitenedScores(x, n, d);
  const steady = previous && previous.scores.length === scores.length ? alignTo(scores, previous.scores, 3) : scores;

  const axes = [0, 1, 2].map((c) => robustScale(steady, n, c));
  const colors = new Uint8Array(3 * n);
  const plane = new Float32Array(2 * n);
  for (let i = 0; i < n; i++) {
    const [u, v, w] = axes.map(({ low, high }, c) =>
      Math.min(1, Math.max(0, (steady[3 * i + c] - low) / (high - low))),
    );
    writeOklab(colors, 3 * i, 0.56 + 0.26 * w, 0.3 * (u - 0.5), 0.3 * (v - 0.5));
    plane[2 * i] = steady[3 * i];
    plane[2 * i + 1] = steady[3 * i + 1];
  }
  return { colors, plane, scores: steady };
}

/** Cells the axes and ranges are taken from. */
const sampleSize = 20_000;

function whitenedScores(x: Float32Array, n: number, d: number): Float32Array {
  const scores = new Float32Array(3 * n);
  if (n < 2) return scores;
  const nComponents = Math.min(3, d);
  const fit = pca(x, { n, d, nComponents, fitRows: sampleSize });
  const raw = project(fit, x, n);
  for (let c = 0; c < nComponents; c++) {
    // an axis with nothing on it stays grey instead of showing rounding
    const scale = fit.varianceRatio[c] > 1e-9 ? 1 / Math.sqrt(fit.variance[c]) : 0;
    for (let i = 0; i < n; i++) scores[3 * i + c] = scale * raw[i * nComponents + c];
  }
  return scores;
}

/** The 2nd and 98th percentile: a few stray cells must not take the whole range. */
function robustScale(scores: Float32Array, n: number, axis: number): { low: number; high: number } {
  const step = Math.max(1, Math.floor(n / sampleSize));
  const sorted = Float32Array.from({ length: Math.ceil(n / step) }, (_, r) => scores[3 * r * step + axis]).sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const low = at(0.02);
  const high = at(0.98);
  if (high > low) return { low, high };
  return { low: low - 1, high: low + 1 };
}

/**
 * Writes a colour given in OKLab; what lies outside sRGB loses chroma, not lightness or hue.
 * Source: Ottosson 2020, "A perceptual color space for image processing".
 */
function writeOklab(out: Uint8Array, at: number, lightness: number, a: number, b: number): void {
  for (let chroma = 1; ; chroma -= 0.1) {
    const l = (lightness + chroma * (0.3963377774 * a + 0.2158037573 * b)) ** 3;
    const m = (lightness - chroma * (0.1055613458 * a + 0.0638541728 * b)) ** 3;
    const s = (lightness - chroma * (0.0894841775 * a + 1.291485548 * b)) ** 3;
    const red = 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s;
    const green = -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s;
    const blue = -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s;
    const inside = Math.min(red, green, blue) >= 0 && Math.max(red, green, blue) <= 1;
    if (!inside && chroma > 0.05) continue;
    out[at] = gamma(red);
    out[at + 1] = gamma(green);
    out[at + 2] = gamma(blue);
    return;
  }
}

/** Linear light in [0, 1] as an sRGB byte. */
function gamma(linear: number): number {
  const v = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.min(1, Math.max(0, v)));
}
