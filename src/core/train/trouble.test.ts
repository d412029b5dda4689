import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { openForTest } from "../kernels/testing/backends";
import { quiet } from "../task";
import { smallTissue } from "../testing/small-tissue";
import { defaultRecipe } from "./recipe";
import { createTrainer, type Trainer } from "./trainer";

const { slice, graph } = smallTissue({ side: 8 });
// few kernels, because a software GPU takes seconds to compile each
const recipe = defaultRecipe({
  backbone: "gcn",
  encoder: { layers: 1, hidden: 8, heads: 2, batchNorm: true, dropout: 0.1, attentionDropout: 0, skip: true },
});
const steps = async (trainer: Trainer, n: number): Promise<number[]> => {
  const losses: number[] = [];
  for (let i = 0; i < n; i++) losses.push((await trainer.step()).loss);
  return losses;
};
test("a run that no longer fits stops with an error of memory; its tensors are freed", async ({ skip }) => {
  const wasm = await openForTest("wasm");
  if (!wasm) return skip("wasm is missing");
  const trainer = await createTrainer({ slice, graph, recipe, backend: wasm }, quiet);
  await steps(trainer, 1);
  const held = wasm.memory().tensors;
  const heap = tf.backend() as unknown as BackendWasm;
  // never written to, so the system hands out no pages
  for (let size = 2 ** 28; size > 64; size /= 2) {
    const fill = () => {
      for (;;) heap.makeOutput([size], "float32");
    };
    expect(fill).toThrow(expect.objectContaining({ code: "memory" }));
  }
  await expect(trainer.step()).rejects.toMatchObject({ code: "memory" });
  expect(wasm.memory().tensors).toBe(held);
  trainer.dispose();
  expect(wasm.memory().tensors).toBe(0);
  wasm.dispose();
});

const gpuDevice = (): GPUDevice => (tf.backend() as unknown as { device: GPUDevice }).device;

test("a run on a GPU that is lost goes on with wasm from its checkpoint", async ({ skip }) => {
  const gpu = await openForTest("webgpu");
  if (!gpu) return skip("webgpu is missing");
  const first = await createTrainer({ slice, graph, recipe, backend: gpu }, quiet);
  await steps(first, 1);
  const checkpoint = await first.checkpoint();
  const expected = await steps(first, 2);
  gpuDevice().destroy();
  expect(await gpu.lost).toMatchObject({ code: "device", message: expect.stringContaining("lost") });
  gpu.dispose();
  const wasm = await openForTest("wasm");
  if (!wasm) return skip("wasm is missing");
  const second = await createTrainer({ slice, graph, recipe, backend: wasm }, quiet);
  await second.restore(structuredClone(checkpoint));
  // two backends sum in another order: single precision after two steps
  for (const [i, loss] of (await steps(second, 2)).entries()) expect(Math.abs(loss - expected[i])).toBeLessThan(1e-4);
  second.dispose();
  wasm.dispose();
});

test("a shader that does not compile stops the run with an error of the device; its tensors are freed", async ({
  skip,
}) => {
  const gpu = await openForTest("webgpu");
  if (!gpu) return skip("webgpu is missing");
  const trainer = await createTrainer({ slice, graph, recipe, backend: gpu }, quiet);
  await steps(trainer, 1);
  gpuDevice().createShaderModule({ code: "fn main( {" });
  await gpuDevice().queue.onSubmittedWorkDone();
  await expect(trainer.step()).rejects.toMatchObject({ code: "device" });
  trainer.dispose();
  expect(gpu.memory().tensors).toBe(0);
  gpu.dispose();
});
