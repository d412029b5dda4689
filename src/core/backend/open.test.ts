import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { nodePlatform } from "../../../cli/platform";
import { csrMatmul } from "../kernels/csr-matmul";
import { uploadCsr } from "../kernels/device-csr";
import { openForTest } from "../kernels/testing/backends";
import { openBackend } from "./open";

describe.each(["cpu", "wasm", "webgpu"] as const)("%s", (name) => {
  test("opens, computes, counts its memory, closes and opens again", async ({ skip }) => {
    for (let round = 0; round < 2; round++) {
      const backend = await openForTest(name);
      if (!backend) return skip();
      expect(backend.name).toBe(name);
      const x = tf.ones([64, 64]);
      const y = tf.matMul(x, x);
      expect((await backend.read(y))[5]).toBe(64);
      expect(backend.memory().tensors).toBe(2);
      expect(backend.memory().bytes).toBe(2 * 64 * 64 * 4);
      expect(backend.memory().peakBytes).toBeGreaterThanOrEqual(2 * 64 * 64 * 4);
      tf.dispose([x, y]);
      backend.dispose();
    }
  });
});

test("a software GPU is passed over for wasm, and the report says why", async ({ skip }) => {
  const platform = await nodePlatform({ threads: 1 });
  const software = await openBackend({ prefer: "webgpu", allowSoftware: true, platform }).catch(() => undefined);
  if (!software?.report.software) return skip("no software GPU here");
  software.dispose();
  const backend = await openBackend({ prefer: "auto", platform });
  expect(backend.name).toBe("wasm");
  expect(backend.report.tried).toEqual([{ name: "webgpu", reason: expect.stringContaining("software") }]);
  backend.dispose();
});

test("without a GPU, asking for one fails and names the reason", async () => {
  const platform = await nodePlatform({ gpu: false });
  await expect(openBackend({ prefer: "webgpu", platform })).rejects.toMatchObject({
    code: "device",
    message: expect.stringContaining("WebGPU is not offered here"),
  });
});

test("wasm runs on threads that share memory, own kernels included", async () => {
  const backend = await openForTest("wasm", { threads: 2 });
  expect(backend?.report.threads).toBe(2);
  const indptr = Uint32Array.of(0, 2, 3);
  const a = uploadCsr({ nRows: 2, nCols: 2, indptr, indices: Uint32Array.of(0, 1, 1), data: Float32Array.of(1, 2, 3) });
  const x = tf.tensor2d([1, 10, 100, 1000], [2, 2]);
  const y = csrMatmul(a, x);
  expect(Array.from(await backend!.read(y))).toEqual([201, 2010, 300, 3000]);
  tf.dispose([x, y]);
  a.dispose();
  expect(backend?.memory().tensors).toBe(0);
  backend?.dispose();
});

test("a full wasm heap is an error of its own, not a wrong result", async () => {
  const backend = await openForTest("wasm");
  const heap = tf.backend() as unknown as BackendWasm;
  const fill = () => {
    // never written to, so the system hands out no pages
    for (let i = 0; i < 5; i++) heap.makeOutput([2 ** 28], "float32");
  };
  expect(fill).toThrow(expect.objectContaining({ code: "memory" }));
  backend?.dispose();
});

describe("WebGPU", () => {
  test("a shader that does not compile fails the run instead of giving zeros", async ({ skip }) => {
    const backend = await openForTest("webgpu");
    if (!backend) return skip();
    const gpu = tf.backend() as unknown as { device: GPUDevice };
    gpu.device.createShaderModule({ code: "fn main( { this is no shader" });
    await gpu.device.queue.onSubmittedWorkDone();
    expect(() => backend.check()).toThrow(expect.objectContaining({ code: "device" }));
    expect(() => backend.check()).not.toThrow();
    backend.dispose();
  });

  test("an array larger than the device takes is refused before it is made", async ({ skip }) => {
    const backend = await openForTest("webgpu");
    if (!backend) return skip();
    const { device } = tf.backend() as unknown as { device: GPUDevice };
    const rows = Math.floor(device.limits.maxStorageBufferBindingSize / 4 / 1024) + 1;
    expect(() => tf.tidy(() => tf.fill([rows, 1024], 1))).toThrow(expect.objectContaining({ code: "memory" }));
    backend.dispose();
  });

  test("a lost device settles `lost`, and another backend can be opened", async ({ skip }) => {
    const backend = await openForTest("webgpu");
    if (!backend) return skip();
    (tf.backend() as unknown as { device: GPUDevice }).device.destroy();
    expect(await backend.lost).toMatchObject({ code: "device" });
    backend.dispose();
    const next = await openForTest("wasm");
    expect(next?.name).toBe("wasm");
    next?.dispose();
  });

  test("pooled buffers are given back on trim", async ({ skip }) => {
    const backend = await openForTest("webgpu");
    if (!backend) return skip();
    for (let n = 100; n < 110; n++) {
      const y = tf.tidy(() => tf.add(tf.ones([n, 64]), tf.ones([n, 64])));
      await backend.read(y);
      y.dispose();
    }
    const before = backend.memory().heldBytes;
    backend.trim();
    expect(backend.memory().heldBytes).toBeLessThan(before / 4);
    const y = tf.tidy(() => tf.add(tf.ones([101, 64]), tf.ones([101, 64])));
    expect((await backend.read(y))[7]).toBe(2);
    y.dispose();
    backend.dispose();
  });
});
