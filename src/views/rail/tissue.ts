import type { SimulateOptions } from "../../core/simulate/simulate-slice";

/** The options that the page asks for; the others keep their defaults. */
type SimulatedTissue = Required<Pick<SimulateOptions, "tissue" | "nCells" | "nGenes" | "nSections" | "seed">>;

/** The slice that the page opens on. */
export const defaultTissue: SimulatedTissue = {
  tissue: "cortex",
  nCells: 3000,
  nGenes: 200,
  nSections: 1,
  seed: 1,
};
