import { registerWasm } from "../register";

/** See dropout.as.ts. */
export function registerDropoutWasm(name: string): void {
  registerWasm(name, ({ kernels, inputs, attributes, at, output }) => {
    const { key, threshold, scale } = attributes;
    const y = output(inputs.x.shape);
    const size = inputs.x.shape.reduce((a, b) => a * b, 1);
    kernels.dropout(size, key, threshold, scale, at("x"), y.at);
    return [y.info];
  });
}
