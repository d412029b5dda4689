/**
 * @file BGRL: BYOL on graphs, without a projector: the predictor foretells the slow encoder's own output. Views lack edges
 * and whole genes.
 *
 * Source: Thakoor et al. 2022, arXiv:2102.06514, eqs. 1-4; code nerdslab/bgrl.
 * Differs: the predictor's hidden layer has an ELU where the authors' has a PReLU; the momentum does not rise, and there is no
 * warm-up of the learning rate; both views drop at the same rates.
 */
import { type BgrlConfig, bgrlInfo } from "./bgrl-config";
import { bootstrapping } from "./bootstrapping";

export const bgrl = bootstrapping<BgrlConfig>({
  id: "bgrl",
  source: "Thakoor et al. 2022, arXiv:2102.06514, eqs. 1-4; nerdslab/bgrl",
  defaults: bgrlInfo.defaults,
  projector: () => null,
  predictor: ({ encoder: { hidden } }) => ({ widths: [hidden, hidden, hidden], hidden: "elu", end: "bias" }),
});
