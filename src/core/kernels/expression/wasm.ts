import { multiplyPacked, multiplyTransposed, packRight, WHOLE_ROWS } from "../dense/wasm";
import { registerWasm, type WasmCall } from "../register";

/** Entries that a thread makes at once in the forward pass, 512 KiB: with a block of 3,000 genes they fit a 1 MiB L2 cache. */
const TILE_ENTRIES = 65_536;
const TILE_ROWS = 1024;
/** Entries that are made at once for the gradient, 2 MiB, read by every block of channels. */
const CHUNK_ENTRIES = 2 ** 18;
const CHUNK_ROWS = 2 ** 14;
/** The same for a single column beside rows that are written out, which have the room. */
const FEW_ENTRIES = 2 ** 13;

/**
 * Above this share of entries rows are written out, some at a time, and multiplied as dense ones: a dense product multiplies
 * two to three times as fast as one that looks up a row of the weight for each entry. Too few channels leave its tiles half empty.
 */
const DENSE_SHARE = 0.4;
const DENSE_CHANNELS = 16;
/** Entries that are written out at once, 1 MiB. */
const WRITTEN_ENTRIES = 2 ** 18;

/** Floats of a thread's tables: of logarithms, and of what a mask brings to the front. */
const TABLE = 80;
/** Floats of a block's row. Rows that begin with a cache line touch two of them, others three. */
const LINE = 32;
const aligned = (at: number): number => Math.ceil(at / (4 * LINE)) * 4 * LINE;

/** See expression.as.ts. */
export function registerExpressionWasm(names: {
  forward: string;
  gradient: string;
  rowSums: string;
  residuals: string;
}): void {
  registerWasm(names.forward, (call) => {
    const { inputs, at, output, temporary, run, attributes } = call;
    const [nRows, nChannels] = [inputs.rows.shape[0], inputs.w.shape[1]];
    const { nVars } = attributes;
    const y = output([nRows, nChannels]);
    const column = inputs.column && output([nRows, 1]);
    const made = [y.info, ...(column ? [column.info] : [])];
    const ofColumn = column ? [at("column"), at("columnBase"), column.at] : [0, 0, 0];
    const sum = (most: number, channels: number, ...places: number[]): void => {
      const capacity = Math.max(most, rowCapacity(call));
      const args = [...expression(call), at("rows"), capacity, TILE_ROWS, channels, ...places];
      const work = { rows: nRows, multiplications: nRows * meanEntries(call) * channels };
      run("expressionMatmul", work, args, TABLE + TILE_ROWS + 2 * capacity);
    };
    if (isDense(call, nChannels)) {
      const packed = packRight(call, "denseColumns", nVars, nChannels, at("w"));
      for (const { first, n, left } of writtenRows(call, nRows))
        multiplyPacked(call, {
          nRows: n,
          nInner: nVars,
          nCols: nChannels,
          left,
          packed,
          out: y.at + 4 * first * nChannels,
        });
      run("addExpressionBase", { rows: nRows, multiplications: nRows * nChannels }, [
        nChannels,
        at("rows"),
        at("base"),
        y.at,
      ]);
      if (column) sum(FEW_ENTRIES, 1, at("columnBase"), at("column"), column.at, 0, 0, 0);
      return made;
    }
    const nBlocks = Math.ceil(nChannels / 32);
    let packed = at("w");
    if (nBlocks > 1) {
      packed = aligned(temporary(nVars * nChannels + LINE));
      const work = { rows: nBlocks, multiplications: nVars * nChannels };
      run("packBlocks", work, [nVars, nChannels, at("w"), packed]);
    }
    sum(TILE_ENTRIES, nChannels, at("base"), packed, y.at, ...ofColumn);
    return made;
  });

  registerWasm(names.gradient, (call) => {
    const { inputs, at, output, attributes } = call;
    const [nRows, nChannels] = inputs.dy.shape;
    const { nVars } = attributes;
    const dw = output([nVars, nChannels]);
    const column = inputs.dColumn && output([nVars, 1]);
    if (isDense(call, nChannels)) {
      for (const { first, n, left } of writtenRows(call, nRows)) {
        const right = at("dy") + 4 * first * nChannels;
        multiplyTransposed(call, {
          nRows: n,
          nLeft: nVars,
          nRight: nChannels,
          left,
          right,
          out: dw.at,
          adds: first > 0,
        });
      }
      if (column) scatter(call, nRows, FEW_ENTRIES, { nChannels: 1, dy: at("dColumn"), out: column.at });
    } else {
      const wide = { nChannels, dy: at("dy"), out: dw.at };
      scatter(call, nRows, CHUNK_ENTRIES, wide, column && { dy: at("dColumn"), out: column.at });
    }
    return [dw.info, ...(column ? [column.info] : [])];
  });

  registerWasm(names.rowSums, ({ inputs, at, output, run }) => {
    const [nRows, nChannels] = inputs.dy.shape;
    const sums = output([2, nChannels]);
    const work = { rows: Math.ceil(nChannels / 32), multiplications: nRows * nChannels };
    run("expressionRowSums", work, [nRows, nChannels, at("rows"), at("dy"), sums.at], 128);
    return [sums.info];
  });

  registerWasm(names.residuals, (call) => {
    const { inputs, at, output, run } = call;
    const [nRows, nVars] = inputs.y.shape;
    const [residual, sums] = [output([nRows, nVars]), output([nRows, 2])];
    const args = [...expression(call, 1), at("rows"), at("offset"), at("y"), residual.at, sums.at];
    const work = { rows: nRows, multiplications: 8 * nRows * nVars };
    run("hiddenResiduals", work, args, TABLE + 2 * rowCapacity(call));
    return [residual.info, sums.info];
  });
}

