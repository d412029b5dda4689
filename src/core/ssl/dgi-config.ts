import type { MethodInfo } from "./method-info";

/** There is nothing to set. */
export type DgiConfig = Record<never, never>;

export const dgiInfo: MethodInfo<DgiConfig> = {
  name: "DGI",
  sentence:
    "Cells of the tissue are told, by a summary of the tissue, from cells whose expression was shuffled among places.",
  fields: {},
  defaults: {},
  study: {},
  cellLoss: "−log of being at its place",
};
