import { registerWasm, type WasmCall } from "../register";
import { SIMILARITY } from "./kernels";

/** As in similarity-lse.as.ts. */
const [BLOCK, TILE] = [64, 64];

/** See similarity-lse.as.ts. */
export function registerSimilarityWasm(): void {
  registerWasm(SIMILARITY.forward, (call) => {
    const { nRows, nCols, channels, scale, others, panels } = prepare(call);
    const lse = call.output([nRows]);
    const work = { rows: nRows, multiplications: nRows * nCols * channels };
    const scratch = BLOCK * channels + 4 * TILE + 5 * BLOCK;
    call.run("similarityLse", work, [nCols, channels, call.at("a"), panels, scale, others, lse.at], scratch);
    return [lse.info];
  });

  registerWasm(SIMILARITY.gradient, (call) => {
    const { at } = call;
    const { nRows, nCols, channels, scale, others, panels } = prepare(call);
    const da = call.output([nRows, channels]);
    const work = { rows: nRows, multiplications: 2 * nRows * nCols * channels };
    const args = [nCols, channels, at("a"), at("b"), panels, at("lse"), at("dy"), scale, others, da.at];
    call.run("similarityGradient", work, args, 2 * BLOCK * channels + 4 * TILE);
    return [da.info];
  });
}

/** Sizes, and the columns side by side in panels of eight. */
function prepare({ inputs, attributes, at, temporary, run }: WasmCall) {
  const { scale, others } = attributes;
  const [nRows, channels] = inputs.a.shape;
  const nCols = inputs.b.shape[0];
  const nPanels = Math.ceil(nCols / 8);
  const panels = temporary(8 * nPanels * channels);
  const work = { rows: nPanels, multiplications: nCols * channels };
  run("packPanels", work, [nCols, channels, at("b"), panels]);
  return { nRows, nCols, channels, scale, others, panels };
}
