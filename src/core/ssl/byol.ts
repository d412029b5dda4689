/**
 * @file BYOL: from one view of a cell, what a slow copy of the network makes of the other view is foretold.
 *
 * Source: Grill et al. 2020, arXiv:2006.07733, eqs. 1-3.
 * Differs: the momentum stays what it is set to, where the paper raises it to 1 along a cosine; the slow network normalises by
 * the batch also when a cell's loss is shown; the projector's last layer has no bias, which the predictor's norm would
 * subtract.
 */
import { bootstrapping } from "./bootstrapping";
import { type ByolConfig, byolInfo } from "./byol-config";

export const byol = bootstrapping<ByolConfig>({
  id: "byol",
  source: "Grill et al. 2020, arXiv:2006.07733, eqs. 1-3",
  defaults: byolInfo.defaults,
  projector: ({ encoder: { hidden }, config: { projection } }) => ({
    ...{ widths: [hidden, hidden, projection], hidden: "norm relu", end: "nothing" },
  }),
  predictor: ({ encoder: { hidden }, config: { projection } }) => ({
    ...{ widths: [projection, hidden, projection], hidden: "norm relu", end: "bias" },
  }),
});
