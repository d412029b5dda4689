import { registerWasm, type WasmCall } from "../register";
import { BLOCK_ROWS, GATV2 } from "./kernels";

/** See gatv2-attention.as.ts. Scratch space ends with what its last group of four adds. */
export function registerGatv2Wasm(): void {
  registerWasm(GATV2.forward, (call) => {
    const { heads, sizes, slope, drop, maxDegree, work } = prepare(call);
    const [nRows, width] = call.inputs.g.shape;
    const [y, lse] = [call.output([nRows, width]), call.output([nRows, heads])];
    const args = [...sizes, ...addresses(call, "indptr", "indices", "h", "g", "a"), slope, ...drop, y.at, lse.at];
    call.run("gatv2Forward", work(2), args, maxDegree * heads + 4);
    return [y.info, lse.info];
  });

  registerWasm(GATV2.attention, (call) => {
    const { heads, sizes, slope, work } = prepare(call);
    const alpha = call.output([call.inputs.indices.shape[0], heads]);
    const args = [...sizes, ...addresses(call, "indptr", "indices", "h", "g", "a", "lse"), slope, alpha.at];
    call.run("gatv2Attention", work(1), args);
    return [alpha.info];
  });

  registerWasm(GATV2.scoreGradient, (call) => {
    const { sizes, drop, work } = prepare(call);
    const ds = call.output(call.inputs.alpha.shape);
    const args = [...sizes, ...addresses(call, "indptr", "indices", "h", "dy", "alpha"), ...drop, ds.at];
    call.run("gatv2ScoreGradient", work(1), args);
    return [ds.info];
  });

  registerWasm(GATV2.targetGradient, (call) => {
    const { sizes, slope, work } = prepare(call);
    const [nRows, width] = call.inputs.g.shape;
    const nBlocks = Math.ceil(nRows / BLOCK_ROWS);
    const [dg, partial] = [call.output([nRows, width]), call.output([nBlocks, width])];
    const inputs = addresses(call, "indptr", "indices", "h", "g", "a", "ds");
    const blocks = { rows: nBlocks, multiplications: work(2).multiplications };
    call.run("gatv2TargetGradient", blocks, [BLOCK_ROWS, nRows, ...sizes, ...inputs, slope, dg.at, partial.at]);
    return [dg.info, partial.info];
  });

  registerWasm(GATV2.sourceGradient, (call) => {
    const { heads, sizes, slope, drop, maxDegree, work } = prepare(call);
    const dh = call.output(call.inputs.h.shape);
    const inputs = addresses(call, "indptr", "indices", "order", "h", "g", "a", "alpha", "ds", "dy");
    call.run("gatv2SourceGradient", work(2), [...sizes, ...inputs, slope, ...drop, dh.at], 2 * maxDegree * heads + 4);
    return [dh.info];
  });
}

function addresses({ at }: WasmCall, ...names: string[]): number[] {
  return names.map(at);
}

/** What the kernels share; `work(k)` is k multiplications for each channel of an edge. */
function prepare({ inputs, attributes }: WasmCall) {
  const { heads, negativeSlope: slope, maxDegree, key, threshold, scale } = attributes;
  const width = inputs.h.shape[1];
  return {
    heads,
    sizes: [heads, width / heads] as const,
    slope,
    drop: [key, threshold, scale] as const,
    maxDegree,
    work: (times: number) => ({
      rows: inputs.indptr.shape[0] - 1,
      indptr: "indptr",
      multiplications: times * inputs.indices.shape[0] * width,
    }),
  };
}
