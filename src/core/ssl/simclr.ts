/**
 * @file SimCLR: two views of a cell are drawn together and pushed away from both views of every other cell of the batch.
 *
 * Source: Chen et al. 2020, arXiv:2002.05709, alg. 1; temperature and widths of the study (docs/methods.md).
 * Differs: views of a graph's cells instead of images. Neighbours share most of what they hear, so that a cell's
 * neighbours are negatives that look alike. The last layer of the projector has a bias and no batch norm, as in the paper's
 * text; the authors' code norms it as well.
 */
import { jointEmbedding } from "./joint-embedding";
import { ntXent } from "./losses/nt-xent";
import { type SimclrConfig, simclrInfo } from "./simclr-config";

export const simclr = jointEmbedding<SimclrConfig>({
  id: "simclr",
  source: "Chen et al. 2020, arXiv:2002.05709, alg. 1",
  defaults: simclrInfo.defaults,
  projector: ({ encoder: { hidden }, config }) => ({
    widths: [hidden, hidden, config.projection],
    hidden: "norm relu",
    end: "bias",
  }),
  loss: ntXent,
});
