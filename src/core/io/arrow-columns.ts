import { LabError } from "../errors";
import { categoriesOf, narrowCodes } from "../slice/columns";
import type { CategoricalColumn, ObsColumn, Utf8Column } from "../slice/slice";
import { packStrings } from "../slice/utf8-column";
import { type Data, DataType } from "./apache-arrow.mjs";

/** A column of one record batch, or of all joined. */
export type Piece =
  | { readonly kind: "numbers"; readonly values: Float32Array }
  | { readonly kind: "codes"; readonly codes: CategoricalColumn["codes"]; readonly categories: readonly string[] }
  /** `missing` holds 1 for each text that is not there; absent where none is missing. */
  | { readonly kind: "texts"; readonly texts: Utf8Column; readonly missing?: Uint8Array };

const MOST_CATEGORIES = 10_000;

/**
 * A column of a batch; null where the lab has no use for its type. Float32 numbers, narrow codes and texts stay
 * views of the batch if `keep`, else they are copied so that the batch can be given up.
 */
export function readPiece(data: Data, keep: boolean): Piece | null {
  const { type } = data;
  checkSize(data);
  if (DataType.isDictionary(type)) return codesPiece(data, keep);
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) {
    const missing =
      data.nullCount > 0 ? Uint8Array.from({ length: data.length }, (_, i) => +isNull(data, i)) : undefined;
    return { kind: "texts", texts: texts(data, keep), ...(missing && { missing }) };
  }
  if (DataType.isBool(type)) {
    const bits = data.values as Uint8Array;
    const codes = new Int8Array(data.length);
    for (let i = 0; i < data.length; i++) codes[i] = isNull(data, i) ? -1 : (bits[i >> 3] >> (i & 7)) & 1;
    return { kind: "codes", codes, categories: ["False", "True"] };
  }
  if (!DataType.isInt(type) && !isPlainFloat(data)) return null;
  return { kind: "numbers", values: numbers(data, keep) };
}

/** Pieces of all batches as one column; their dictionaries may grow from batch to batch, never change. */
export function joinPieces(pieces: readonly Piece[], nRows: number): Piece {
  const [first] = pieces;
  if (pieces.length === 1) return first;
  if (first.kind === "numbers") {
    const values = new Float32Array(nRows);
    fill(pieces, (piece, at) => {
      const part = (piece as typeof first).values;
      values.set(part, at);
      return part.length;
    });
    return { kind: "numbers", values };
  }
  if (first.kind === "codes") {
    const { categories } = pieces.at(-1) as typeof first;
    const codes = narrowCodes(new Int8Array(nRows), categories.length);
    fill(pieces, (piece, at) => {
      const part = (piece as typeof first).codes;
      codes.set(part, at);
      return part.length;
    });
    return { kind: "codes", codes, categories };
  }
  const parts = pieces as readonly (typeof first)[];
  const missing = new Uint8Array(nRows);
  fill(parts, (piece, at) => {
    const { texts, missing: some } = piece as typeof first;
    if (some) missing.set(some, at);
    return texts.offsets.length - 1;
  });
  const texts = joinTexts(
    parts.map((part) => part.texts),
    nRows,
  );
  return { kind: "texts", texts, ...(parts.some((part) => part.missing) && { missing }) };
}

/** A piece as an obs column; null where its texts are too many to be labels. */
export function obsColumn(name: string, piece: Piece): ObsColumn | null {
  if (piece.kind === "numbers") return { kind: "numeric", name, values: piece.values };
  if (piece.kind === "codes") return { kind: "categorical", name, codes: piece.codes, categories: piece.categories };
  const found = categoriesOf(piece.texts, MOST_CATEGORIES, piece.missing);
  return found && { kind: "categorical", name, ...found };
}

/** A piece as names of cells. */
export function namesOf(piece: Piece): Utf8Column {
  if (piece.kind === "texts") return piece.texts;
  if (piece.kind === "numbers") return packStrings(Array.from(piece.values, String));
  return packStrings(Array.from(piece.codes, (code) => piece.categories[code] ?? ""));
}

