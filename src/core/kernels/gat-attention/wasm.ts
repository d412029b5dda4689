import { registerWasm, type WasmCall } from "../register";
import { GAT } from "./kernels";

/** See gat-attention.as.ts. Four floats are added where its last group of four may run past the end. */
export function registerGatWasm(): void {
  registerWasm(GAT.forward, (call) => {
    const { kernels, inputs, at } = call;
    const { nRows, heads, slope, scratch, graph, scores } = prepare(call);
    const width = inputs.h.shape[1];
    const [y, lse] = [call.output([nRows, width]), call.output([nRows, heads])];
    kernels.gatForward(nRows, heads, width / heads, ...graph, at("h"), ...scores, slope, scratch(), y.at, lse.at);
    return [y.info, lse.info];
  });

  registerWasm(GAT.attention, (call) => {
    const { nRows, heads, slope, graph, scores } = prepare(call);
    const alpha = call.output([call.inputs.indices.shape[0], heads]);
    call.kernels.gatAttention(nRows, heads, ...graph, ...scores, call.at("lse"), slope, alpha.at);
    return [alpha.info];
  });

  registerWasm(GAT.featureGradient, (call) => {
    const { kernels, inputs, at } = call;
    const { nRows, heads, slope, scratch, graph, scores } = prepare(call);
    const width = inputs.dy.shape[1];
    const dh = call.output([nRows, width]);
    const rest = [...scores, at("lse"), slope, scratch()];
    kernels.gatFeatureGradient(nRows, heads, width / heads, ...graph, at("dy"), ...rest, dh.at);
    return [dh.info];
  });

  registerWasm(GAT.edgeGradient, (call) => {
    const { kernels, inputs, at } = call;
    const { nRows, heads, slope, scratch, graph, scores } = prepare(call);
    const de = call.output([inputs.indices.shape[0], heads]);
    const rest = [...scores, at("lse"), slope, scratch()];
    kernels.gatEdgeGradient(nRows, heads, inputs.h.shape[1] / heads, ...graph, at("h"), at("dy"), ...rest, de.at);
    return [de.info];
  });

  registerWasm(GAT.edgeSum, ({ kernels, inputs, at, output }) => {
    const [nRows, heads] = [inputs.indptr.shape[0] - 1, inputs.values.shape[1]];
    const sums = output([nRows, heads]);
    const order = "order" in inputs ? at("order") : 0;
    kernels.edgeSum(nRows, heads, at("indptr"), order, at("values"), sums.at);
    return [sums.info];
  });
}

/** The arguments that the kernels share; `scratch` holds the scores of the fullest row. */
function prepare({ inputs, attributes, at, scratch }: WasmCall) {
  const heads = inputs.source.shape[1];
  return {
    nRows: inputs.indptr.shape[0] - 1,
    heads,
    slope: attributes.negativeSlope,
    scratch: () => scratch(attributes.maxDegree * heads + 4),
    graph: [at("indptr"), at("indices")] as const,
    scores: [at("source"), at("target")] as const,
  };
}
