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
 * A network with the encoder of another run in place of its own; whatever else those arrays hold, such as a decoder, is left.
 *
 * @param arrays  in any order, in the layout of PyTorch; those of the encoder under `encoder.`
 * @param like    the network; what is not the encoder's is copied
 * @returns       new tensors, which the caller owns
 * @throws LabError("missing" | "shape" | "range") as `readWeights`, of the encoder's arrays alone
 */
export function readEncoder(arrays: readonly NamedArray[], like: Params): Params {
  const isEncoders = (name: string): boolean => name.startsWith("encoder.");
  const part = (tensors: NamedTensors, ofEncoder: boolean): NamedTensors =>
    Object.fromEntries(Object.entries(tensors).filter(([name]) => isEncoders(name) === ofEncoder));
  const read = readWeights(
    arrays.filter(({ name }) => isEncoders(name)),
    { weights: part(like.weights, true), buffers: part(like.buffers, true) },
  );
  const rest = (tensors: NamedTensors) =>
    Object.fromEntries(Object.entries(part(tensors, false)).map(([name, t]) => [name, tf.clone(t)]));
  // in the order of the network's own names: the optimiser and the record of a step go by it
  const inOrder = (tensors: NamedTensors, all: NamedTensors) =>
    Object.fromEntries(Object.keys(tensors).map((name) => [name, all[name]]));
  return {
    weights: inOrder(like.weights, { ...read.weights, ...rest(like.weights) }),
    buffers: inOrder(like.buffers, { ...read.buffers, ...rest(like.buffers) }),
  };
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
