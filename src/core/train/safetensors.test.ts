import { describe, expect, test } from "vitest";
import { createRng, integer, normal } from "../random";
import { readSafetensors, writeSafetensors } from "./safetensors";

const arrays = (seed: number) => {
  const rng = createRng(seed);
  return Array.from({ length: 1 + integer(rng, 5) }, (_, i) => {
    const shape = Array.from({ length: integer(rng, 4) }, () => integer(rng, 5));
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => normal(rng));
    return { name: `convs.${i}.lin.weight`, shape, data };
  });
};

test.each([1, 2, 3, 4, 5])("what is written reads back, and writes the same bytes again (seed %i)", (seed) => {
  const bytes = writeSafetensors(arrays(seed), { recipe: "µ" });
  const file = readSafetensors(bytes);
  expect(file).toEqual({ arrays: arrays(seed), metadata: { recipe: "µ" } });
  expect(writeSafetensors(file.arrays, file.metadata)).toEqual(bytes);
});

test("a file is read from the middle of a larger buffer", () => {
  const bytes = writeSafetensors(arrays(7));
  const buffer = new Uint8Array(bytes.length + 3);
  buffer.set(bytes, 3);
  expect(readSafetensors(buffer.subarray(3)).arrays).toEqual(arrays(7));
});

test("the counter of torch's batch norm, a whole number, is passed over", () => {
  const bytes = writeSafetensors([
    { name: "norms.0.module.weight", shape: [1], data: Float32Array.of(2) },
    { name: "norms.0.module.num_batches_tracked", shape: [], data: Float32Array.of(0) },
  ]);
  const text = String.fromCharCode(...bytes);
  // the same length, so that every offset stays
  const counted = text.replace('"F32","shape":[],', '"I32","shape":[],');
  expect(counted).not.toBe(text);
  const { arrays } = readSafetensors(Uint8Array.from(counted, (c) => c.charCodeAt(0)));
  expect(arrays.map(({ name }) => name)).toEqual(["norms.0.module.weight"]);
});

test("the layout is the one of the format: header length, JSON, values from a multiple of eight on", () => {
  const bytes = writeSafetensors([{ name: "a", shape: [2], data: Float32Array.of(1, -2) }]);
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  expect((8 + length) % 8).toBe(0);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  expect(header).toEqual({ a: { dtype: "F32", shape: [2], data_offsets: [0, 8] } });
  expect(new Float32Array(bytes.slice(8 + length).buffer)).toEqual(Float32Array.of(1, -2));
});

describe("a broken file is refused in words", () => {
  const good = writeSafetensors([{ name: "a", shape: [2], data: Float32Array.of(1, 2) }]);
  const withHeader = (header: object | string) => {
    const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
    const bytes = new Uint8Array(8 + text.length + 8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
    bytes.set(text, 8);
    return bytes;
  };
  test.each([
    ["shorter than its header length", new Uint8Array(3)],
    ["the header says", good.slice(0, 20)],
    ["the header is not JSON", withHeader("nonsense")],
    ["a lies outside the file", good.slice(0, good.length - 4)],
    ["a is F16, only F32 is read", withHeader({ a: { dtype: "F16", shape: [4], data_offsets: [0, 8] } })],
    ["has shape [3] but 8 bytes", withHeader({ a: { dtype: "F32", shape: [3], data_offsets: [0, 8] } })],
  ])("%s", (message, bytes) => {
    expect(() => readSafetensors(bytes)).toThrow(message);
  });
});
