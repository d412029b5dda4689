export type Backbone = "gcn" | "sage" | "gat";

export interface EncoderOptions {
  readonly layers: number;
  /** Width of every layer and of the embedding; all heads together. */
  readonly hidden: number;
  /** Attention heads of a GAT; each is hidden / heads wide. Other backbones ignore it. */
  readonly heads: number;
  /** Normalises every layer's output but the last one's. */
  readonly batchNorm: boolean;
  /** Share of activations set to zero between layers while training. */
  readonly dropout: number;
  /** Adds a layer's input to its output, from the second layer on. */
  readonly skip: boolean;
}

export interface EncoderSpec extends EncoderOptions {
  readonly backbone: Backbone;
  readonly nVars: number;
}

/** Batch norm stands between layers; the embedding keeps the scale that the method gave it. */
export function isNormed({ batchNorm, layers }: EncoderSpec, layer: number): boolean {
  return batchNorm && layer < layers - 1;
}
