import type { TensorInfo } from "@tensorflow/tfjs-core";
import { dropping } from "../dropout/webgpu";
import { type Attributes, registerWebGpu } from "../register";
import { lanes, run, type Shader } from "../webgpu-program";
import { GAT } from "./kernels";

// `target` is reserved in WGSL, so the two ends of an edge are bound as sourceScore and targetScore.
const LEAKY_RELU = `
  fn leakyRelu(v : f32) -> f32 { return select(uniforms.slope * v, v, v > 0.0); }`;

/** One thread per (row, head): index / heads and index % heads, with the row's first and last edge. */
export const ROW_AND_HEAD = `
  let row = index / uniforms.heads;
  let head = index - row * uniforms.heads;
  let first = indptr[row];
  let last = indptr[row + 1];`;

/** The WGSL twins; every sum runs in CSR order, so the same input gives the same bits. */
export function registerGatWebGpu(): void {
  registerWebGpu(GAT.forward, (backend, { indptr, indices, h, source, target }, attributes) => {
    const { negativeSlope } = attributes;
    const [nRows, heads] = [indptr.shape[0] - 1, source.shape[1]];
    const ends = { indptr, indices, sourceScore: source, targetScore: target };
    const uniforms = scoreUniforms(heads, negativeSlope);
    // online softmax: one walk keeps the largest score and the sum of exponentials below it
    const lse = run(backend, {
      key: "labGatLogSumExp",
      inputs: Object.entries(ends),
      uniforms,
      outputShape: [nRows, heads],
      threads: nRows * heads,
      functions: LEAKY_RELU,
      body: `${ROW_AND_HEAD}
        if (first == last) { result[index] = 0.0; return; }
        let listener = targetScore[index];
        var top = leakyRelu(sourceScore[indices[first] * uniforms.heads + head] + listener);
        var sum = 1.0;
        for (var e = first + 1; e < last; e++) {
          let score = leakyRelu(sourceScore[indices[e] * uniforms.heads + head] + listener);
          if (score > top) { sum = sum * exp(top - score) + 1.0; top = score; } else { sum += exp(score - top); }
        }
        result[index] = top + log(sum);`,
    });
    const inputs = { ...ends, lse, h };
    const y = run(backend, weightedSum("labGatForward", inputs, { heads, attributes, features: h, self: "target" }));
    return [y, lse];
  });

  registerWebGpu(GAT.featureGradient, (backend, inputs, attributes) => {
    const { indptr, indices, dy, source, target, lse, order } = inputs;
    const ends = { indptr, indices, sourceScore: source, targetScore: target, lse, h: dy };
    const bound: Record<string, TensorInfo> = attributes.threshold > 0 ? { ...ends, order } : ends;
    const options = { heads: source.shape[1], attributes, features: dy, self: "source" } as const;
    return [run(backend, weightedSum("labGatFeatureGradient", bound, options))];
  });

  registerWebGpu(GAT.attention, (backend, { indptr, indices, source, target, lse }, { negativeSlope }) => {
    const [nRows, heads] = [indptr.shape[0] - 1, source.shape[1]];
    const alpha = run(backend, {
      key: "labGatAttention",
      inputs: Object.entries({ indptr, indices, sourceScore: source, targetScore: target, lse }),
      uniforms: scoreUniforms(heads, negativeSlope),
      outputShape: [indices.shape[0], heads],
      threads: nRows * heads,
      functions: LEAKY_RELU,
      body: `${ROW_AND_HEAD}
        for (var e = first; e < last; e++) {
          let score = leakyRelu(sourceScore[indices[e] * uniforms.heads + head] + targetScore[index]);
          result[e * uniforms.heads + head] = exp(score - lse[index]);
        }`,
    });
    return [alpha];
  });

  registerWebGpu(GAT.edgeGradient, (backend, inputs, attributes) => {
    const { indptr, indices, h, dy, source, target, lse } = inputs;
    const [nRows, heads] = [indptr.shape[0] - 1, source.shape[1]];
    const { width, type } = lanes(h.shape[1] / heads);
    const drop = dropping(attributes);
    const de = run(backend, {
      key: `labGatEdgeGradient${width}${drop.key}`,
      inputs: Object.entries({ indptr, indices, h, dy, sourceScore: source, targetScore: target, lse }),
      vec4: width === 4 ? ["h", "dy"] : [],
      uniforms: [
        ...scoreUniforms(heads, attributes.negativeSlope),
        ["channels", "i32", h.shape[1] / heads / width],
        ...drop.uniforms,
      ],
      outputShape: [indices.shape[0], heads],
      threads: nRows * heads,
      functions: LEAKY_RELU + drop.functions,
      // two walks: the first leaves dalpha in the output and sums alpha * dalpha, the second finishes it
      body: `${ROW_AND_HEAD}
        let dyAt = index * uniforms.channels;
        var mean = 0.0;
        for (var e = first; e < last; e++) {
          let end = indices[e] * uniforms.heads + head;
          var products = ${type}(0.0);
          for (var c = 0; c < uniforms.channels; c++) {
            products += dy[dyAt + c] * h[end * uniforms.channels + c];
          }
          let at = e * uniforms.heads + head;
          let dalpha = ${width === 4 ? "dot(products, vec4<f32>(1.0))" : "products"}${drop.factor("at")};
          let score = leakyRelu(sourceScore[end] + targetScore[index]);
          mean += exp(score - lse[index]) * dalpha;
          result[at] = dalpha;
        }
        for (var e = first; e < last; e++) {
          let raw = sourceScore[indices[e] * uniforms.heads + head] + targetScore[index];
          let alpha = exp(leakyRelu(raw) - lse[index]);
          let at = e * uniforms.heads + head;
          result[at] = alpha * (result[at] - mean) * select(uniforms.slope, 1.0, raw > 0.0);
        }`,
    });
    return [de];
  });

  registerWebGpu(GAT.edgeSum, (backend, { indptr, values, order }) => {
    const [nRows, heads] = [indptr.shape[0] - 1, values.shape[1]];
    const sums = run(backend, {
      key: `labEdgeSum${order ? "Ordered" : ""}`,
      inputs: Object.entries({ indptr, edgeValues: values, ...(order ? { order } : {}) }),
      uniforms: [["heads", "i32", heads]],
      outputShape: [nRows, heads],
      threads: nRows * heads,
      body: `${ROW_AND_HEAD}
        var sum = 0.0;
        for (var e = first; e < last; e++) {
          sum += edgeValues[${order ? "order[e]" : "e"} * uniforms.heads + head];
        }
        result[index] = sum;`,
    });
    return [sums];
  });
}

