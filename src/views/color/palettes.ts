import { fromOklch, parseHex, type Rgb, toHex } from "./rgb";

/**
 * Up to eight classes. Source: Okabe & Ito 2008.
 * Differs: their black, invisible on the dark stage, is a grey; orange and blue lead, as most slices have few
 * classes and these two are the safest pair.
 */
const okabeIto = ["#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#0072b2", "#d55e00", "#f0e442", "#6d7178"];

/**
 * Up to twenty classes. Found by maximising the smallest OKLab distance of any two over normal, protan, deutan and
 * tritan vision (Machado et al. 2009, full severity), each at least 3:1 against the dark stage and 1.5:1 against the
 * light one; then ordered so that neighbours in the legend differ most. The test holds both properties.
 */
const twenty = [
  "#e3b1bd",
  "#466883",
  "#75bd61",
  "#e78bda",
  "#0c55e5",
  "#c20865",
  "#fc9002",
  "#cc5af4",
  "#36a8a9",
  "#9338b4",
  "#a08169",
  "#83d7f8",
  "#ea5804",
  "#8367ad",
  "#a0df47",
  "#45b8fd",
  "#f86498",
  "#a54c13",
  "#cdd299",
  "#1f87d8",
];

/** `n` colours as "#rrggbb": Okabe-Ito up to 8, the curated twenty up to 20, beyond that hues and shades in turn. */
export function categoryPalette(n: number): readonly string[] {
  if (n <= okabeIto.length) return okabeIto.slice(0, n);
  if (n <= twenty.length) return twenty.slice(0, n);
  return Array.from({ length: n }, (_, i) => (i < twenty.length ? twenty[i] : generated(i - twenty.length)));
}

/** Colour i beyond the curated ones: the golden angle keeps neighbours apart, three shades keep rounds apart. */
function generated(i: number): string {
  const shades = [
    [0.72, 0.13],
    [0.58, 0.16],
    [0.82, 0.09],
  ];
  const [lightness, chroma] = shades[i % 3];
  return toHex(fromOklch(lightness, chroma, (i * 137.508) % 360));
}

/**
 * Colours of a categorical column: the slice's own where it brings one for every category and all can be read,
 * else the palette for that many classes.
 */
export function categoryColors(nCategories: number, own?: readonly string[]): readonly Rgb[] {
  const usable = own && own.length >= nCategories ? own.slice(0, nCategories).map(parseHex) : null;
  if (usable?.every((rgb) => rgb !== null)) return usable as Rgb[];
  return categoryPalette(nCategories).map((hex) => parseHex(hex) as Rgb);
}
