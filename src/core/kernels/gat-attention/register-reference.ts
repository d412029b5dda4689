import { type DropoutKey, dropFactor, dropoutReference } from "../dropout/reference";
import { type Attributes, type HostArray, registerReference } from "../register";
import { GAT } from "./kernels";
import {
  aggregateReference,
  attentionReference,
  edgeGradientReference,
  edgeSumReference,
  featureGradientReference,
  logSumExpReference,
  type ScoredGraph,
} from "./reference";

/** The reference twins, under the kernels' names, on the cpu backend. */
export function registerGatReference(): void {
  registerReference(GAT.forward, (inputs, attributes) => {
    const graph = scored(inputs, attributes);
    const { shape, values } = inputs.h;
    const lse = logSumExpReference(graph);
    const alpha = dropoutReference(attentionReference(graph, lse), dropped(attributes));
    const y = aggregateReference(graph, alpha, values, shape[1] / graph.heads);
    return [
      { shape: [graph.nRows, shape[1]], values: y },
      { shape: [graph.nRows, graph.heads], values: lse },
    ];
  });

  registerReference(GAT.attention, (inputs, attributes) => {
    const graph = scored(inputs, attributes);
    const alpha = attentionReference(graph, inputs.lse.values);
    return [{ shape: [alpha.length / graph.heads, graph.heads], values: alpha }];
  });

  registerReference(GAT.featureGradient, (inputs, attributes) => {
    const transposed = scored(inputs, attributes);
    const { lse, dy, order } = inputs;
    const keep = dropFactor(dropped(attributes));
    const factor = (t: number, head: number) => (order ? keep(order.values[t] * transposed.heads + head) : 1);
    const dh = featureGradientReference(transposed, lse.values, dy.values, dy.shape[1] / transposed.heads, factor);
    return [{ shape: [transposed.nRows, dy.shape[1]], values: dh }];
  });

  registerReference(GAT.edgeGradient, (inputs, attributes) => {
    const graph = scored(inputs, attributes);
    const { h, dy, lse } = inputs;
    const alpha = attentionReference(graph, lse.values);
    const channels = h.shape[1] / graph.heads;
    const factor = dropFactor(dropped(attributes));
    const de = edgeGradientReference(graph, alpha, { h: h.values, dy: dy.values, channels, factor });
    return [{ shape: [de.length / graph.heads, graph.heads], values: de }];
  });

  registerReference(GAT.edgeSum, ({ indptr, values, order }) => {
    const heads = values.shape[1];
    const sums = edgeSumReference(indptr.values, values.values, heads, order?.values);
    return [{ shape: [indptr.shape[0] - 1, heads], values: sums }];
  });
}

const dropped = (attributes: Attributes): DropoutKey => attributes as unknown as DropoutKey;

function scored(inputs: Record<string, HostArray>, { negativeSlope }: Attributes): ScoredGraph {
  const { indptr, indices, source, target } = inputs;
  return {
    nRows: indptr.shape[0] - 1,
    heads: source.shape[1],
    indptr: indptr.values,
    indices: indices.values,
    source: source.values,
    target: target.values,
    negativeSlope,
  };
}
