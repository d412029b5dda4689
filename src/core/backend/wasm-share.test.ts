import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { onBackend } from "../kernels/testing/backends";

const addressOf = ({ dataId }: tf.Tensor): number =>
  (tf.backend() as unknown as BackendWasm).dataIdMap.get(dataId).memoryOffset;

describe("tensors that equal another, on wasm", () => {
  const backend = onBackend("wasm");

  test("lie where it lies, and outlive it", async () => {
    const x = tf.tensor1d([1, 2, 3]);
    const [copy, floats, whole] = [tf.clone(x), tf.cast(x, "float32"), tf.cast(x, "int32")];
    expect([addressOf(copy), addressOf(floats)]).toEqual([addressOf(x), addressOf(x)]);
    expect(addressOf(whole)).not.toBe(addressOf(x));
    const held = x.dataId;
    x.dispose();
    copy.dispose();
    const other = tf.zeros([3]); // would take the room, were it free
    expect(Array.from(await backend().read(floats))).toEqual([1, 2, 3]);
    expect(Array.from(await whole.data())).toEqual([1, 2, 3]);
    tf.dispose([floats, whole, other]);
    expect((tf.backend() as unknown as BackendWasm).dataIdMap.has(held)).toBe(false);
    expect(backend().memory().tensors).toBe(0);
  });

  test("a gradient takes no copy of what it keeps", async () => {
    const x = tf.ones([1000, 1000]);
    const before = backend().memory().peakBytes;
    const gradient = tf.tidy(() => tf.grad((v) => tf.sum(tf.square(v)))(x));
    expect((await backend().read(gradient))[7]).toBe(2);
    // five arrays are made in all; with copies of x there were seven
    expect(backend().memory().peakBytes - before).toBeLessThan(5.5 * x.size * 4);
    tf.dispose([x, gradient]);
  });
});
