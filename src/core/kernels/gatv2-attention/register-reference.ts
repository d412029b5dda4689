import { type DropoutKey, dropFactor, dropoutReference } from "../dropout/reference";
import { type Attributes, type HostArray, registerReference } from "../register";
import { BLOCK_ROWS, GATV2 } from "./kernels";
import {
  aggregateReference,
  attentionReference,
  type Factor,
  type Gatv2Graph,
  logSumExpReference,
  scoreGradientReference,
  sourceGradientReference,
  targetGradientReference,
} from "./reference";

/** The reference twins, under the kernels' names, on the cpu backend. */
export function registerGatv2Reference(): void {
  registerReference(GATV2.forward, (inputs, attributes) => {
    const graph = graphOf(inputs, attributes);
    const lse = logSumExpReference(graph);
    const alpha = dropoutReference(attentionReference(graph, lse), keyOf(attributes));
    return [
      { shape: inputs.g.shape, values: aggregateReference(graph, alpha) },
      { shape: [graph.nRows, graph.heads], values: lse },
    ];
  });

  registerReference(GATV2.attention, (inputs, attributes) => {
    const graph = graphOf(inputs, attributes);
    const alpha = attentionReference(graph, inputs.lse.values);
    return [{ shape: [alpha.length / graph.heads, graph.heads], values: alpha }];
  });

  registerReference(GATV2.scoreGradient, (inputs, attributes) => {
    const { alpha, dy } = inputs;
    const graph = graphOf(inputs, attributes);
    const ds = scoreGradientReference(graph, alpha.values, dy.values, factorOf(attributes));
    return [{ shape: alpha.shape, values: ds }];
  });

  registerReference(GATV2.targetGradient, (inputs, attributes) => {
    const graph = graphOf(inputs, attributes);
    const { dg, partial } = targetGradientReference(graph, inputs.ds.values, BLOCK_ROWS);
    const width = inputs.g.shape[1];
    return [
      { shape: inputs.g.shape, values: dg },
      { shape: [partial.length / width, width], values: partial },
    ];
  });

  registerReference(GATV2.sourceGradient, (inputs, attributes) => {
    const { order, alpha, ds, dy, h } = inputs;

    const transposed = graphOf(inputs, attributes);
    const edges = { order: order.values, alpha: alpha.values, ds: ds.values, dy: dy.values };
    return [{ shape: h.shape, values: sourceGradientReference(transposed, edges, factorOf(attributes)) }];
  });
}

const keyOf = (attributes: Attributes): DropoutKey => attributes as unknown as DropoutKey;
const factorOf = (attributes: Attributes): Factor => dropFactor(keyOf(attributes));

function graphOf(inputs: Record<string, HostArray>, { heads, negativeSlope }: Attributes): Gatv2Graph {
  const { indptr, indices, h, g, a } = inputs;
  return {
    nRows: indptr.shape[0] - 1,
    heads,
    channels: h.shape[1] / heads,
    indptr: indptr.values,
    indices: indices.values,
    h: h.values,
    g: g?.values ?? [],
    a: a?.values ?? [],
    negativeSlope,
  };
}
