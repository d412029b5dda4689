import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { dropping } from "../dropout/webgpu";
import { type Attributes, type Inputs, registerWebGpu } from "../register";
import { lanes, run, type Shader, WORKGROUP } from "../webgpu-program";
import { BLOCK_ROWS, TAIL } from "./kernels";

/** The WGSL twins. A column is summed by blocks, and the blocks by a tree of fixed shape: no atomics, the same bits. */
export function registerTailWebGpu(): void {
  registerWebGpu(TAIL.moments, (backend, { x }, { nValid }) => {
    const w = widths(x, nValid);
    // the second walk over a block meets the cache; squares are taken around the block's own mean
    const partial = run(backend, {
      ...w.blocks(2),
      key: `labTailMoments${w.width}`,
      inputs: Object.entries({ x }),
      body: `${w.block}
        var sum = ${w.type}(0.0);
        for (var i = start; i < end; i++) { sum += x[i * uniforms.rowLength + lane]; }
        let own = sum / f32(end - start);
        var squares = ${w.type}(0.0);
        for (var i = start; i < end; i++) { let d = x[i * uniforms.rowLength + lane] - own; squares += d * d; }
        result[2 * block * uniforms.rowLength + lane] = sum;
        result[(2 * block + 1) * uniforms.rowLength + lane] = squares;`,
    });
    const mean = addBlocks(backend, w, "labTailMean", { parts: partial }, 2, {
      term: "parts[2 * block * uniforms.rowLength + lane]",
      result: "total / f32(uniforms.nRows)",
    });
    const variance = addBlocks(backend, w, "labTailVariance", { parts: partial, mean }, 2, {
      term: `parts[(2 * block + 1) * uniforms.rowLength + lane] + rows * distance * distance`,
      before: `
        let rows = f32(min(uniforms.blockRows, uniforms.nRows - block * uniforms.blockRows));
        let distance = parts[2 * block * uniforms.rowLength + lane] / rows - mean[lane];`,
      result: "total / f32(uniforms.nRows)",
    });
    backend.disposeData(partial.dataId);
    return [mean, variance];
  });

  registerWebGpu(TAIL.sums, (backend, { x }, { nValid }) => {
    const w = widths(x, nValid);
    const partial = run(backend, {
      ...w.blocks(1),
      key: `labTailColumnSums${w.width}`,
      inputs: Object.entries({ x }),
      body: `${w.block}
        var sum = ${w.type}(0.0);
        for (var i = start; i < end; i++) { sum += x[i * uniforms.rowLength + lane]; }
        result[index] = sum;`,
    });
    const term = "parts[block * uniforms.rowLength + lane]";
    const sums = addBlocks(backend, w, "labTailAddSums", { parts: partial }, 1, { term, result: "total" });
    backend.disposeData(partial.dataId);
    return [sums];
  });

  registerWebGpu(TAIL.coefficients, (backend, { mean, variance, weight, bias }, { channels, epsilon }) => {
    const norm = mean ? { mean, variance, weight } : {};
    const coefficients = run(backend, {
      key: `labTailCoefficients${mean ? "Norm" : ""}${bias ? "Bias" : ""}`,
      inputs: Object.entries({ ...norm, ...(bias ? { shift: bias } : {}) }),
      uniforms: [
        ["channels", "i32", channels],
        ["eps", "f32", epsilon],
      ],
      outputShape: [4, channels],
      threads: channels,
      body: `
        let inverse = ${mean ? "1.0 / sqrt(variance[index] + uniforms.eps)" : "1.0"};
        result[index] = ${mean ? "mean[index]" : "0.0"};
        result[uniforms.channels + index] = ${mean ? "weight[index] * inverse" : "1.0"};
        result[2 * uniforms.channels + index] = ${bias ? "shift[index]" : "0.0"};
        result[3 * uniforms.channels + index] = inverse;`,
    });
    return [coefficients];
  });

  registerWebGpu(TAIL.forward, (backend, { x, coefficients, skip }, attributes) => {
    const w = widths(x, attributes.nValid);
    const a = activation(w, attributes);
    const y = run(backend, {
      key: `labTailForward${a.key}${skip ? "Skip" : ""}`,
      inputs: Object.entries({ x, coefficients, ...(skip ? { skip } : {}) }),
      vec4: w.vec4("x", "coefficients", "skip", "result"),
      uniforms: [...w.uniforms, ...a.uniforms],
      functions: a.functions,
      outputShape: x.shape,
      threads: w.threads,
      body: `
        let row = index / uniforms.rowLength;
        let lane = index - row * uniforms.rowLength;
        if (row >= uniforms.nRows) { result[index] = ${w.type}(0.0); return; }
        ${a.z}
        var value = ${attributes.elu ? `max(z, ${w.type}(0.0)) + expMinusOne(min(z, ${w.type}(0.0)))` : "z"};
        ${skip ? "value += skip[index];" : ""}
        result[index] = value${a.kept};`,
    });
    return [y];
  });

  registerWebGpu(TAIL.gradientSums, (backend, { x, coefficients, dy }, attributes) => {
    const w = widths(x, attributes.nValid);
    const a = activation(w, attributes);
    const blocks = w.blocks(2);
    const partial = run(backend, {
      ...blocks,
      key: `labTailGradientSums${a.key}`,
      inputs: Object.entries({ x, coefficients, dy }),
      vec4: w.vec4("x", "coefficients", "dy", "result"),
      uniforms: [...blocks.uniforms, ...a.uniforms],
      functions: a.functions,
      body: `${w.block}
        let middle = coefficients[lane];
        let inverse = coefficients[3 * uniforms.rowLength + lane];
        var sum = ${w.type}(0.0);
        var products = ${w.type}(0.0);
        for (var row = start; row < end; row++) {
          let index = row * uniforms.rowLength + lane;
          ${a.z}
          let dz = dy[index]${a.kept}${a.slope};
          sum += dz;
          products += dz * ((x[index] - middle) * inverse);
        }
        result[2 * block * uniforms.rowLength + lane] = sum;
        result[(2 * block + 1) * uniforms.rowLength + lane] = products;`,
    });
    const sums = [0, 1].map((row) =>
      addBlocks(backend, w, `labTailAddGradient${row}`, { parts: partial }, 2, {
        term: `parts[(2 * block + ${row}) * uniforms.rowLength + lane]`,
        result: "total",
        outputShape: [w.channels],
      }),
    );
    backend.disposeData(partial.dataId);
    return sums;
  });

  registerWebGpu(TAIL.gradient, (backend, { x, coefficients, dy, sumDz, sumDzNormal }, attributes) => {
    const w = widths(x, attributes.nValid);
    const a = activation(w, attributes);
    const through = attributes.nNormed > 0;
    const dx = run(backend, {
      key: `labTailGradient${a.key}${through ? "Through" : ""}`,
      inputs: Object.entries({ x, coefficients, dy, ...(through ? { sumDz, sumDzNormal } : {}) }),
      vec4: w.vec4("x", "coefficients", "dy", "sumDz", "sumDzNormal", "result"),
      uniforms: [...w.uniforms, ...a.uniforms, ["share", "f32", through ? 1 / attributes.nNormed : 0]],
      functions: a.functions,
      outputShape: x.shape,
      threads: w.threads,
      body: `
        let row = index / uniforms.rowLength;
        let lane = index - row * uniforms.rowLength;
        if (row >= uniforms.nRows) { result[index] = ${w.type}(0.0); return; }
        ${a.z}
        var dz = dy[index]${a.kept}${a.slope};
        ${
          through
            ? `let normal = (x[index] - coefficients[lane]) * coefficients[3 * uniforms.rowLength + lane];
               dz -= uniforms.share * (sumDz[lane] + normal * sumDzNormal[lane]);`
            : ""
        }
        result[index] = dz * coefficients[uniforms.rowLength + lane];`,
    });
    return [dx];
  });
}

