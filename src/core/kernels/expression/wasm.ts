import { registerWasm, type WasmCall } from "../register";

/** Entries that a thread makes at once in the forward pass, 512 KiB: with a block of 3,000 genes they fit a 1 MiB L2 cache. */
const TILE_ENTRIES = 65_536;
const TILE_ROWS = 1024;
/** Entries that are made at once for the gradient, 2 MiB, read by every block of channels. */
const CHUNK_ENTRIES = 2 ** 18;
const CHUNK_ROWS = 2 ** 14;

/** Floats of a thread's table of logarithms. */
const TABLE = 16;
/** Floats of a block's row. Rows that begin with a cache line touch two of them, others three. */
const LINE = 32;
const aligned = (at: number): number => Math.ceil(at / (4 * LINE)) * 4 * LINE;

/** See expression.as.ts. */
export function registerExpressionWasm(names: { forward: string; gradient: string; rowSums: string }): void {
  registerWasm(names.forward, (call) => {
    const { inputs, at, output, temporary, run, attributes } = call;
    const [nRows, nChannels] = [inputs.rows.shape[0], inputs.w.shape[1]];
    const { nVars } = attributes;
    const y = output([nRows, nChannels]);
    const nBlocks = Math.ceil(nChannels / 32);
    let packed = at("w");
    if (nBlocks > 1) {
      packed = aligned(temporary(nVars * nChannels + LINE));
      const work = { rows: nBlocks, multiplications: nVars * nChannels };
      run("packBlocks", work, [nVars, nChannels, at("w"), packed]);
    }
    const capacity = Math.max(TILE_ENTRIES, rowCapacity(call));
    const args = [...expression(call), at("rows"), capacity, TILE_ROWS, nChannels, at("base"), packed, y.at];
    const work = { rows: nRows, multiplications: nRows * meanEntries(call) * nChannels };
    run("expressionMatmul", work, args, TABLE + TILE_ROWS + 2 * capacity);
    return [y.info];
  });

  registerWasm(names.gradient, (call) => {
    const { inputs, at, output, temporary, run, attributes } = call;
    const [nRows, nChannels] = inputs.dy.shape;
    const { nVars } = attributes;
    const dw = output([nVars, nChannels]);
    const nBlocks = Math.ceil(nChannels / 32);
    const stride = rowCapacity(call);
    // room by the shape alone, not by how the entries are spread: it is counted before a run
    const room = Math.max(stride, Math.min(CHUNK_ENTRIES, nRows * (nVars + 4)));
    const [entries, ends] = [temporary(2 * room), temporary(Math.min(nRows, CHUNK_ROWS))];
    const chunkRows = Math.max(1, Math.min(nRows, CHUNK_ROWS, Math.floor(room / stride)));
    const sums = aligned(temporary(nVars * nChannels + LINE));
    const perRow = meanEntries(call);
    for (let first = 0; first < nRows; first += chunkRows) {
      const n = Math.min(chunkRows, nRows - first);
      const rows = at("rows") + 4 * first;
      const making = [...expression(call), rows, stride, entries, ends];
      run("expandRows", { rows: n, multiplications: 16 * n * perRow }, making, TABLE);
      const dy = at("dy") + 4 * first * nChannels;
      const isLast = first + n === nRows;
      const args = [nVars, nChannels, n, stride, entries, ends, dy, sums, first === 0 ? 1 : 0, isLast ? dw.at : 0];
      run("scatterExpression", { rows: nBlocks, multiplications: n * perRow * nChannels }, args);
    }
    return [dw.info];
  });

  registerWasm(names.rowSums, ({ inputs, at, output, run }) => {
    const [nRows, nChannels] = inputs.dy.shape;
    const sums = output([2, nChannels]);
    const work = { rows: Math.ceil(nChannels / 32), multiplications: nRows * nChannels };
    run("expressionRowSums", work, [nRows, nChannels, at("rows"), at("dy"), sums.at], 128);
    return [sums.info];
  });
}

/** The first arguments of the kernels that make entries. */
function expression({ at, attributes: a }: WasmCall): number[] {
  const kinds =
    a.countBytes + 8 * a.geneBytes + 64 * a.log1p + 128 * a.scaled + 256 * a.dropPerGene + 512 * a.noiseOnAll;
  return [a.nObs, a.nVars, kinds, at("header"), at("genes"), at("counts")].concat([
    ...[a.dropKey, a.dropThreshold, a.noiseKey, a.noiseDeviation, a.countKey, a.countThreshold],
  ]);
}

/** Room for the entries of any row, with the up to three that a group of four writes too many. */
function rowCapacity({ attributes: { noiseOnAll, nVars, maxEntries } }: WasmCall): number {
  return (noiseOnAll ? nVars : maxEntries) + 4;
}

/** Entries of a row on average, by which work is shared. */
function meanEntries({ inputs, attributes: { noiseOnAll, nVars, nObs, geneBytes } }: WasmCall): number {
  return noiseOnAll ? nVars : Math.ceil((inputs.genes.shape[0] * 4) / geneBytes / Math.max(1, nObs));
}
