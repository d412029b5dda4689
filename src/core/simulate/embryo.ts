import { createNoise } from "./noise";
import { alongLine, blend, ellipse } from "./shapes";
import { type CellType, cellType, type Domain, type TissuePlan } from "./tissue-plan";

const domains: readonly Domain[] = [
  { name: "Brain", color: "#56b4e9", density: 1 },
  { name: "Spinal cord", color: "#0072b2", density: 1 },
  { name: "Cartilage", color: "#f0e442", density: 0.6 },
  { name: "Muscle", color: "#d55e00", density: 0.7 },
  { name: "Heart", color: "#cc79a7", density: 0.85 },
  { name: "Lung", color: "#a8dca0", density: 0.65 },
  { name: "Liver", color: "#a0522d", density: 0.95 },
  { name: "Gut", color: "#009e73", density: 0.8 },
  { name: "Kidney", color: "#8470d8", density: 0.9 },
  { name: "Nasal", color: "#e69f00", density: 0.8 },
  { name: "Skin", color: "#e8c9a8", density: 0.9 },
  { name: "Connective", color: "#bbbbbb", density: 0.5 },
];

const types: readonly CellType[] = [
  //                                             Br  SC  Ca  Mu  He  Lu  Li  Gu  Ki  Na  Sk  Co
  cellType("Neuron-a", "Neural", 1.3, [34, 20, 0, 1, 1, 0, 0, 3, 0, 12, 0, 1]),
  cellType("Neuron-b", "Neural", 1.3, [16, 34, 0, 2, 1, 0, 0, 3, 0, 5, 0, 2]),
  cellType("Progenitor", "Neural", 1.1, [26, 12, 0, 0, 0, 0, 0, 1, 0, 10, 0, 0]),
  cellType("Glia", "Neural", 0.8, [12, 20, 1, 2, 1, 0, 0, 3, 1, 5, 2, 2]),
  cellType("Epithelial-a", "Epithelial", 1.2, [0, 0, 0, 0, 0, 26, 2, 34, 14, 22, 8, 1]),
  cellType("Epithelial-b", "Epithelial", 1.1, [0, 0, 0, 0, 1, 12, 3, 12, 38, 8, 6, 1]),
  cellType("Keratinocyte", "Epithelial", 1, [0, 0, 1, 0, 0, 2, 0, 4, 2, 10, 52, 3]),
  cellType("Hepatocyte", "Epithelial", 1.4, [0, 0, 0, 0, 0, 0, 44, 4, 1, 0, 0, 0]),
  cellType("Myocyte-a", "Muscle", 1.2, [0, 0, 2, 46, 16, 2, 0, 2, 1, 1, 2, 8]),
  cellType("Myocyte-b", "Muscle", 1.2, [0, 0, 0, 10, 44, 3, 0, 6, 1, 0, 0, 2]),
  cellType("Smooth muscle", "Muscle", 0.9, [1, 1, 1, 4, 6, 9, 1, 14, 5, 2, 2, 6]),
  cellType("Chondrocyte", "Mesenchyme", 1.1, [0, 1, 56, 4, 0, 2, 0, 0, 0, 8, 1, 8]),
  cellType("Fibroblast-a", "Mesenchyme", 0.9, [2, 3, 20, 14, 8, 14, 2, 8, 8, 9, 14, 36]),
  cellType("Fibroblast-b", "Mesenchyme", 0.9, [1, 1, 10, 6, 6, 12, 3, 6, 14, 4, 7, 18]),
  cellType("Endothelial", "Blood", 0.8, [6, 5, 5, 7, 10, 12, 8, 7, 10, 6, 4, 10]),
  cellType("Erythroblast", "Blood", 1.1, [1, 1, 2, 2, 5, 4, 30, 1, 2, 1, 1, 2]),
  cellType("Macrophage", "Blood", 0.7, [2, 2, 2, 2, 2, 4, 8, 2, 3, 2, 2, 4]),
];

const [Brain, Cord, Cartilage, Muscle, Heart, Lung, Liver, Gut, Kidney, Nasal, Skin, Connective] = domains.keys();

type Line = readonly (readonly [number, number])[];
const back: Line = [
  [0.24, 0.62],
  [0.4, 0.38],
  [0.46, 0.08],
  [0.47, -0.25],
  [0.42, -0.55],
  [0.3, -0.8],
  [0.1, -1.0],
];
const foreLimb: Line = [
  [-0.1, 0.12],
  [-0.42, 0.0],
  [-0.62, 0.1],
];
const hindLimb: Line = [
  [0.05, -0.72],
  [-0.33, -0.72],
  [-0.55, -0.88],
];
const tail: Line = [
  [0.3, -0.85],
  [0.08, -1.08],
  [-0.2, -1.14],
  [-0.42, -1.06],
];

