import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { type Attributes, type Inputs, registerWebGpu } from "../register";
import { lanes, run, type Shader } from "../webgpu-program";

/** Rows that a thread sums by itself, so that sums over all of them are neither long nor lose bits. */
const GROUP = 64;

/** The WGSL twins. One thread per output element, or per four of a row, each making the values that it reads. */
export function registerExpressionWebGpu(names: { forward: string; gradient: string; rowSums: string }): void {
  registerWebGpu(names.forward, (backend, inputs, attributes) => [multiply(backend, inputs, attributes)]);
  registerWebGpu(names.gradient, (backend, inputs, attributes) => [gradient(backend, inputs, attributes)]);
  registerWebGpu(names.rowSums, (backend, inputs) => [rowSums(backend, inputs)]);
}

function multiply(backend: WebGPUBackend, inputs: Inputs, attributes: Attributes): TensorInfo {
  const { header, genes, counts, rows, base, w } = inputs;
  const [nRows, nChannels] = [rows.shape[0], w.shape[1]];
  const { width, type } = lanes(nChannels);
  const values = makingValues(attributes);
  const sparse = `
    for (var e = header[cell]; e < last; e++) {
      let gene = ${unpacked("genes", "e", attributes.geneBytes, "i32")};
      let value = entryValue(${count("counts", attributes)}, gene, cell);
      sum += value * w[gene * uniforms.rowLength + channel];
    }`;
  const dense = `
    var e = header[cell];
    for (var gene = 0; gene < uniforms.nVars; gene++) {
      var value = noiseOf(gene, cell);
      if (e < last && gene == ${unpacked("genes", "e", attributes.geneBytes, "i32")}) {
        value += entryValue(${count("counts", attributes)}, gene, cell);
        e++;
      }
      sum += value * w[gene * uniforms.rowLength + channel];
    }`;
  return run(backend, {
    key: `labExpressionMatmul${width}${values.key}`,
    inputs: Object.entries({ header, genes, counts, rows, base, w }),
    vec4: width === 4 ? ["base", "w", "result"] : [],
    uniforms: [["rowLength", "i32", nChannels / width], ...values.uniforms],
    outputShape: [nRows, nChannels],
    threads: (nRows * nChannels) / width,
    functions: values.functions,
    body: `
      let row = index / uniforms.rowLength;
      let channel = index - row * uniforms.rowLength;
      let cell = rows[row];
      var sum = ${type}(0.0);
      if (cell >= -1) { sum = base[select(0, uniforms.rowLength, cell < 0) + channel]; }
      if (cell >= 0) {
        let last = header[cell + 1];
        ${attributes.noiseOnAll ? dense : sparse}
      }
      result[index] = sum;`,
  });
}

/** Walks the transpose: of the whole slice, where `link` gives a cell's row or -1, or of the list, where it gives a row's cell. */
function gradient(backend: WebGPUBackend, inputs: Inputs, attributes: Attributes): TensorInfo {
  const { header, backIndptr, backCells, backCounts, link, rows, dy } = inputs;
  const [nRows, nChannels] = dy.shape;
  const { width, type } = lanes(nChannels);
  const values = makingValues(attributes);
  const who = attributes.linked
    ? "let cell = backCells[e]; let row = link[cell]; if (row < 0) { continue; }"
    : "let row = backCells[e]; let cell = link[row];";
  const noise = attributes.noiseOnAll
    ? `for (var row = 0; row < uniforms.nRows; row++) {
         if (rows[row] < 0) { continue; }
         sum += noiseOf(gene, rows[row]) * dy[row * uniforms.rowLength + channel];
       }`
    : "";
  const noisyRows = attributes.noiseOnAll ? { rows } : {};
  return run(backend, {
    key: `labExpressionGradient${width}${attributes.linked}${values.key}`,
    inputs: Object.entries({ header, backIndptr, backCells, backCounts, link, dy, ...noisyRows }),
    vec4: width === 4 ? ["dy", "result"] : [],
    uniforms: [["rowLength", "i32", nChannels / width], ["nRows", "i32", nRows], ...values.uniforms],
    outputShape: [attributes.nVars, nChannels],
    threads: (attributes.nVars * nChannels) / width,
    functions: values.functions,
    body: `
      let gene = index / uniforms.rowLength;
      let channel = index - gene * uniforms.rowLength;
      var sum = ${type}(0.0);
      ${noise}
      let last = backIndptr[gene + 1];
      for (var e = backIndptr[gene]; e < last; e++) {
        ${who}
        sum += entryValue(${count("backCounts", attributes)}, gene, cell) * dy[row * uniforms.rowLength + channel];
      }
      result[index] = sum;`,
  });
}

