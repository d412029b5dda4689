/**
 * @file Barlow Twins: the cross-correlation of two views' channels is drawn to the identity, so that views agree and channels
 * do not repeat each other.
 *
 * Source: Zbontar et al. 2021, arXiv:2103.03230, eqs. 1-2; code facebookresearch/barlowtwins.
 * Differs: the projector is as wide as the encoder, where the authors' has 8,192 channels. λ is therefore 0.02 unless told,
 * about 1 / channels; the preset `study` has the authors' 0.005, with which 64 channels are hardly decorrelated.
 */
import { type BarlowTwinsConfig, barlowTwinsInfo } from "./barlow-twins-config";
import { jointEmbedding } from "./joint-embedding";
import { barlowTwins as barlowTwinsLoss } from "./losses/barlow-twins";

export const barlowTwins = jointEmbedding<BarlowTwinsConfig>({
  id: "barlow-twins",
  source: "Zbontar et al. 2021, arXiv:2103.03230, eqs. 1-2",
  defaults: barlowTwinsInfo.defaults,
  // the loss norms what comes out, so that a bias would cancel
  projector: ({ encoder: { hidden }, config }) => ({
    ...{ widths: [hidden, hidden, hidden, config.projection], hidden: "norm relu", end: "nothing" },
  }),
  loss: barlowTwinsLoss,
});
