import type { ByteSource } from "./byte-source";

// apache-arrow trusts the tables of a file: a damaged length sends it through millions of fields that are not there.
// So the footer and the head of each batch are walked first, every list in them held to the bytes there are.
// Field numbers are those of Arrow's Schema.fbs, Message.fbs and File.fbs.

const FOOTER = { schema: 1, dictionaries: 2, recordBatches: 3 };
const SCHEMA = { fields: 1, metadata: 2 };
const FIELD = { children: 5, metadata: 6 };
const MESSAGE = { headerType: 1, header: 2, metadata: 4 };
const RECORD_BATCH = { nodes: 1, buffers: 2, variadicCounts: 4 };
const DICTIONARY_BATCH = { data: 1 };
const HEADER = { dictionaryBatch: 2, recordBatch: 3 };

const BLOCK = 24; // bytes: offset, length of the head, length of the body
const PAIR = 16; // two 64-bit numbers
const POINTER = 4;
const DEEPEST = 64;
/** Bytes a footer or the head of a batch may have; those of a file of millions of cells have a few thousand. */
export const LARGEST_HEAD = 1 << 26;

/** Thrown inside, told by the caller as a damaged file. */
class Damaged extends Error {}

/** What is wrong with a file's footer and with the heads of its batches, in words; null if nothing is. */
export function damageOf(source: ByteSource, footer: Uint8Array): string | null {
  try {
    const buffer = new FlatBuffer(footer);
    const root = buffer.root();
    const schema = buffer.table(root, FOOTER.schema);
    if (schema === null) throw new Damaged("it has no schema");
    buffer.vector(schema, SCHEMA.metadata, POINTER);
    checkFields(buffer, schema, SCHEMA.fields, { left: footer.length / POINTER }, 0);
    for (const list of [FOOTER.dictionaries, FOOTER.recordBatches]) {
      const blocks = buffer.vector(root, list, BLOCK);
      for (let i = 0; i < blocks.length; i++) checkBlock(source, buffer.view, blocks.start + BLOCK * i);
    }
    return null;
  } catch (thrown) {
    // a RangeError is a pointer out of the bytes
    if (thrown instanceof Damaged || thrown instanceof RangeError) return thrown.message;
    throw thrown;
  }
}

function checkFields(buffer: FlatBuffer, table: number, list: number, budget: { left: number }, depth: number): void {
  const fields = buffer.vector(table, list, POINTER);
  budget.left -= fields.length;
  if (budget.left < 0 || depth > DEEPEST) throw new Damaged("its schema cannot be understood");
  for (let i = 0; i < fields.length; i++) {
    const field = buffer.follow(fields.start + POINTER * i);
    buffer.vector(field, FIELD.metadata, POINTER);
    checkFields(buffer, field, FIELD.children, budget, depth + 1);
  }
}

function checkBlock(source: ByteSource, view: DataView, at: number): void {
  const offset = Number(view.getBigInt64(at, true));
  const headLength = view.getInt32(at + 8, true);
  const bodyLength = Number(view.getBigInt64(at + 16, true));
  if (
    !(
      offset >= 8 &&
      headLength >= 8 &&
      headLength <= LARGEST_HEAD &&
      bodyLength >= 0 &&
      offset + headLength + bodyLength <= source.size
    )
  )
    throw new Damaged("a batch lies outside it");

  const bytes = source.readSync(offset, headLength);
  const head = new FlatBuffer(bytes.subarray(prefixLength(bytes)));
  const message = head.root();
  head.vector(message, MESSAGE.metadata, POINTER);
  const header = head.table(message, MESSAGE.header);
  const type = head.byte(message, MESSAGE.headerType);
  const batch = header !== null && type === HEADER.dictionaryBatch ? head.table(header, DICTIONARY_BATCH.data) : header;
  if (batch === null || (type !== HEADER.dictionaryBatch && type !== HEADER.recordBatch))
    throw new Damaged("the head of a batch cannot be understood");
  checkPairs(head, head.vector(batch, RECORD_BATCH.nodes, PAIR), Number.MAX_SAFE_INTEGER);
  checkPairs(head, head.vector(batch, RECORD_BATCH.buffers, PAIR), bodyLength);
  head.vector(batch, RECORD_BATCH.variadicCounts, 8);
}

/** Lengths and missing values of columns, or offsets and lengths of buffers: none negative, their sum within `end`. */
function checkPairs({ view }: FlatBuffer, list: { start: number; length: number }, end: number): void {
  for (let i = 0; i < list.length; i++) {
    const first = Number(view.getBigInt64(list.start + PAIR * i, true));
    const second = Number(view.getBigInt64(list.start + PAIR * i + 8, true));
    if (!(first >= 0 && second >= 0 && first + second <= end)) throw new Damaged("a column lies outside its batch");
  }
}

/** Bytes before the table of a message: its length, since Arrow 0.15 after a marker. */
export function prefixLength(head: Uint8Array): number {
  const marked = head[0] === 255 && head[1] === 255 && head[2] === 255 && head[3] === 255;
  return marked ? 8 : 4;
}

/** As much of FlatBuffers as it takes to find a table's fields. Reads out of bounds throw RangeError. */
class FlatBuffer {
  readonly view: DataView;
  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  root(): number {
    return this.follow(0);
  }
  follow(at: number): number {
    return at + this.view.getUint32(at, true);
  }
  /** Table that a field points to; null if the field is absent. */
  table(parent: number, field: number): number | null {
    const at = this.place(parent, field);
    return at === 0 ? null : this.follow(at);
  }
  byte(parent: number, field: number): number {
    const at = this.place(parent, field);
    return at === 0 ? 0 : this.view.getUint8(at);
  }
  /** List that a field points to, its elements of `size` bytes all inside; empty if the field is absent. */
  vector(parent: number, field: number, size: number): { readonly start: number; readonly length: number } {
    const at = this.place(parent, field);
    if (at === 0) return { start: 0, length: 0 };
    const vector = this.follow(at);
    const length = this.view.getUint32(vector, true);
    if (vector + 4 + length * size > this.view.byteLength) throw new Damaged("a list in it is longer than the file");
    return { start: vector + 4, length };
  }
  private place(table: number, field: number): number {
    const vtable = table - this.view.getInt32(table, true);
    const slot = 4 + 2 * field;
    if (slot >= this.view.getUint16(vtable, true)) return 0;
    const offset = this.view.getUint16(vtable + slot, true);
    return offset === 0 ? 0 : table + offset;
  }
}
