import { registerWasm, type WasmCall } from "../register";
import { BLOCK_ROWS, TAIL } from "./kernels";

/** What an exponential costs, in multiplications. */
const EXP = 16;

/** See layer-tail.as.ts. */
export function registerTailWasm(): void {
  registerWasm(TAIL.moments, (call) => {
    const { nValid } = call.attributes;
    const channels = call.inputs.x.shape[1];
    const [mean, variance] = [call.output([1, channels]), call.output([1, channels])];
    const blocks = blocksOf(call, 2);
    const partial = call.temporary(2 * blocks.rows * channels);
    call.run("momentsOfBlocks", blocks, [BLOCK_ROWS, nValid, channels, call.at("x"), partial]);
    const args = [BLOCK_ROWS, nValid, channels, partial, mean.at, variance.at];
    call.run("momentsOfAll", columns(blocks.rows, channels), args);
    return [mean.info, variance.info];
  });

  registerWasm(TAIL.sums, (call) => {
    const channels = call.inputs.x.shape[1];
    const sums = call.output([1, channels]);
    const blocks = blocksOf(call, 1);
    const partial = call.temporary(blocks.rows * channels);
    call.run("sumsOfBlocks", blocks, [BLOCK_ROWS, call.attributes.nValid, channels, call.at("x"), partial]);
    call.run("sumsOfAll", columns(blocks.rows, channels), [blocks.rows, channels, partial, sums.at]);
    return [sums.info];
  });

  registerWasm(TAIL.coefficients, ({ inputs, attributes, at, output, run }) => {
    const { channels, epsilon } = attributes;
    const out = output([4, channels]);
    const given = ["mean", "variance", "weight", "bias"].map((name) => (inputs[name] ? at(name) : 0));
    const args = [channels, epsilon, ...given, out.at];
    run("tailCoefficients", columns(1, channels), args);
    return [out.info];
  });

  registerWasm(TAIL.forward, (call) => {
    const { inputs, attributes, at, output, run } = call;
    const y = output(inputs.x.shape);
    const skip = inputs.skip ? at("skip") : 0;
    const { nValid, firstRow } = attributes;
    const args = [nValid, firstRow, inputs.x.shape[1], at("x"), at("coefficients"), skip, ...activation(call), y.at];
    run("tailForward", rowsOf(call), args);
    return [y.info];
  });

  registerWasm(TAIL.gradientSums, (call) => gradientSums(call, 0).map(({ info }) => info));

  registerWasm(TAIL.backward, (call) => {
    const { inputs, attributes, at, output, run } = call;
    const channels = inputs.x.shape[1];
    // dz first, and dx in its place: to make dz again costs more than to read it
    const dx = output(inputs.x.shape);
    const sums = gradientSums(call, dx.at);
    const { nValid, firstRow, nNormed } = attributes;
    const tensors = [at("x"), at("coefficients"), dx.at, ...sums.map((sum) => sum.at)];
    const nothing = [0, 0, 0, 1];
    run(
      "tailGradient",
      rowsOf(call),
      [nValid, firstRow, channels, ...tensors, nNormed, ...nothing, dx.at],
      2 * channels,
    );
    return [dx, ...sums].map(({ info }) => info);
  });

  registerWasm(TAIL.gradient, (call) => {
    const { inputs, attributes, at, output, run } = call;
    const channels = inputs.x.shape[1];
    const dx = output(inputs.x.shape);
    const { nValid, firstRow, nNormed } = attributes;
    const tensors = ["x", "coefficients", "dy", "sumDz", "sumDzNormal"].map(at);
    const args = [nValid, firstRow, channels, ...tensors, nNormed, ...activation(call), dx.at];
    run("tailGradient", rowsOf(call), args, 2 * channels);
    return [dx.info];
  });
}

/** Σ dz and Σ dz x̂; dz itself goes to `dz`, unless that is 0. */
function gradientSums(call: WasmCall, dz: number) {
  const { inputs, attributes, at, output, run } = call;
  const channels = inputs.x.shape[1];
  const blocks = blocksOf(call, EXP);
  const partial = call.temporary(2 * blocks.rows * channels);
  const { nValid, firstRow } = attributes;
  const tensors = [at("x"), at("coefficients"), at("dy")];
  const args = [BLOCK_ROWS, nValid, firstRow, channels, ...tensors, ...activation(call), partial, dz];
  run("tailGradientSums", blocks, args);
  return [0, 1].map((row) => {
    const sums = output([channels]);
    const args = [blocks.rows, 2 * channels, partial + 4 * row * channels, sums.at];
    run("sumsOfAll", columns(blocks.rows, channels), args);
    return sums;
  });
}

function activation({ attributes: { elu, key, threshold, scale } }: WasmCall): number[] {
  return [elu, key, threshold, scale];
}

function rowsOf({ inputs }: WasmCall) {
  const [rows, channels] = inputs.x.shape;
  return { rows, multiplications: EXP * rows * channels };
}

function blocksOf({ inputs, attributes }: WasmCall, perElement: number) {
  const rows = Math.ceil(attributes.nValid / BLOCK_ROWS);
  return { rows, multiplications: perElement * attributes.nValid * inputs.x.shape[1] };
}

/** `rows` are the channels here, which sums over few blocks are too short to share. */
function columns(nBlocks: number, channels: number) {
  return { rows: channels, multiplications: nBlocks * channels };
}