function scoreUniforms(heads: number, slope: number): Shader["uniforms"] {
  return [
    ["heads", "i32", heads],
    ["slope", "f32", slope],
  ];
}

/**
 * sum over the edges of a row of alpha * features of the other end. `self` says which end the row is: the target in
 * the forward pass, the source in the gradient, which walks the transposed graph. The log-sum-exp is the target's.
 */
function weightedSum(
  key: string,
  inputs: Record<string, TensorInfo>,
  o: { heads: number; attributes: Attributes; features: TensorInfo; self: "source" | "target" },
): Shader {
  const [nRows, nChannels] = [inputs.indptr.shape[0] - 1, o.features.shape[1]];
  const { width, type } = lanes(nChannels / o.heads);
  const [source, target] = o.self === "target" ? ["other", "own"] : ["own", "other"];
  const drop = dropping(o.attributes);
  const edge = o.self === "target" ? "e" : "order[e]";
  return {
    key: `${key}${width}${drop.key}`,
    inputs: Object.entries(inputs),
    vec4: width === 4 ? ["h", "result"] : [],
    uniforms: [
      ...scoreUniforms(o.heads, o.attributes.negativeSlope),
      ["rowLength", "i32", nChannels / width],
      ["channels", "i32", nChannels / o.heads / width],
      ...drop.uniforms,
    ],
    outputShape: [nRows, nChannels],
    threads: (nRows * nChannels) / width,
    functions: LEAKY_RELU + drop.functions,
    body: `
      let row = index / uniforms.rowLength;
      let channel = index - row * uniforms.rowLength;
      let head = channel / uniforms.channels;
      let own = row * uniforms.heads + head;
      let last = indptr[row + 1];
      var sum = ${type}(0.0);
      for (var e = indptr[row]; e < last; e++) {
        let neighbour = indices[e];
        let other = neighbour * uniforms.heads + head;
        let alpha = exp(leakyRelu(sourceScore[${source}] + targetScore[${target}]) - lse[${target}]);
        sum += alpha${drop.factor(`${edge} * uniforms.heads + head`)} * h[neighbour * uniforms.rowLength + channel];
      }
      result[index] = sum;`,
  };
}
