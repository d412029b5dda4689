import { registerWasm, type WasmCall } from "../register";

/** INNER, BLOCK_ROWS, INNER_ROWS and TILE_ROWS of dense.as.ts. */
const [INNER, BLOCK_ROWS, INNER_ROWS, TILE_ROWS] = [256, 18, 256, 6];
const TILE_FLOATS = 8 * TILE_ROWS;
/** A block of results wider than this would push its packed operands out of the L2 cache. */
const MAX_BLOCK = 256;

/** See dense.as.ts. The three products of `left` and `right`: as they are, right transposed, left transposed. */
export function registerDenseWasm(names: { plain: string; rightTransposed: string; leftTransposed: string }): void {
  registerWasm(names.plain, (call) => [forward(call, "denseColumns", call.inputs.right.shape[1])]);
  registerWasm(names.rightTransposed, (call) => [forward(call, "denseRows", call.inputs.right.shape[0])]);

  registerWasm(names.leftTransposed, ({ inputs, attributes, at, output, run, threads }) => {
    const [nRows, nLeft] = inputs.left.shape;
    const nRight = inputs.right.shape[1];
    const out = output([nLeft, nRight]);
    const { left, right, nBlocks } = blocksOf(nLeft, nRight, threads);
    const work = { rows: nBlocks, multiplications: (nRows * nLeft * nRight) / VECTOR };
    const symmetric = attributes.symmetric ? 1 : 0;
    const args = [nRows, nLeft, nRight, left, right, symmetric, at("left"), at("right"), out.at];
    const panels = TILE_ROWS * Math.ceil(left / TILE_ROWS) + right;
    run("denseTransposed", work, args, panels * INNER_ROWS + TILE_FLOATS);
    if (symmetric) run("denseMirror", { rows: nLeft, multiplications: nLeft ** 2 / 2 }, [nLeft, out.at]);
    return [out.info];
  });
}

/** Multiplications at once, which makes them cheaper than those of a kernel that waits for memory. */
const VECTOR = 4;

/** Packs `right` into panels of eight of the result's columns, then multiplies the rows of `left`, six at a time. */
function forward({ inputs, at, output, temporary, run }: WasmCall, pack: string, nCols: number) {
  const [nRows, nInner] = inputs.left.shape;
  const out = output([nRows, nCols]);
  const nPanels = Math.ceil(nCols / 8);
  const packed = temporary(8 * nPanels * nInner);
  run(pack, { rows: nPanels, multiplications: nInner * nCols }, [nInner, nCols, at("right"), packed]);
  const work = { rows: Math.ceil(nRows / TILE_ROWS), multiplications: (nRows * nInner * nCols) / VECTOR };
  const args = [nRows, nInner, nCols, at("left"), packed, out.at];
  run("denseForward", work, args, BLOCK_ROWS * INNER + TILE_FLOATS);
  return out.info;
}

/**
 * Blocks of results for threads to take: two for each of several, as each packs the columns it needs anew. Sums do not
 * depend on it.
 */
function blocksOf(nLeft: number, nRight: number, threads: number) {
  let [left, right] = [nLeft, nRight].map((n) => Math.min(MAX_BLOCK, multipleOf8(n)));
  const count = (): number => Math.ceil(nLeft / left) * Math.ceil(nRight / right);
  while (threads > 1 && count() < 2 * threads && Math.max(left, right) > 8) {
    if (left >= right) left = multipleOf8(left / 2);
    else right = multipleOf8(right / 2);
  }
  return { left, right, nBlocks: count() };
}

const multipleOf8 = (n: number): number => 8 * Math.ceil(n / 8);
