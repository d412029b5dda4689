/**
 * @file GRACE: SimCLR on graphs: two views that lack edges and whole genes, cells told apart within and between them.
 *
 * Source: Zhu et al. 2020, arXiv:2006.04131, eqs. 1-2; code CRIPAC-DIG/GRACE.
 * Differs: both views drop at the same rates, where the authors tune each.
 */
import { type GraceConfig, graceInfo } from "./grace-config";
import { jointEmbedding } from "./joint-embedding";
import { grace as graceLoss } from "./losses/grace";

export const grace = jointEmbedding<GraceConfig>({
  id: "grace",
  source: "Zhu et al. 2020, arXiv:2006.04131, eqs. 1-2; CRIPAC-DIG/GRACE",
  defaults: graceInfo.defaults,
  projector: ({ encoder: { hidden }, config }) => ({
    ...{ widths: [hidden, config.projection, hidden], hidden: "elu", end: "bias" },
  }),
  loss: graceLoss,
});
