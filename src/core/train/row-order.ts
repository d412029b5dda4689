import { inverseOf } from "../graph/reorder";
import { tissueOrder } from "../graph/tissue-order";
import type { Slice } from "../slice/slice";
import type { AttentionRecord } from "./attention";

/**
 * Rows of a full-graph batch stand in the order of the tissue, whatever that of the file. This is the one place where
 * what leaves the trainer is told by cell again.
 */
export interface RowOrder {
  /** The cell of each row. */
  readonly cells: Uint32Array; // (nObs,)
  rowOf(cell: number): number;
  /** Puts row-major values, shape (nObs, any), in the order of cells, in place; gives them back. */
  byCell(values: Float32Array): Float32Array;
  /** Names cells instead of rows; neighbours ascend again. */
  attentionByCell(record: AttentionRecord): AttentionRecord;
}

/** @param first  cells whose rows come before all others', in the order of the tissue as well; null for none */
export function rowOrderOf(
  { spatial, section, nObs }: Pick<Slice, "spatial" | "section" | "nObs">,
  first: Uint32Array | null = null,
): RowOrder {
  const ofTissue = tissueOrder(spatial, section.codes, nObs);
  const cells = first ? withFirst(ofTissue, first) : ofTissue;
  const rows = inverseOf(cells);
  return {
    cells,
    rowOf: (cell) => rows[cell],
    byCell: (values) => gatherInPlace(values, rows),
    attentionByCell: ({ cell, neighbours, heads, layers }) => {
      const order = [...neighbours.keys()].sort((a, b) => cells[neighbours[a]] - cells[neighbours[b]] || a - b);
      return {
        cell: cells[cell],
        neighbours: Uint32Array.from(order, (e) => cells[neighbours[e]]),
        heads,
        layers: layers.map((alpha) =>
          Float32Array.from(alpha, (_, k) => alpha[order[Math.floor(k / heads)] * heads + (k % heads)]),
        ),
      };
    },
  };
}

function withFirst(order: Uint32Array, first: Uint32Array): Uint32Array {
  const isFirst = new Uint8Array(order.length);
  for (const cell of first) isFirst[cell] = 1;
  const cells = new Uint32Array(order.length);
  cells.set(order.filter((cell) => isFirst[cell] === 1));
  cells.set(
    order.filter((cell) => isFirst[cell] === 0),
    first.length,
  );
  return cells;
}

/** Row i becomes what row source[i] was. Along cycles, since a copy of an embedding may be hundreds of megabytes. */
function gatherInPlace(values: Float32Array, source: Uint32Array): Float32Array {
  const width = values.length / source.length;
  const done = new Uint8Array(source.length);
  for (let first = 0; first < source.length; first++) {
    if (done[first] || source[first] === first) continue;
    const start = values.slice(first * width, (first + 1) * width);
    let row = first;
    for (; source[row] !== first; row = source[row]) {
      done[row] = 1;
      values.copyWithin(row * width, source[row] * width, (source[row] + 1) * width);
    }
    done[row] = 1;
    values.set(start, row * width);
  }
  return values;
}
