import { registerWasm } from "../register";

/** See adamw.as.ts. */
export function registerAdamWWasm(name: string): void {
  registerWasm(name, ({ inputs, attributes, at, output, run }) => {
    const { beta1, beta2, keep, rate, rootCorrection, epsilon } = attributes;
    const made = [0, 1, 2].map(() => output(inputs.w.shape));
    const size = inputs.w.shape.reduce((a, b) => a * b, 1);
    const numbers = [beta1, beta2, keep, rate, rootCorrection, epsilon];
    const args = [...numbers, ...["w", "g", "m", "v"].map(at), ...made.map((tensor) => tensor.at)];
    run("adamWStep", { rows: size, multiplications: 8 * size }, args);
    return made.map(({ info }) => info);
  });
}
