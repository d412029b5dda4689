import * as tf from "@tensorflow/tfjs-core";
import type { Backend } from "../backend/backend";
import { LabError } from "../errors";
import { fromTorchLayout, type NamedArray, type NamedTensors, type Params, toTorchLayout } from "../nn/tensors";

/** All learned and running arrays of a network, in the names and layout of PyTorch Geometric. */
export async function writeWeights(backend: Backend, params: Params): Promise<NamedArray[]> {
  const arrays: NamedArray[] = [];
  for (const [name, t] of Object.entries({ ...params.weights, ...params.buffers })) {
    arrays.push(toTorchLayout(name, t.shape, Float32Array.from(await backend.read(t))));
  }
  return arrays;
}

/**
 * Puts weights on the device that `writeWeights` or PyTorch wrote.
 *
 * @param arrays  in any order, in the layout of PyTorch
 * @param like    a network of the same recipe; only its names and shapes are read
 * @returns       new tensors, which the caller owns
 * @throws LabError("missing" | "shape" | "range") naming the array that is not there, is of another shape, or is one
 *   too many: weights that are quietly left out would give another network
 */
export function readWeights(arrays: readonly NamedArray[], like: Params): Params {
  const given = new Map(arrays.map((array) => [array.name, array]));
  const hint = "Build the network as the recipe says; docs/pyg.md lists its arrays.";
  const read = (tensors: NamedTensors): Record<string, tf.Tensor> =>
    Object.fromEntries(
      Object.entries(tensors).map(([name, t]) => {
        const array = given.get(name);
        if (!array) throw new LabError("missing", `The weights have no ${name}.`, hint);
        const { shape, data } = fromTorchLayout(array);
        if (shape.join() !== t.shape.join()) {
          const expected = toTorchLayout(name, t.shape, new Float32Array(t.size)).shape;
          throw new LabError("shape", `${name} has shape [${array.shape}], the network has [${expected}].`, hint);
        }
        given.delete(name);
        return [name, tf.tensor(data.slice(), t.shape)];
      }),
    );
  const params = { weights: read(like.weights), buffers: read(like.buffers) };
  const [extra] = given.keys();
  if (extra !== undefined) throw new LabError("range", `The network of this recipe has no ${extra}.`, hint);
  return params;
}
