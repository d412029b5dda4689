export const backbones = ["gcn", "sage", "gat", "gatv2"] as const;
export type Backbone = (typeof backbones)[number];

/** Whether a layer weighs its neighbours by learned attention, in heads. */
export function attends(backbone: Backbone): boolean {
  return backbone === "gat" || backbone === "gatv2";
}

export interface EncoderOptions {
  readonly layers: number;
  /** Width of every layer and of the embedding; all heads together. */
  readonly hidden: number;
  /** Attention heads of a GAT or GATv2; each is hidden / heads wide. Other backbones ignore it. */
  readonly heads: number;
  /** Normalises every layer's output but the last one's. */
  readonly batchNorm: boolean;
  /** Share of activations set to zero between layers while training. */
  readonly dropout: number;
  /** Share of attention weights set to zero while training, after the softmax. Backbones without attention ignore it. */
  readonly attentionDropout: number;
  /** Adds a layer's input to its output, from the second layer on. */
  readonly skip: boolean;
  /**
   * Hidden layers of a perceptron on each cell's own expression, to which the graph's output is added through a learned gate
   * (own-path.ts); 0 or absent for no such path.
   */
  readonly ownPath?: number;
}

export interface EncoderSpec extends EncoderOptions {
  readonly backbone: Backbone;
  readonly nVars: number;
}

/** Batch norm stands between layers; the embedding keeps the scale that the method gave it. */
export function isNormed({ batchNorm, layers }: EncoderSpec, layer: number): boolean {
  return batchNorm && layer < layers - 1;
}