/**
 * Adds each row's values times its row of dy to the sums of their genes.
 *
 * @param column  a dy of one channel more, from the same entries
 */
function scatter(
  call: WasmCall,
  nRows: number,
  mostEntries: number,
  { nChannels, dy, out }: { readonly nChannels: number; readonly dy: number; readonly out: number },
  column?: { readonly dy: number; readonly out: number },
): void {
  const { at, temporary, run, attributes } = call;
  const { nVars } = attributes;
  const nBlocks = Math.ceil(nChannels / 32) + (column ? 1 : 0);
  const stride = rowCapacity(call);
  // room by the shape alone, not by how the entries are spread: it is counted before a run
  const room = Math.max(stride, Math.min(mostEntries, nRows * (nVars + 4)));
  const [entries, ends] = [temporary(2 * room), temporary(Math.min(nRows, CHUNK_ROWS))];
  const chunkRows = Math.max(1, Math.min(nRows, CHUNK_ROWS, Math.floor(room / stride)));
  const sums = aligned(temporary(nVars * (nChannels + (column ? 1 : 0)) + LINE));
  const perRow = meanEntries(call);
  for (let first = 0; first < nRows; first += chunkRows) {
    const n = Math.min(chunkRows, nRows - first);
    const rows = at("rows") + 4 * first;
    const making = [...expression(call), rows, stride, entries, ends];
    run("expandRows", { rows: n, multiplications: 16 * n * perRow }, making, TABLE);
    const isLast = first + n === nRows;
    const args = [nVars, nChannels, n, stride, entries, ends, dy + 4 * first * nChannels, sums, first === 0 ? 1 : 0];
    const ofColumn = column
      ? [column.dy + 4 * first, sums + 4 * nVars * nChannels, isLast ? column.out : 0]
      : [0, 0, 0];
    const work = { rows: nBlocks, multiplications: n * perRow * nChannels };
    run("scatterExpression", work, [...args, isLast ? out : 0, ...ofColumn]);
  }
}

/** Whether rows have so many entries, by the share of rows that are cells, that writing them out pays. */
function isDense(call: WasmCall, nChannels: number): boolean {
  const { nVars, dropThreshold, noiseOnAll, shareOfCells } = call.attributes;
  const dropped = dropThreshold / 2 ** 32;
  const found = foundEntries(call) / nVars;
  const share = noiseOnAll ? 1 : (1 - dropped) * found + (call.inputs.means ? dropped : 0);
  return nChannels >= DENSE_CHANNELS && shareOfCells * share > DENSE_SHARE;
}

/** Rows of the list written out one part after the other, each in place of the last. */
function* writtenRows(call: WasmCall, nRows: number) {
  const { at, temporary, run, attributes } = call;
  const { nVars } = attributes;
  const most = WHOLE_ROWS * Math.max(1, Math.floor(WRITTEN_ENTRIES / (WHOLE_ROWS * nVars)));
  const left = temporary(Math.min(nRows, most) * nVars);
  for (let first = 0; first < nRows; first += most) {
    const n = Math.min(most, nRows - first);
    const args = [...expression(call), at("rows") + 4 * first, left];
    run("writeExpression", { rows: n, multiplications: 8 * n * nVars }, args, TABLE + 2 * rowCapacity(call));
    yield { first, n, left };
  }
}

/** The first arguments of the kernels that make entries. */
function expression({ at, inputs, attributes: a }: WasmCall, droppedAlone = 0): number[] {
  const view = 256 * a.dropPerGene + 512 * a.noiseOnAll + 1024 * droppedAlone;
  const kinds = a.countBytes + 8 * a.geneBytes + 64 * a.log1p + 128 * a.scaled + view;
  return [a.nObs, a.nVars, kinds, at("header"), at("genes"), at("counts")].concat([
    ...[a.dropKey, a.dropThreshold, a.noiseKey, a.noiseDeviation, a.countKey, a.countThreshold],
    inputs.means ? at("means") : 0,
  ]);
}

/** Room for the entries of any row, with the up to three that a group of four writes too many. */
function rowCapacity({ inputs, attributes: { noiseOnAll, nVars, maxEntries } }: WasmCall): number {
  return (noiseOnAll || inputs.means ? nVars : maxEntries) + 4;
}

/** Entries of a row on average, by which work is shared. */
function meanEntries(call: WasmCall): number {
  return call.attributes.noiseOnAll || call.inputs.means ? call.attributes.nVars : foundEntries(call);
}

/** Of a cell, above zero. */
function foundEntries({ inputs, attributes: { nObs, geneBytes } }: WasmCall): number {
  return Math.ceil((inputs.genes.shape[0] * 4) / geneBytes / Math.max(1, nObs));
}
