import type * as tf from "@tensorflow/tfjs-core";
import { assertShape } from "../../errors";
import { registerReference, runKernel } from "../register";
import { type AdamWStep, adamWReference } from "./reference";
import { registerAdamWWasm } from "./wasm";
import { registerAdamWWebGpu } from "./webgpu";

const NAME = "LabAdamW";

registerReference(NAME, ({ w, g, m, v }, attributes) =>
  adamWReference(w.values, g.values, m.values, v.values, attributes as unknown as AdamWStep).map((values) => ({
    shape: w.shape,
    values,
  })),
);
registerAdamWWasm(NAME);
registerAdamWWebGpu(NAME);

/**
 * One step of AdamW for one weight, in one pass:  m ← β1 m + (1 - β1) g,  v ← β2 v + (1 - β2) g²,
 * w ← keep w - rate m / (sqrt(v) / rootCorrection + ε).
 *
 * @returns new tensors; nothing given is changed. Not differentiable.
 * @throws LabError("shape") if the four differ
 * Source: Loshchilov & Hutter 2019, arXiv:1711.05101, alg. 2; torch.optim.AdamW.
 */
export function adamWStep(
  { w, g, m, v }: Readonly<Record<"w" | "g" | "m" | "v", tf.Tensor>>,
  step: AdamWStep,
): { w: tf.Tensor; m: tf.Tensor; v: tf.Tensor } {
  for (const [name, t] of Object.entries({ g, m, v })) assertShape(`adamWStep ${name}`, t.shape, w.shape);
  const [newW, newM, newV] = runKernel(NAME, { w, g, m, v }, { ...step });
  return { w: newW, m: newM, v: newV };
}
