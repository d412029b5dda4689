import * as tf from "@tensorflow/tfjs-core";

/** What a kernel takes, on any backend: named tensors and plain numbers. */
export type Inputs = Record<string, tf.TensorInfo>;
export type Attributes = Record<string, number>;

/** A tensor's numbers on the host, for reference kernels. */
export interface HostArray {
  readonly shape: number[];
  readonly values: Float32Array | Int32Array;
}

type Reference = (inputs: Record<string, HostArray>, attributes: Attributes) => HostArray[];

/** Runs a kernel of the lab on the active backend; gradients are the caller's, by `tf.customGrad`. */
export function runKernel(name: string, inputs: Record<string, tf.Tensor>, attributes: Attributes = {}): tf.Tensor[] {
  return tf.engine().runKernel(name, inputs as tf.NamedTensorMap, attributes) as tf.Tensor[];
}

/** Registers the reference twin of a kernel on the cpu backend, where tests and comparisons run it. */
export function registerReference(name: string, compute: Reference, backendName = "cpu"): void {
  tf.registerKernel({
    kernelName: name,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const cpu = backend as tf.KernelBackend;
      const host: Record<string, HostArray> = {};
      for (const [key, input] of Object.entries(inputs) as [string, tf.TensorInfo][]) {
        host[key] = { shape: input.shape, values: cpu.readSync(input.dataId) as Float32Array | Int32Array };
      }
      return compute(host, attrs as Attributes).map(({ shape, values }) => {
        const dtype = values instanceof Int32Array ? "int32" : "float32";
        return { dataId: cpu.write(values, shape, dtype) as tf.DataId, shape, dtype } as tf.TensorInfo;
      });
    },
  });
}
