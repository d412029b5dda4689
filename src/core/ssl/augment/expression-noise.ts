import type { ExpressionView } from "../../kernels/expression";
import type { TwoViewsConfig } from "../two-views-config";

type Noise = Pick<TwoViewsConfig, "geneDropout" | "perGene" | "noise" | "countNoise">;

/**
 * Gene dropout, normal noise on expressed genes, and counts drawn anew, each where it is asked for. The draws are made in
 * the product with the first weight (kernels/expression): no tensor is held.
 *
 * @param seed  32-bit; a new one for every step and view
 * Source: Gaussian noise and dropout as in the study; count noise after Richter et al. 2024 (ssl_in_scg), which adds
 *   negative-binomial noise.
 */
export function expressionNoise({ geneDropout, perGene, noise, countNoise }: Noise, seed: number): ExpressionView {
  return {
    seed,
    ...(geneDropout > 0
      ? { geneDropout: { rate: geneDropout, per: perGene ? ("gene" as const) : ("entry" as const) } }
      : {}),
    ...(noise > 0 ? { noise: { deviation: noise, on: "expressed" as const } } : {}),
    ...(countNoise > 0 ? { countNoise: { overdispersion: countNoise } } : {}),
  };
}