/** A midline section of an embryo that faces left, head up; the axis runs from head (0) to tail (1). */
export const embryoPlan: TissuePlan = {
  name: "embryo",
  domains,
  types,
  axisName: "anterior_posterior",
  section(seed, level) {
    const bend = createNoise(seed);
    const outline = createNoise(seed + 1);
    const ragged = createNoise(seed + 2);
    const swell = 1 - 0.2 * level * level;
    const organs = [
      { domain: Brain, cx: -0.12, cy: 0.82, rx: 0.38, ry: 0.23, turn: 0.12 },
      { domain: Brain, cx: 0.17, cy: 0.66, rx: 0.2, ry: 0.17, turn: -0.6 },
      { domain: Nasal, cx: -0.57, cy: 0.5, rx: 0.15, ry: 0.09, turn: 0.6 },
      { domain: Cartilage, cx: -0.3, cy: 0.54, rx: 0.24, ry: 0.035, turn: 0.15 },
      { domain: Cartilage, cx: -0.42, cy: 0.34, rx: 0.17, ry: 0.03, turn: 0.35 },
      { domain: Heart, cx: -0.12, cy: 0.17, rx: 0.16 * swell, ry: 0.13 * swell, turn: 0.5 },
      { domain: Lung, cx: 0.14, cy: 0.2, rx: 0.12, ry: 0.2 * swell, turn: 0.1 },
      { domain: Lung, cx: 0.04, cy: 0.33, rx: 0.1, ry: 0.09 },
      { domain: Liver, cx: -0.02, cy: -0.14, rx: 0.3 * swell, ry: 0.17, turn: -0.25 },
      { domain: Kidney, cx: 0.27, cy: -0.32, rx: 0.075, ry: 0.12 * swell, turn: -0.1 },
      { domain: Gut, cx: -0.02, cy: -0.5, rx: 0.25, ry: 0.16 * swell, turn: 0.1 },
      { domain: Gut, cx: 0.2, cy: -0.03, rx: 0.08, ry: 0.07 },
    ];
    return (x, y, place) => {
      const px = x + 0.05 * bend(1.6 * x, 1.6 * y) + 0.015 * bend(7 * x + 40, 7 * y);
      const py = y + 0.05 * bend(1.6 * x + 17, 1.6 * y) + 0.015 * bend(7 * x, 7 * y + 40);
      const spine = alongLine(px, py, back);
      const tailAt = alongLine(px, py, tail);
      place.domain = -1;
      place.axis = Math.min(1, Math.max(0, (1.05 - py) / 2.15));

      let skin = ellipse(px, py, { cx: -0.06, cy: 0.74, rx: 0.52, ry: 0.38, turn: 0.1 });
      skin = blend(skin, ellipse(px, py, { cx: -0.5, cy: 0.47, rx: 0.27, ry: 0.17, turn: 0.6 }), 0.1);
      skin = blend(skin, ellipse(px, py, { cx: 0.12, cy: -0.1, rx: 0.46, ry: 0.68 }), 0.12);
      skin = blend(skin, ellipse(px, py, { cx: 0.12, cy: -0.66, rx: 0.4, ry: 0.32 }), 0.12);
      const fore = alongLine(px, py, foreLimb);
      const hind = alongLine(px, py, hindLimb);
      const limbs = Math.min(fore.distance - 0.105 + 0.02 * fore.along, hind.distance - 0.13 + 0.03 * hind.along);
      skin = blend(skin, limbs, 0.05);
      skin = blend(skin, tailAt.distance - 0.13 * (1 - 0.75 * tailAt.along), 0.06);
      skin += 0.012 * outline(7 * px, 7 * py) + 0.006 * outline(25 * px, 25 * py);
      if (skin > 0) return;

      const fray = 0.012 * ragged(30 * px, 30 * py);
      const rib = Math.sin(70 * spine.along) > -0.3;
      const organ = organs.find((shape) => ellipse(px, py, shape) + fray < 0);
      if (skin > -0.026) place.domain = Skin;
      else if (organ !== undefined) place.domain = organ.domain;
      else if (spine.distance + fray < 0.045) place.domain = Cord;
      else if (spine.side < 0 && spine.distance + fray < 0.12 && rib) place.domain = Cartilage;
      else if (spine.side > 0 && spine.distance + fray < 0.13) place.domain = Muscle;
      else if (Math.min(fore.distance, hind.distance) + fray < 0.022) place.domain = Cartilage;
      else if (Math.min(fore.distance, hind.distance) + fray < 0.06 || tailAt.distance + fray < 0.02)
        place.domain = Muscle;
      else place.domain = Connective;
    };
  },
};
