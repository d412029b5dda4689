import { createNoise } from "./noise";
import { blend, ellipse } from "./shapes";
import { type CellType, cellType, type Domain, type TissuePlan } from "./tissue-plan";

const domains: readonly Domain[] = [
  { name: "V3", color: "#9467bd", density: 1 },
  { name: "Pe", color: "#f0e442", density: 0.9 },
  { name: "MPN", color: "#d55e00", density: 0.95 },
  { name: "MPA", color: "#56b4e9", density: 0.7 },
  { name: "PVN", color: "#cc79a7", density: 1 },
  { name: "BNST", color: "#009e73", density: 0.8 },
  { name: "LPO", color: "#999999", density: 0.5 },
  { name: "PVT", color: "#e69f00", density: 0.85 },
  { name: "Tracts", color: "#0072b2", density: 0.55 },
];

// nuclei differ in their shares of neurons, not in having types of their own
const types: readonly CellType[] = [
  //                                             V3  Pe  MPN MPA PVN BNST LPO PVT Tracts
  cellType("Inh-a", "Inhibitory", 1.1, [2, 8, 26, 11, 3, 6, 8, 1, 1]),
  cellType("Inh-b", "Inhibitory", 1.1, [1, 6, 15, 16, 3, 12, 8, 1, 1]),
  cellType("Inh-c", "Inhibitory", 1, [2, 14, 7, 12, 4, 5, 9, 2, 1]),
  cellType("Inh-d", "Inhibitory", 1.2, [1, 4, 5, 8, 4, 24, 7, 1, 1]),
  cellType("Inh-e", "Inhibitory", 1.2, [0, 3, 2, 6, 3, 15, 10, 1, 1]),
  cellType("Exc-a", "Excitatory", 1.3, [1, 6, 11, 9, 7, 3, 5, 4, 1]),
  cellType("Exc-b", "Excitatory", 1.4, [1, 9, 4, 5, 28, 2, 4, 9, 1]),
  cellType("Exc-c", "Excitatory", 1.3, [0, 3, 3, 5, 11, 3, 4, 32, 1]),
  cellType("Exc-d", "Excitatory", 1.2, [0, 2, 3, 4, 4, 3, 8, 14, 1]),
  cellType("Ependymal", "Glia", 0.9, [62, 8, 0, 0, 1, 0, 0, 2, 0]),
  cellType("Astrocyte", "Glia", 0.7, [14, 14, 9, 10, 11, 10, 12, 13, 16]),
  cellType("Oligodendrocyte", "Glia", 0.8, [3, 3, 4, 6, 5, 7, 14, 6, 56]),
  cellType("OPC", "Glia", 0.7, [3, 4, 4, 4, 4, 4, 5, 4, 9]),
  cellType("Microglia", "Support", 0.5, [3, 3, 3, 3, 4, 3, 4, 4, 6]),
  cellType("Endothelial", "Support", 0.6, [6, 8, 5, 6, 9, 6, 6, 7, 6]),
];

const [V3, Pe, MPN, MPA, PVN, BNST, LPO, PVT, Tracts] = domains.keys();

/** A section across the preoptic region: the same nuclei left and right of the third ventricle, which holds no cells. */
export const hypothalamusPlan: TissuePlan = {
  name: "hypothalamus",
  domains,
  types,
  axisName: "mediolateral",
  section(seed, level) {
    const bend = createNoise(seed);
    const outline = createNoise(seed + 1);
    const ragged = createNoise(seed + 2);
    // serial sections: the middle one shows the nuclei at their largest
    const swell = 1 - 0.28 * level * level;
    const nuclei = [
      { domain: Tracts, cx: 0.36, cy: 0.12, rx: 0.085, ry: 0.1 },
      { domain: Tracts, cx: 0.3, cy: 0.66 + 0.03 * level, rx: 0.42, ry: 0.06, turn: -0.12 },
      { domain: PVN, cx: 0.14, cy: 0.32, rx: 0.11 * swell, ry: 0.17 * swell, turn: 0.25 },
      { domain: MPN, cx: 0.23, cy: -0.32, rx: 0.16 * swell, ry: 0.29 * swell, turn: 0.15 },
      { domain: BNST, cx: 0.52, cy: 0.42, rx: 0.22 * swell, ry: 0.21 * swell, turn: 0.3 },
      { domain: PVT, cx: 0, cy: 0.86, rx: 0.25 * swell, ry: 0.14 },
    ];
    return (x, y, place) => {
      const across = x + 0.05 * bend(1.5 * x, 1.5 * y) + 0.015 * bend(6 * x + 40, 6 * y);
      const up = y + 0.05 * bend(1.5 * x + 17, 1.5 * y) + 0.015 * bend(6 * x, 6 * y + 40);
      const lateral = Math.abs(across);
      place.domain = -1;
      place.axis = Math.min(1, lateral / 0.95);

      const body = blend(
        ellipse(lateral, up, { cx: 0.2, cy: 0, rx: 0.78, ry: 0.95 }),
        ellipse(lateral, up, { cx: 0.12, cy: 0.72, rx: 0.52, ry: 0.34 }),
        0.2,
      );
      const chiasm = ellipse(across, up, { cx: 0, cy: -1.02, rx: 0.3, ry: 0.14 });
      const rim = 0.025 * outline(5 * across, 5 * up) + 0.01 * outline(22 * across, 22 * up);
      if (body + rim > 0 || chiasm < 0.02) return;

      const slit = ellipse(across, up, { cx: 0, cy: -0.12, rx: 0.035 + 0.015 * up, ry: 0.62 });
      if (slit < 0) return;
      const fray = 0.012 * ragged(35 * across, 35 * up);
      if (slit + fray < 0.028) place.domain = V3;
      else {
        const nucleus = nuclei.find((shape) => ellipse(lateral, up, shape) + fray < 0);
        if (nucleus !== undefined) place.domain = nucleus.domain;
        else if (slit + fray < 0.1) place.domain = Pe;
        else place.domain = lateral + 0.15 * up + fray < 0.56 ? MPA : LPO;
      }
    };
  },
};
