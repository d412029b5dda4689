import { registerWasm, type WasmCall } from "../register";
import { GAT } from "./kernels";

/** See gat-attention.as.ts. Scratch space holds the scores of the fullest row, and what its last group of four adds. */
export function registerGatWasm(): void {
  registerWasm(GAT.forward, (call) => {
    const { heads, slope, drop, scratch, graph, scores, work } = prepare(call);
    const [nRows, width] = [work.rows, call.inputs.h.shape[1]];
    const [y, lse] = [call.output([nRows, width]), call.output([nRows, heads])];
    const args = [heads, width / heads, ...graph, call.at("h"), ...scores, slope, ...drop, y.at, lse.at];
    call.run("gatForward", work, args, scratch);
    return [y.info, lse.info];
  });

  registerWasm(GAT.attention, (call) => {
    const { heads, slope, graph, scores, work } = prepare(call);
    const alpha = call.output([call.inputs.indices.shape[0], heads]);
    call.run("gatAttention", work, [heads, ...graph, ...scores, call.at("lse"), slope, alpha.at]);
    return [alpha.info];
  });

  registerWasm(GAT.featureGradient, (call) => {
    const { inputs, at } = call;
    const { heads, slope, drop, scratch, graph, scores, work } = prepare(call);
    const width = inputs.dy.shape[1];
    const dh = call.output([work.rows, width]);
    const rest = [slope, ...drop, "order" in inputs ? at("order") : 0, dh.at];
    const args = [heads, width / heads, ...graph, at("dy"), ...scores, at("lse"), ...rest];
    call.run("gatFeatureGradient", work, args, scratch);
    return [dh.info];
  });

  registerWasm(GAT.edgeGradient, (call) => {
    const { inputs, at } = call;
    const { heads, slope, drop, scratch, graph, scores, work } = prepare(call);
    const de = call.output([inputs.indices.shape[0], heads]);
    const channels = inputs.h.shape[1] / heads;
    const args = [heads, channels, ...graph, at("h"), at("dy"), ...scores, at("lse"), slope, ...drop, de.at];
    call.run("gatEdgeGradient", work, args, scratch);
    return [de.info];
  });

  registerWasm(GAT.edgeSum, ({ inputs, at, output, run }) => {
    const [nRows, heads] = [inputs.indptr.shape[0] - 1, inputs.values.shape[1]];
    const sums = output([nRows, heads]);
    const work = { rows: nRows, indptr: "indptr", multiplications: 4 * inputs.values.shape[0] * heads };
    run("edgeSum", work, [heads, at("indptr"), "order" in inputs ? at("order") : 0, at("values"), sums.at]);
    return [sums.info];
  });
}

/** What the kernels share. An exponential counts as 16 multiplications. */
function prepare({ inputs, attributes, at }: WasmCall) {
  const heads = inputs.source.shape[1];
  const width = (inputs.h ?? inputs.dy)?.shape[1] ?? 0;
  return {
    heads,
    slope: attributes.negativeSlope,
    drop: [attributes.key, attributes.threshold, attributes.scale] as const,
    scratch: attributes.maxDegree * heads + 4,
    graph: [at("indptr"), at("indices")] as const,
    scores: [at("source"), at("target")] as const,
    work: {
      rows: inputs.indptr.shape[0] - 1,
      indptr: "indptr",
      multiplications: inputs.indices.shape[0] * (width + 16 * heads),
    },
  };
}