function rowSums(backend: WebGPUBackend, { rows, dy }: Inputs): TensorInfo {
  const [nRows, nChannels] = dy.shape;
  const nGroups = Math.ceil(nRows / GROUP);
  const groups = run(backend, {
    key: "labExpressionRowSums",
    inputs: Object.entries({ rows, dy }),
    uniforms: [
      ["nChannels", "i32", nChannels],
      ["nRows", "i32", nRows],
    ],
    outputShape: [nGroups, 2 * nChannels],
    threads: nGroups * nChannels,
    body: `
      let group = index / uniforms.nChannels;
      let channel = index - group * uniforms.nChannels;
      var seen = 0.0;
      var hidden = 0.0;
      for (var row = group * ${GROUP}; row < min(uniforms.nRows, (group + 1) * ${GROUP}); row++) {
        let value = dy[row * uniforms.nChannels + channel];
        if (rows[row] >= 0) { seen += value; } else if (rows[row] == -1) { hidden += value; }
      }
      result[2 * group * uniforms.nChannels + channel] = seen;
      result[(2 * group + 1) * uniforms.nChannels + channel] = hidden;`,
  });
  const sums = run(backend, {
    key: "labExpressionGroupSums",
    inputs: Object.entries({ groups }),
    uniforms: [
      ["rowLength", "i32", 2 * nChannels],
      ["nGroups", "i32", nGroups],
    ],
    outputShape: [2, nChannels],
    threads: 2 * nChannels,
    body: `
      var sum = 0.0;
      for (var group = 0; group < uniforms.nGroups; group++) { sum += groups[group * uniforms.rowLength + index]; }
      result[index] = sum;`,
  });
  backend.disposeData(groups.dataId);
  return sums;
}

/** WGSL that reads element `at` of an array packed into words, `bytes` each. */
function unpacked(name: string, at: string, bytes: number, type: "i32" | "f32"): string {
  if (bytes === 4) return type === "f32" ? `bitcast<f32>(${name}[${at}])` : `${name}[${at}]`;
  const perWord = 4 / bytes;
  const shift = `u32((${at} & ${perWord - 1}) * ${8 * bytes})`;
  return `${type}((u32(${name}[${at} / ${perWord}]) >> ${shift}) & ${bytes === 1 ? "0xffu" : "0xffffu"})`;
}

const count = (name: string, { countBytes }: Attributes): string => unpacked(name, "e", countBytes, "f32");

/** WGSL of what preprocessing and view do to an entry; the arithmetic is that of expression.as.ts. */
function makingValues(a: Attributes): { key: string; functions: string; uniforms: Shader["uniforms"] } {
  const has = (on: number, text: string): string => (on ? text : "");
  const onExpressed = a.noiseDeviation > 0 && !a.noiseOnAll ? 1 : 0;
  const dropped = `if (hash(u32(gene) ^ hash(${a.dropPerGene ? "0xffffffffu" : "u32(cell)"} ^ uniforms.dropKey)) < uniforms.dropThreshold) {
      value = 0.0;
    }`;
  const flags = [
    a.countBytes,
    a.geneBytes,
    a.log1p,
    a.scaled,
    a.dropThreshold > 0 ? 1 + a.dropPerGene : 0,
    onExpressed,
  ];
  return {
    key: `_${[...flags, a.noiseOnAll, a.countThreshold > 0 ? 1 : 0].join("_")}`,
    uniforms: [
      ["nObs", "i32", a.nObs],
      ["nVars", "i32", a.nVars],
      ["dropKey", "u32", a.dropKey],
      ["dropThreshold", "u32", a.dropThreshold],
      ["noiseKey", "u32", a.noiseKey],
      ["noiseDeviation", "f32", a.noiseDeviation],
      ["countKey", "u32", a.countKey],
      ["countThreshold", "u32", a.countThreshold],
    ],
    functions: `
      ${has(a.dropThreshold + a.noiseDeviation + a.countThreshold, HASH)}
      ${has(a.log1p + a.noiseDeviation, LOGARITHM)}
      ${has(a.noiseDeviation, NORMAL)}
      ${has(a.countThreshold, NOISY_COUNT)}
      fn entryValue(count : f32, gene : i32, cell : i32) -> f32 {
        var value = count;
        ${has(a.countThreshold, "value = noisyCount(value, hash(u32(gene) ^ hash(u32(cell) ^ uniforms.countKey)));")}
        value *= bitcast<f32>(header[uniforms.nObs + 1 + cell]);
        ${has(a.log1p, "value = logOnePlus(value);")}
        ${has(a.scaled, "value *= bitcast<f32>(header[2 * uniforms.nObs + 1 + gene]);")}
        ${has(a.dropThreshold, dropped)}
        ${has(onExpressed, "value += noiseOf(gene, cell);")}
        return value;
      }`,
  };
}