type Widths = ReturnType<typeof widths>;

/** The sizes of a problem in floats or vec4s, and the shape of its sums by blocks. */
function widths(x: TensorInfo, nRows: number) {
  const channels = x.shape[1];
  const { width, type } = lanes(channels);
  const rowLength = channels / width;
  const nBlocks = Math.max(1, Math.ceil(nRows / BLOCK_ROWS));
  const uniforms: Shader["uniforms"] = [
    ["rowLength", "i32", rowLength],
    ["nRows", "i32", nRows],
  ];
  const vec4 = (...names: string[]) => (width === 4 ? names : []);
  return {
    width,
    type,
    channels,
    rowLength,
    nBlocks,
    uniforms,
    vec4,
    threads: x.shape[0] * rowLength,
    /** One thread per block of rows and lane, `rowsOut` rows of sums for each block. */
    blocks: (rowsOut: number) => ({
      vec4: vec4("x", "result"),
      uniforms: [...uniforms, ["blockRows", "i32", BLOCK_ROWS] as const],
      outputShape: [nBlocks * rowsOut, channels],
      threads: nBlocks * rowLength,
    }),
    block: `
        let block = index / uniforms.rowLength;
        let lane = index - block * uniforms.rowLength;
        let start = block * uniforms.blockRows;
        let end = min(uniforms.nRows, start + uniforms.blockRows);`,
  };
}

