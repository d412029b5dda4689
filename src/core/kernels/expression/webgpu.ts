import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { type Attributes, type Inputs, registerWebGpu } from "../register";
import { lanes, run } from "../webgpu-program";
import { count, HASH, isDropped, makingValues, unpacked } from "./webgpu-values";

/** Rows that a thread sums by itself, so that sums over all of them are neither long nor lose bits. */
const GROUP = 64;

/** The WGSL twins. One thread per output element, or per four of a row, each making the values that it reads. */
export function registerExpressionWebGpu(names: { forward: string; gradient: string; rowSums: string }): void {
  registerWebGpu(names.forward, (backend, inputs, attributes) => {
    const { column, columnBase } = inputs;
    return [inputs, ...(column ? [{ ...inputs, w: column, base: columnBase }] : [])].map((one) =>
      multiply(backend, one, attributes),
    );
  });
  registerWebGpu(names.gradient, (backend, inputs, attributes) => {
    const { dColumn } = inputs;
    return [inputs, ...(dColumn ? [{ ...inputs, dy: dColumn }] : [])].map((one) => gradient(backend, one, attributes));
  });
  registerWebGpu(names.rowSums, (backend, inputs) => [rowSums(backend, inputs)]);
}

function multiply(backend: WebGPUBackend, inputs: Inputs, attributes: Attributes): TensorInfo {
  const { header, genes, counts, rows, base, w, means } = inputs;
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
  const withMeans = `
    var e = header[cell];
    for (var gene = 0; gene < uniforms.nVars; gene++) {
      let here = e < last && gene == ${unpacked("genes", "e", attributes.geneBytes, "i32")};
      var value = 0.0;
      if (isDropped(gene, cell)) { value = means[gene]; } else if (here) { value = entryValue(${count("counts", attributes)}, gene, cell); }
      if (here) { e++; }
      sum += value * w[gene * uniforms.rowLength + channel];
    }`;
  return run(backend, {
    key: `labExpressionMatmul${width}${means ? "means" : ""}${values.key}`,
    inputs: Object.entries({ header, genes, counts, rows, base, w, ...(means && { means }) }),
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
        ${means ? withMeans : attributes.noiseOnAll ? dense : sparse}
      }
      result[index] = sum;`,
  });
}

/** Walks the transpose: of the whole slice, where `link` gives a cell's row or -1, or of the list, where it gives a row's cell. */
function gradient(backend: WebGPUBackend, inputs: Inputs, attributes: Attributes): TensorInfo {
  const { header, backIndptr, backCells, backCounts, link, rows, dy, means } = inputs;
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
  const found = run(backend, {
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
  if (!means) return found;
  // a shader of its own: with the means the first would read more arrays than a stage may
  const both = run(backend, {
    key: `labExpressionGradientMeans${width}${values.key}`,
    inputs: Object.entries({ found, rows, means, dy }),
    vec4: width === 4 ? ["found", "dy", "result"] : [],
    uniforms: [["rowLength", "i32", nChannels / width], ["nRows", "i32", nRows], ...values.uniforms],
    outputShape: [attributes.nVars, nChannels],
    threads: (attributes.nVars * nChannels) / width,
    functions: HASH + isDropped(attributes),
    body: `
      let gene = index / uniforms.rowLength;
      let channel = index - gene * uniforms.rowLength;
      var sum = ${type}(0.0);
      for (var row = 0; row < uniforms.nRows; row++) {
        if (rows[row] < 0 || !isDropped(gene, rows[row])) { continue; }
        sum += dy[row * uniforms.rowLength + channel];
      }
      result[index] = found[index] + means[gene] * sum;`,
  });
  backend.disposeData(found.dataId);
  return both;
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
