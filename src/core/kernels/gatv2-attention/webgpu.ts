import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { dropping } from "../dropout/webgpu";
import { ROW_AND_HEAD } from "../gat-attention/webgpu";
import { type Attributes, type Inputs, registerWebGpu } from "../register";
import { lanes, run, type Shader } from "../webgpu-program";
import { BLOCK_ROWS, GATV2 } from "./kernels";

/** The WGSL twins; every sum runs in CSR order, so the same input gives the same bits. */
export function registerGatv2WebGpu(): void {
  registerWebGpu(GATV2.forward, (backend, inputs, attributes) => {
    const { indptr, indices, h } = inputs;
    const scores = edgeScores(backend, inputs, attributes);
    const lse = logSumExp(backend, { indptr, scores }, attributes);
    const s = sizes(h, attributes);
    const drop = dropping(attributes);
    const y = run(backend, {
      key: `labGatv2Forward${s.width}${drop.key}`,
      inputs: Object.entries({ indptr, indices, scores, lse, h }),
      vec4: s.vec4("h", "result"),
      uniforms: [...s.uniforms, ...drop.uniforms],
      outputShape: inputs.g.shape,
      threads: s.threads(inputs.g),
      functions: drop.functions,
      body: `${s.rowAndChannel}
        let lseRow = lse[row * uniforms.heads + head];
        var sum = ${s.type}(0.0);
        for (var e = first; e < last; e++) {
          let element = e * uniforms.heads + head;
          let alpha = exp(scores[element] - lseRow)${drop.factor("element")};
          sum += alpha * h[indices[e] * uniforms.rowLength + channel];
        }
        result[index] = sum;`,
    });
    backend.disposeData(scores.dataId);
    return [y, lse];
  });

  registerWebGpu(GATV2.attention, (backend, inputs, attributes) => {
    const { indptr, lse } = inputs;
    const scores = edgeScores(backend, inputs, attributes);
    const alpha = run(backend, {
      key: "labGatv2Attention",
      inputs: Object.entries({ indptr, scores, lse }),
      uniforms: [["heads", "i32", attributes.heads]],
      outputShape: scores.shape,
      threads: (indptr.shape[0] - 1) * attributes.heads,
      body: `${ROW_AND_HEAD}
        for (var e = first; e < last; e++) {
          let element = e * uniforms.heads + head;
          result[element] = exp(scores[element] - lse[index]);
        }`,
    });
    backend.disposeData(scores.dataId);
    return [alpha];
  });

  registerWebGpu(GATV2.scoreGradient, (backend, { indptr, indices, h, dy, alpha }, attributes) => {
    const s = sizes(h, attributes);
    const drop = dropping(attributes);
    const ds = run(backend, {
      key: `labGatv2ScoreGradient${s.width}${drop.key}`,
      inputs: Object.entries({ indptr, indices, h, dy, alpha }),
      vec4: s.vec4("h", "dy"),
      uniforms: [...s.uniforms, ...drop.uniforms],
      outputShape: alpha.shape,
      threads: (indptr.shape[0] - 1) * attributes.heads,
      functions: drop.functions,
      // two walks: the first leaves dalpha in the output and sums alpha * dalpha, the second finishes it
      body: `${ROW_AND_HEAD}
        let dyAt = index * uniforms.channels;
        var mean = 0.0;
        for (var e = first; e < last; e++) {
          let element = e * uniforms.heads + head;
          let hAt = (indices[e] * uniforms.heads + head) * uniforms.channels;
          var products = ${s.type}(0.0);
          for (var c = 0; c < uniforms.channels; c++) { products += dy[dyAt + c] * h[hAt + c]; }
          let dalpha = ${s.total("products")}${drop.factor("element")};
          mean += alpha[element] * dalpha;
          result[element] = dalpha;
        }
        for (var e = first; e < last; e++) {
          let element = e * uniforms.heads + head;
          result[element] = alpha[element] * (result[element] - mean);
        }`,
    });
    return [ds];
  });

  registerWebGpu(GATV2.targetGradient, (backend, { indptr, indices, h, g, a, ds }, attributes) => {
    const s = sizes(h, attributes);
    const dg = run(backend, {
      key: `labGatv2TargetGradient${s.width}`,
      inputs: Object.entries({ indptr, indices, h, g, a, ds }),
      vec4: s.vec4("h", "g", "a", "result"),
      uniforms: s.uniforms,
      outputShape: g.shape,
      threads: s.threads(g),
      body: `${s.rowAndChannel}
        let own = g[index];
        var sum = ${s.type}(0.0);
        var all = ${s.type}(1.0);
        for (var e = first; e < last; e++) {
          let v = h[indices[e] * uniforms.rowLength + channel] + own;
          let above = select(${s.type}(0.0), ${s.type}(1.0), v > ${s.type}(0.0));
          sum += ds[e * uniforms.heads + head] * above;
          all *= above;
        }
        result[index] = (1.0 - all) * sum * (1.0 - uniforms.slope) * a[channel];`,
    });
    const nBlocks = Math.ceil(g.shape[0] / BLOCK_ROWS);
    const partial = run(backend, {
      key: `labGatv2WeightGradient${s.width}`,
      inputs: Object.entries({ indptr, indices, h, g, ds }),
      vec4: s.vec4("h", "g", "result"),
      uniforms: [...s.uniforms, ["nRows", "i32", g.shape[0]]],
      outputShape: [nBlocks, g.shape[1]],
      threads: (nBlocks * g.shape[1]) / s.width,
      body: `
        let block = index / uniforms.rowLength;
        let channel = index - block * uniforms.rowLength;
        let head = channel / uniforms.channels;
        let end = min(uniforms.nRows, (block + 1) * ${BLOCK_ROWS});
        var sum = ${s.type}(0.0);
        for (var row = block * ${BLOCK_ROWS}; row < end; row++) {
          let own = g[row * uniforms.rowLength + channel];
          let last = indptr[row + 1];
          for (var e = indptr[row]; e < last; e++) {
            let v = h[indices[e] * uniforms.rowLength + channel] + own;
            sum += ds[e * uniforms.heads + head] * ${s.slopeOf("v")} * v;
          }
        }
        result[index] = sum;`,
    });
    return [dg, partial];
  });

  registerWebGpu(GATV2.sourceGradient, (backend, inputs, attributes) => {
    const { indptr, indices, order, h, g, a, alpha, ds, dy } = inputs;
    const s = sizes(h, attributes);
    const drop = dropping(attributes);
    const shared = { uniforms: s.uniforms, outputShape: h.shape, threads: s.threads(h) };
    // in three parts, for a shader reads seven inputs at most
    const throughScores = run(backend, {
      ...shared,
      key: `labGatv2SourceScores${s.width}`,
      inputs: Object.entries({ indptr, indices, order, h, g, a, ds }),
      vec4: s.vec4("h", "g", "a", "result"),
      body: `${s.rowAndChannel}
        let own = h[index];
        var sum = ${s.type}(0.0);
        for (var t = first; t < last; t++) {
          let v = own + g[indices[t] * uniforms.rowLength + channel];
          sum += ds[order[t] * uniforms.heads + head] * ${s.slopeOf("v")};
        }
        result[index] = sum * a[channel];`,
    });
    const dh = run(backend, {
      ...shared,
      key: `labGatv2SourceGradient${s.width}${drop.key}`,
      inputs: Object.entries({ indptr, indices, order, alpha, dy, throughScores }),
      vec4: s.vec4("dy", "throughScores", "result"),
      uniforms: [...s.uniforms, ...drop.uniforms],
      functions: drop.functions,
      body: `${s.rowAndChannel}
        var sum = ${s.type}(0.0);
        for (var t = first; t < last; t++) {
          let element = order[t] * uniforms.heads + head;
          sum += alpha[element]${drop.factor("element")} * dy[indices[t] * uniforms.rowLength + channel];
        }
        result[index] = sum + throughScores[index];`,
    });
    backend.disposeData(throughScores.dataId);
    return [dh];
  });
}

