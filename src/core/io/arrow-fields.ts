import { LabError } from "../errors";
import type { CountArray } from "../slice/count-values";
import type { Utf8Column } from "../slice/slice";
import {
  type Data,
  type DataType,
  Dictionary,
  Field,
  Float32,
  Int8,
  Int16,
  Int32,
  List,
  makeData,
  Uint8,
  Uint16,
  Uint32,
  Utf8,
  type Vector,
  vectorFromArray,
} from "./apache-arrow.mjs";
import type { ArrowLayout, CellChunk } from "./arrow-chunk";
import { FIELD, fieldOf, type SectionField } from "./arrow-layout";

/** A field of the file and how a chunk of cells fills it. */
export interface Column {
  readonly field: Field;
  data(chunk: CellChunk, nObs: number): Data;
}

/** The columns of the layout in the order they are written. */
export function fieldsOf(layout: ArrowLayout, section: SectionField): Column[] {
  const geneType = layout.varNames.length <= 65535 ? new Uint16() : new Uint32();
  const countType = { uint8: new Uint8(), uint16: new Uint16(), float32: new Float32() }[layout.countType];
  let dictionaries = 0; // numbered from 0 in each file: the same slice gives the same bytes
  return [
    { field: new Field(FIELD.cell, new Utf8(), false), data: (c, n) => textData(c.obsNames, n) },
    { field: new Field(FIELD.x, new Float32(), false), data: (c, n) => numberData(every(c.spatial, n, 0), n) },
    { field: new Field(FIELD.y, new Float32(), false), data: (c, n) => numberData(every(c.spatial, n, 1), n) },
    ...(section.label ? [] : [labelColumn(FIELD.section, layout.sectionNames, dictionaries++, (c) => c.sectionCodes)]),
    ...layout.obs.map((column, at): Column => {
      const name = fieldOf(column.name, section);
      return column.kind === "categorical"
        ? labelColumn(name, column.categories, dictionaries++, (c) => c.obs[at])
        : {
            field: new Field(name, new Float32(), false),
            data: (c, n) => numberData(asType(c.obs[at], Float32Array), n),
          };
    }),
    listColumn(FIELD.gene, geneType, (c) =>
      asType(c.X.indices, geneType instanceof Uint16 ? Uint16Array : Uint32Array),
    ),
    listColumn(FIELD.count, countType, (c) => counts(c.X.data, layout.countType)),
  ];
}

function listColumn(
  name: string,
  type: DataType,
  values: (chunk: CellChunk) => ArrayBufferView & { length: number },
): Column {
  const item = new Field("item", type, false);
  const list = new List(item);
  return {
    field: new Field(name, list, false),
    data(chunk, length) {
      const { indptr } = chunk.X;
      const data = values(chunk);
      // the same bits: offsets stay below 2^31 in a chunk
      const valueOffsets = new Int32Array(indptr.buffer, indptr.byteOffset, length + 1);
      const child = makeData({ type, length: data.length, nullCount: 0, data });
      return makeData({ type: list, length, nullCount: 0, valueOffsets, child });
    },
  };
}

function labelColumn(
  name: string,
  categories: readonly string[],
  id: number,
  codes: (chunk: CellChunk) => ArrayLike<number>,
): Column {
  const { field, data } = labelField(name, categories, id);
  return { field, data: (chunk) => data(codes(chunk)) };
}

/** A dictionary field with the given categories and id, and how codes become its data; -1 is missing. */
export function labelField(
  name: string,
  categories: readonly string[],
  id: number,
): { readonly field: Field; data(codes: ArrayLike<number>): Data } {
  const narrow = categories.length <= 128 ? Int8Array : categories.length <= 32768 ? Int16Array : Int32Array;
  const index = narrow === Int8Array ? new Int8() : narrow === Int16Array ? new Int16() : new Int32();
  const type = new Dictionary(new Utf8(), index, id);
  const dictionary: Vector = vectorFromArray(categories, new Utf8());
  return {
    field: new Field(name, type, true),
    data(codes) {
      const data = asType(codes, narrow);
      return makeData({ type, length: codes.length, ...presence(data), data, dictionary });
    },
  };
}

/** Arrow's bitmap of values that are there; none where no code is -1. */
function presence(codes: ArrayLike<number>): { nullCount: number; nullBitmap?: Uint8Array } {
  let nullCount = 0;
  for (let i = 0; i < codes.length; i++) if (codes[i] < 0) nullCount++;
  if (nullCount === 0) return { nullCount };
  const nullBitmap = new Uint8Array((codes.length + 7) >> 3);
  for (let i = 0; i < codes.length; i++) if (codes[i] >= 0) nullBitmap[i >> 3] |= 1 << (i & 7);
  return { nullCount, nullBitmap };
}

export function textData({ offsets, bytes }: Utf8Column, length: number): Data {
  return makeData({ type: new Utf8(), length, nullCount: 0, valueOffsets: offsets, data: bytes });
}

export function numberData(data: Float32Array, length: number): Data {
  return makeData({ type: new Float32(), length, nullCount: 0, data });
}

export function every(spatial: Float32Array, nObs: number, axis: 0 | 1): Float32Array {
  return Float32Array.from({ length: nObs }, (_, i) => spatial[2 * i + axis]);
}

type ArrayType = { new (values: ArrayLike<number>): ArrayBufferView & { length: number } };

function counts(values: CountArray, type: ArrowLayout["countType"]): CountArray {
  const limit = { uint8: 255, uint16: 65535, float32: Number.POSITIVE_INFINITY }[type];
  const tooLarge =
    values.BYTES_PER_ELEMENT === 1 ? undefined : values.find((v) => v > limit || (limit < Infinity && v % 1 !== 0));
  if (tooLarge !== undefined)
    throw new LabError(
      "range",
      `The count ${tooLarge} does not fit ${type}.`,
      "Declare a wider countType for the file.",
    );
  return asType(values, { uint8: Uint8Array, uint16: Uint16Array, float32: Float32Array }[type]);
}

/** The same array where it is of the type, else a copy in it. */
function asType<T extends ArrayType>(values: ArrayLike<number>, type: T): InstanceType<T> {
  return (values instanceof type ? values : new type(values)) as InstanceType<T>;
}
