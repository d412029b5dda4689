import type { Csr } from "../graph/csr";
import { gcnNormalized, meanNormalized, unweighted } from "../graph/normalize";
import { addSelfLoops } from "../graph/self-loops";
import type { SpatialGraph } from "../graph/spatial-graph";
import type { Backbone } from "../nn/encoder-spec";

/** The graph as each backbone's convolution reads it, with the self-loops and weights of its paper. */
export function convolutionMatrix(graph: SpatialGraph, backbone: Backbone): Csr {
  switch (backbone) {
    case "gcn":
      return gcnNormalized(graph);
    case "sage":
      return meanNormalized(graph);
    case "gat":
    case "gatv2":
      return unweighted(addSelfLoops(graph));
  }
}
