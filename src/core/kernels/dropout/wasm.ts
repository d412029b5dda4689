import { registerWasm } from "../register";

/** See dropout.as.ts. */
export function registerDropoutWasm(name: string): void {
  registerWasm(name, ({ inputs, attributes, at, output, run }) => {
    const { key, threshold, scale } = attributes;
    const y = output(inputs.x.shape);
    const size = inputs.x.shape.reduce((a, b) => a * b, 1);
    run("dropout", { rows: size, multiplications: size }, [key, threshold, scale, at("x"), y.at]);
    return [y.info];
  });
}
