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

  registerWasm(names.leftTransposed, (call) => {
    const { inputs, attributes, at, output, run } = call;
    const [nRows, nLeft] = inputs.left.shape;
    const nRight = inputs.right.shape[1];
    const out = output([nLeft, nRight]);
    const symmetric = attributes.symmetric === 1;
    multiplyTransposed(call, { nRows, nLeft, nRight, left: at("left"), right: at("right"), out: out.at, symmetric });
    if (symmetric) run("denseMirror", { rows: nLeft, multiplications: nLeft ** 2 / 2 }, [nLeft, out.at]);
    return [out.info];
  });
}

/** Rows whose products with a packed right side are summed as in one call, wherever the left one is cut. */
export const WHOLE_ROWS = INNER_ROWS;

/** Addresses and sizes of  out = xᵀ y,  or of  out += xᵀ y  where it adds. */
interface Transposed {
  readonly nRows: number;
  readonly nLeft: number;
  readonly nRight: number;
  readonly left: number; // x, (nRows, nLeft)
  readonly right: number; // y, (nRows, nRight)
  readonly out: number; // (nLeft, nRight)
  /** Only the tiles on and above the diagonal are computed. */
  readonly symmetric?: boolean;
  readonly adds?: boolean;
}

export function multiplyTransposed({ run, threads }: WasmCall, product: Transposed): void {
  const { nRows, nLeft, nRight, symmetric = false, adds = false } = product;
  const { left, right, nBlocks } = blocksOf(nLeft, nRight, threads);
  const work = { rows: nBlocks, multiplications: (nRows * nLeft * nRight) / VECTOR };
  const flags = [symmetric, adds].map(Number);
  const args = [nRows, nLeft, nRight, left, right, ...flags, product.left, product.right, product.out];
  const panels = TILE_ROWS * Math.ceil(left / TILE_ROWS) + right;
  run("denseTransposed", work, args, panels * INNER_ROWS + TILE_FLOATS);
}

/** Multiplications at once, which makes them cheaper than those of a kernel that waits for memory. */
const VECTOR = 4;

function forward(call: WasmCall, pack: "denseColumns" | "denseRows", nCols: number) {
  const { inputs, at, output } = call;
  const [nRows, nInner] = inputs.left.shape;
  const out = output([nRows, nCols]);
  const packed = packRight(call, pack, nInner, nCols, at("right"));
  multiplyPacked(call, { nRows, nInner, nCols, left: at("left"), packed, out: out.at });
  return out.info;
}

/** Packs a right side into panels of eight of the result's columns; where they lie until the call is over. */
export function packRight(
  { temporary, run }: WasmCall,
  pack: "denseColumns" | "denseRows",
  nInner: number,
  nCols: number,
  right: number,
): number {
  const nPanels = Math.ceil(nCols / 8);
  const packed = temporary(8 * nPanels * nInner);
  run(pack, { rows: nPanels, multiplications: nInner * nCols }, [nInner, nCols, right, packed]);
  return packed;
}

/** Addresses and sizes of  out = left right. */
interface Packed {
  readonly nRows: number;
  readonly nInner: number;
  readonly nCols: number;
  readonly left: number; // (nRows, nInner)
  readonly packed: number;
  readonly out: number; // (nRows, nCols)
}

/** Multiplies the rows of `left`, six at a time. */
export function multiplyPacked({ run }: WasmCall, { nRows, nInner, nCols, left, packed, out }: Packed): void {
  const work = { rows: Math.ceil(nRows / TILE_ROWS), multiplications: (nRows * nInner * nCols) / VECTOR };
  run("denseForward", work, [nRows, nInner, nCols, left, packed, out], BLOCK_ROWS * INNER + TILE_FLOATS);
}

/**
 * Blocks of results for threads to take: two for each of several, as each packs the columns it needs anew, halved to the
 * right first, for left columns, in panels of six, cost more to pack. Sums do not depend on it.
 */
function blocksOf(nLeft: number, nRight: number, threads: number) {
  let [left, right] = [nLeft, nRight].map((n) => Math.min(MAX_BLOCK, multipleOf8(n)));
  const count = (): number => Math.ceil(nLeft / left) * Math.ceil(nRight / right);
  while (threads > 1 && count() < 2 * threads && Math.max(left, right) > 8) {
    if (left > right) left = multipleOf8(left / 2);
    else right = multipleOf8(right / 2);
  }
  return { left, right, nBlocks: count() };
}

const multipleOf8 = (n: number): number => 8 * Math.ceil(n / 8);