/** score[e, head] = a . LeakyReLU(h_j + g_i), one thread per (row, head). */
function edgeScores(backend: WebGPUBackend, { indptr, indices, h, g, a }: Inputs, attributes: Attributes): TensorInfo {
  const s = sizes(h, attributes);
  return run(backend, {
    key: `labGatv2Scores${s.width}`,
    inputs: Object.entries({ indptr, indices, h, g, a }),
    vec4: s.vec4("h", "g", "a"),
    uniforms: s.uniforms,
    outputShape: [indices.shape[0], attributes.heads],
    threads: (indptr.shape[0] - 1) * attributes.heads,
    body: `${ROW_AND_HEAD}
      let aAt = head * uniforms.channels;
      let gAt = index * uniforms.channels;
      for (var e = first; e < last; e++) {
        let hAt = (indices[e] * uniforms.heads + head) * uniforms.channels;
        var products = ${s.type}(0.0);
        for (var c = 0; c < uniforms.channels; c++) {
          let v = h[hAt + c] + g[gAt + c];
          products += a[aAt + c] * ${s.slopeOf("v")} * v;
        }
        result[e * uniforms.heads + head] = ${s.total("products")};
      }`,
  });
}

/** Online: one walk keeps the largest score and the sum of exponentials below it. */
function logSumExp(
  backend: WebGPUBackend,
  { indptr, scores }: { indptr: TensorInfo; scores: TensorInfo },
  { heads }: Attributes,
): TensorInfo {
  const nRows = indptr.shape[0] - 1;
  return run(backend, {
    key: "labGatv2LogSumExp",
    inputs: Object.entries({ indptr, scores }),
    uniforms: [["heads", "i32", heads]],
    outputShape: [nRows, heads],
    threads: nRows * heads,
    body: `${ROW_AND_HEAD}
      if (first == last) { result[index] = 0.0; return; }
      var top = scores[first * uniforms.heads + head];
      var sum = 1.0;
      for (var e = first + 1; e < last; e++) {
        let score = scores[e * uniforms.heads + head];
        if (score > top) { sum = sum * exp(top - score) + 1.0; top = score; } else { sum += exp(score - top); }
      }
      result[index] = top + log(sum);`,
  });
}

/** The widths of a problem, in floats or vec4s, and the pieces of WGSL that depend on which. */
function sizes(h: TensorInfo, { heads, negativeSlope }: Attributes) {
  const nChannels = h.shape[1];
  const { width, type } = lanes(nChannels / heads);
  const uniforms: Shader["uniforms"] = [
    ["heads", "i32", heads],
    ["slope", "f32", negativeSlope],
    ["rowLength", "i32", nChannels / width],
    ["channels", "i32", nChannels / heads / width],
  ];
  return {
    width,
    type,
    uniforms,
    vec4: (...names: string[]) => (width === 4 ? names : []),
    threads: ({ shape }: TensorInfo) => (shape[0] * shape[1]) / width,
    total: (products: string) => (width === 4 ? `dot(${products}, vec4<f32>(1.0))` : products),
    slopeOf: (v: string) => `select(${type}(uniforms.slope), ${type}(1.0), ${v} > ${type}(0.0))`,
    rowAndChannel: `
      let row = index / uniforms.rowLength;
      let channel = index - row * uniforms.rowLength;
      let head = channel / uniforms.channels;
      let first = indptr[row];
      let last = indptr[row + 1];`,
  };
}