/** The buffers of a damaged file may be shorter than its batch; a loop over them would not end well. */
function checkSize({ type, length, values, valueOffsets }: Data): void {
  const isText = DataType.isUtf8(type) || DataType.isLargeUtf8(type);
  if (isText) checkOffsets(valueOffsets, length, values.length);
  else if (values && values.length < (DataType.isBool(type) ? length / 8 : length)) throw damagedSizes();
}

/** Offsets of texts or lists: one more than there are, never falling, none beyond what they point into. */
export function checkOffsets(offsets: Data["valueOffsets"], length: number, end: number): void {
  if (length === 0) return;
  if (offsets.length <= length) throw damagedSizes();
  let last = Number(offsets[0]);
  for (let i = 0; i <= length; i++) {
    const at = Number(offsets[i]);
    if (at < last || at > end) throw damagedSizes();
    last = at;
  }
  if (Number(offsets[0]) < 0) throw damagedSizes();
}

function damagedSizes(): LabError {
  return new LabError(
    "format",
    "The Arrow file is damaged: its columns do not have the sizes it claims.",
    "Copy or write it again.",
  );
}

function isPlainFloat({ type, values }: Data): boolean {
  return DataType.isFloat(type) && !(values instanceof Uint16Array); // half precision comes as raw bits
}

function isNull({ nullCount, nullBitmap }: Data, i: number): boolean {
  return (
    nullCount > 0 && nullBitmap !== undefined && nullBitmap.length > 0 && ((nullBitmap[i >> 3] >> (i & 7)) & 1) === 0
  );
}

function numbers(data: Data, keep: boolean): Float32Array {
  const { values, length } = data;
  if (keep && values instanceof Float32Array && data.nullCount === 0) return values.subarray(0, length);
  const out = new Float32Array(length);
  for (let i = 0; i < length; i++) out[i] = isNull(data, i) ? Number.NaN : Number(values[i]);
  return out;
}

function codesPiece(data: Data, keep: boolean): Piece {
  const { values, length, dictionary } = data;
  const categories = Array.from({ length: dictionary?.length ?? 0 }, (_, i) => String(dictionary?.get(i) ?? ""));
  const signed = values instanceof Int8Array || values instanceof Int16Array || values instanceof Int32Array;
  if (keep && signed) {
    const codes = values.subarray(0, length);
    if (codes.every((code, i) => code >= -1 && code < categories.length && code < 0 === isNull(data, i)))
      return { kind: "codes", codes, categories };
  }
  const codes = Int32Array.from({ length }, (_, i) => (isNull(data, i) ? -1 : Number(values[i])));
  return { kind: "codes", codes: narrowCodes(codes, categories.length), categories };
}

function texts(data: Data, keep: boolean): Utf8Column {
  const { valueOffsets, length } = data;
  const bytes = data.values as Uint8Array;
  if (keep && valueOffsets instanceof Int32Array && valueOffsets[0] === 0)
    return { offsets: valueOffsets.subarray(0, length + 1), bytes: bytes.subarray(0, valueOffsets[length]) };
  const start = Number(valueOffsets[0] ?? 0);
  const offsets = Int32Array.from({ length: length + 1 }, (_, i) => Number(valueOffsets[i] ?? start) - start);
  return { offsets, bytes: bytes.slice(start, start + offsets[length]) };
}

function joinTexts(columns: readonly Utf8Column[], nRows: number): Utf8Column {
  const offsets = new Int32Array(nRows + 1);
  const bytes = new Uint8Array(columns.reduce((n, column) => n + column.bytes.length, 0));
  let row = 0;
  let base = 0;
  for (const column of columns) {
    for (let i = 1; i < column.offsets.length; i++) offsets[++row] = base + column.offsets[i];
    bytes.set(column.bytes, base);
    base += column.bytes.length;
  }
  return { offsets, bytes };
}

function fill(pieces: readonly Piece[], put: (piece: Piece, at: number) => number): void {
  let at = 0;
  for (const piece of pieces) at += put(piece, at);
}
