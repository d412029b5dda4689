import { createNoise } from "./noise";
import { type CellType, cellType, type Domain, type TissuePlan } from "./tissue-plan";

/** Lower edge of each layer as a share of the depth from the surface. */
const layerEnds = [0.1, 0.33, 0.46, 0.67, 0.86, 1];

const domains: readonly Domain[] = [
  { name: "L1", color: "#999999", density: 0.4 },
  { name: "L2/3", color: "#e69f00", density: 0.9 },
  { name: "L4", color: "#56b4e9", density: 1 },
  { name: "L5", color: "#009e73", density: 0.7 },
  { name: "L6", color: "#d55e00", density: 0.85 },
  { name: "WM", color: "#0072b2", density: 0.6 },
];

// neighbouring layers share most of their types in different shares: one cell seldom tells its layer, ten do
const types: readonly CellType[] = [
  //                                            L1  L2/3   L4   L5   L6   WM
  cellType("Exc-a", "Excitatory", 1.3, [1, 30, 12, 3, 0, 0]),
  cellType("Exc-b", "Excitatory", 1.2, [0, 16, 32, 9, 2, 0]),
  cellType("Exc-c", "Excitatory", 1.4, [0, 6, 14, 24, 8, 0]),
  cellType("Exc-d", "Excitatory", 1.6, [0, 2, 3, 18, 10, 1]),
  cellType("Exc-e", "Excitatory", 1.2, [0, 0, 2, 9, 26, 2]),
  cellType("Exc-f", "Excitatory", 1.1, [0, 0, 0, 3, 15, 4]),
  cellType("Inh-a", "Inhibitory", 1.2, [2, 5, 8, 7, 4, 0]),
  cellType("Inh-b", "Inhibitory", 1.1, [3, 4, 4, 7, 6, 1]),
  cellType("Inh-c", "Inhibitory", 1, [12, 8, 4, 2, 2, 0]),
  cellType("Inh-d", "Inhibitory", 1, [24, 4, 2, 2, 3, 0]),
  cellType("Astrocyte", "Glia", 0.7, [32, 11, 9, 9, 10, 18]),
  cellType("Oligodendrocyte", "Glia", 0.8, [2, 3, 4, 7, 12, 58]),
  cellType("OPC", "Glia", 0.7, [7, 4, 4, 4, 4, 8]),
  cellType("Microglia", "Support", 0.5, [8, 4, 4, 4, 5, 7]),
  cellType("Endothelial", "Support", 0.6, [10, 6, 7, 6, 6, 6]),
];

/** A bent strip of cortex from its surface (depth 0) to the white matter (depth 1). */
export const cortexPlan: TissuePlan = {
  name: "cortex",
  domains,
  types,
  axisName: "depth",
  section(seed, level) {
    const bend = createNoise(seed);
    const surface = createNoise(seed + 1);
    const cut = createNoise(seed + 2);
    const border = createNoise(seed + 3);
    return (x, y, place) => {
      // one centre of curvature far below, bent by slow noise so that no two strips are alike
      const px = x + 0.12 * bend(0.7 * x + 0.6, 0.7 * y + 7.4);
      const py = y + 1.75 + 0.16 * bend(0.8 * x + 31.3, 0.8 * y + 0.5);
      const radius = Math.sqrt(px * px + py * py);
      const angle = Math.atan2(px, py);
      const outer = 2.5 + 0.03 * surface(9 * angle + 0.4, level) + 0.008 * surface(60 * angle, 5);
      const inner = 1.45 + 0.06 * border(4 * angle + 0.3, 3 + level) + 0.015 * cut(30 * angle, 9);
      const depth = (outer - radius) / (outer - inner);
      const edge = 0.46 + 0.03 * cut(5 * radius, Math.sign(angle)) + 0.012 * cut(28 * radius, 4 * Math.sign(angle));
      place.domain = -1;
      place.axis = depth;
      if (depth < 0 || depth >= 1 || Math.abs(angle) > edge) return;

      // layers swell and thin along the strip and meet in a ragged line
      const wave = 0.035 * border(6 * angle + 11, 4 * depth) * depth + 0.02 * level * angle;
      const ragged = depth + wave + 0.012 * border(70 * angle, 45 * depth);
      place.domain = layerEnds.findIndex((end) => ragged < end);
      if (place.domain === -1) place.domain = layerEnds.length - 1;
    };
  },
};
