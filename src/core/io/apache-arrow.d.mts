// What the lab uses of apache-arrow 21, and no more.

type Values =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

export class DataType {
  readonly children: readonly Field[] | null;
  static isInt(type: DataType): boolean;
  static isFloat(type: DataType): boolean;
  static isBool(type: DataType): boolean;
  static isUtf8(type: DataType): boolean;
  static isLargeUtf8(type: DataType): boolean;
  static isList(type: DataType): boolean;
  static isLargeList(type: DataType): boolean;
  static isFixedSizeList(type: DataType): type is FixedSizeList;
  static isDictionary(type: DataType): type is Dictionary;
}
export class Int8 extends DataType {}
export class Int16 extends DataType {}
export class Int32 extends DataType {}
export class Uint8 extends DataType {}
export class Uint16 extends DataType {}
export class Uint32 extends DataType {}
export class Float32 extends DataType {}
export class Utf8 extends DataType {}
export class List extends DataType {
  constructor(child: Field);
}
export class FixedSizeList extends DataType {
  constructor(listSize: number, child: Field);
  readonly listSize: number;
}
export class Struct extends DataType {
  constructor(children: readonly Field[]);
}
export class Dictionary extends DataType {
  constructor(dictionary: DataType, indices: DataType, id: number, isOrdered?: boolean);
  readonly dictionary: DataType;
}

export class Field {
  constructor(name: string, type: DataType, nullable?: boolean);
  readonly name: string;
  readonly type: DataType;
}
export class Schema {
  constructor(fields: readonly Field[], metadata?: ReadonlyMap<string, string>);
  readonly fields: readonly Field[];
  readonly metadata: ReadonlyMap<string, string>;
}

export interface Vector {
  readonly length: number;
  get(index: number): unknown;
}
export interface Data {
  readonly type: DataType;
  readonly length: number;
  readonly nullCount: number;
  /** One bit per value, 1 = present; empty where nothing is missing. */
  readonly nullBitmap?: Uint8Array;
  readonly values: Values;
  readonly valueOffsets: Int32Array | BigInt64Array;
  readonly children: readonly Data[];
  readonly dictionary?: Vector;
}
export function makeData(props: {
  readonly type: DataType;
  readonly length: number;
  readonly nullCount?: number;
  readonly nullBitmap?: Uint8Array;
  readonly data?: ArrayBufferView;
  readonly valueOffsets?: Int32Array;
  readonly child?: Data;
  readonly children?: readonly Data[];
  readonly dictionary?: Vector;
}): Data;
export function vectorFromArray(values: readonly string[], type: DataType): Vector;

export class RecordBatch {
  constructor(schema: Schema, data: Data);
  readonly numRows: number;
  readonly data: Data;
}

export interface FileBlock {
  readonly offset: number;
  readonly metaDataLength: number;
  readonly bodyLength: number;
}
export class Message {
  static decode(bytes: Uint8Array): Message;
  header(): {
    readonly length: number;
    /** Nodes depth first: a list's own, then its child's. */
    readonly nodes: readonly { readonly length: number; readonly nullCount: number }[];
  };
}

/** What `RecordBatchReader.from` takes for a file of which only parts are read. */
export interface FileHandle {
  readonly fd: number;
  stat(): Promise<{ readonly size: number }>;
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number; readonly buffer: Uint8Array }>;
  close(): Promise<void>;
}
export class RecordBatchReader {
  static from(handle: FileHandle): Promise<RecordBatchReader>;
  open(): Promise<this>;
  readonly schema: Schema;
  readonly numRecordBatches: number;
  readonly footer: { getRecordBatch(index: number): FileBlock | null } | null;
  readRecordBatch(index: number): Promise<RecordBatch | null>;
}
export class RecordBatchFileWriter {
  write(batch: RecordBatch): void;
  reset(sink: undefined, schema: Schema): this;
  finish(): this;
  /** Takes each piece of the file in turn. */
  protected _write(chunk: ArrayBufferView): this;
  protected _started: boolean;
  protected _position: number;
}

export const CompressionType: { readonly LZ4_FRAME: number; readonly ZSTD: number };
export const compressionRegistry: {
  set(type: number, codec: { decode(bytes: Uint8Array): Uint8Array }): void;
};