interface Adding {
  readonly term: string;
  readonly before?: string;
  readonly result: string;
  readonly outputShape?: number[];
}

/**
 * Sums `term` over the blocks for every lane: each thread of a workgroup takes every 64th block in order, then the
 * threads' sums are added in a tree.
 */
function addBlocks(
  backend: WebGPUBackend,
  w: Widths,
  key: string,
  inputs: Inputs,
  rowsPerBlock: number,
  { term, before = "", result, outputShape = [1, w.channels] }: Adding,
): TensorInfo {
  return run(backend, {
    key: `${key}${w.width}`,
    inputs: Object.entries(inputs),
    vec4: w.vec4(...Object.keys(inputs), "result"),
    uniforms: [...w.blocks(rowsPerBlock).uniforms, ["nBlocks", "i32", w.nBlocks]],
    outputShape,
    threads: WORKGROUP * w.rowLength,
    shared: `var<workgroup> sums : array<${w.type}, ${WORKGROUP}>;`,
    body: `
      let lane = index / ${WORKGROUP};
      let own = index - lane * ${WORKGROUP};
      var sum = ${w.type}(0.0);
      for (var block = own; block < uniforms.nBlocks; block += ${WORKGROUP}) {
        ${before}
        sum += ${term};
      }
      sums[own] = sum;
      workgroupBarrier();
      for (var reach = ${WORKGROUP / 2}; reach > 0; reach /= 2) {
        if (own < reach) { sums[own] += sums[own + reach]; }
        workgroupBarrier();
      }
      if (own == 0) { let total = sums[0]; result[lane] = ${result}; }`,
  });
}

/** WGSL of z and of the factors that follow it, for the element `index` of `row` and `lane`. */
function activation({ width, type, channels }: Widths, attributes: Attributes) {
  const drop = dropping(attributes);
  const factors = Array.from({ length: width }, (_, k) =>
    drop.factor(`uniforms.firstElement + ${width} * index + ${k}`).replace(" * ", ""),
  );
  return {
    key: `${width}${attributes.elu ? "Elu" : ""}${drop.key}`,
    uniforms: [...drop.uniforms, ["firstElement", "i32", attributes.firstRow * channels]] as Shader["uniforms"],
    functions: `${drop.functions}
      // near zero exp(x) - 1 would cancel: there its Taylor series
      fn expMinusOne(x : ${type}) -> ${type} {
        let series = x * (1.0 + x * (0.5 + x * (0.16666667 + x * (0.041666668 + x * 0.0083333338))));
        return select(exp(x) - 1.0, series, x > ${type}(-0.2));
      }`,
    z: `let z = (x[index] - coefficients[lane]) * coefficients[uniforms.rowLength + lane]
          + coefficients[2 * uniforms.rowLength + lane];`,
    kept: drop.key && ` * ${type}(${factors.join(", ")})`,
    slope: attributes.elu ? ` * exp(min(z, ${type}(0.0)))` : "",
  };
}