// text of its own for each, because a shader takes seconds to compile in software

/** core/random.ts's hash32. */
const HASH = `
  fn hash(x : u32) -> u32 {
    var h = (x ^ (x >> 16u)) * 0x21f0aaadu;
    h = (h ^ (h >> 15u)) * 0x735a2d97u;
    return h ^ (h >> 15u);
  }`;

/** WGSL promises little of log and cos, so both are spelled out. */
const LOGARITHM = `
  fn logarithm(u : f32, x : f32, near : bool) -> f32 {
    let bits = bitcast<u32>(u);
    var exponent = f32(i32(bits >> 23u) - 126);
    var m = bitcast<f32>((bits & 0x007fffffu) | 0x3f000000u);
    if (m < 0.707106781) { exponent -= 1.0; m += m; }
    var r = m - 1.0;
    if (near) { exponent = 0.0; r = x; }
    let square = r * r;
    var p = 7.0376836292e-2;
    p = p * r - 1.1514610310e-1;
    p = p * r + 1.1676998740e-1;
    p = p * r - 1.2420140846e-1;
    p = p * r + 1.4249322787e-1;
    p = p * r - 1.6668057665e-1;
    p = p * r + 2.0000714765e-1;
    p = p * r - 2.4999993993e-1;
    p = p * r + 3.3333331174e-1;
    var y = p * r * square;
    y -= exponent * 2.12194440e-4;
    y -= 0.5 * square;
    return r + y + exponent * 0.693359375;
  }
  fn logOnePlus(x : f32) -> f32 { return logarithm(1.0 + x, x, x < 0.41421356 && x > -0.29289322); }`;

const NORMAL = `
  fn normal(h : u32) -> f32 {
    let uniform01 = (f32(h >> 8u) + 0.5) * 5.9604644775390625e-8;
    let radius = sqrt(-2.0 * logarithm(uniform01, 0.0, false));
    let turn = f32(hash(h + 0x9e3779b9u) >> 8u) * 5.9604644775390625e-8;
    let x = (0.25 - abs(turn - 0.5)) * 6.283185307;
    let square = x * x;
    var p = -2.50521084e-8;
    p = p * square + 2.75573192e-6;
    p = p * square - 1.98412698e-4;
    p = p * square + 8.33333333e-3;
    p = p * square - 1.66666667e-1;
    return radius * (x + p * square * x);
  }
  fn noiseOf(gene : i32, cell : i32) -> f32 {
    return uniforms.noiseDeviation * normal(hash(u32(gene) ^ hash(u32(cell) ^ uniforms.noiseKey)));
  }`;

const NOISY_COUNT = `
  fn noisyCount(count : f32, start : u32) -> f32 {
    var state = start;
    var copies = 0;
    for (var molecule = i32(count); molecule > 0; molecule--) {
      state = hash(state + 0x9e3779b9u);
      if (state >= uniforms.countThreshold) { continue; }
      loop {
        copies++;
        state = hash(state + 0x9e3779b9u);
        if (state < uniforms.countThreshold) { break; }
      }
    }
    return f32(copies);
  }`;
