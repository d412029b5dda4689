import type { TensorInfo } from "@tensorflow/tfjs-core";
import { type Attributes, registerWebGpu } from "../register";
import { run, type Shader, WORKGROUP } from "../webgpu-program";
import { SIMILARITY } from "./kernels";

/** Rows and columns of a tile. Of the 64 threads, eight by eight, each has four rows (side by side) by four columns. */
const TILE = 32;
/** Vectors of four channels that are in workgroup memory at a time, and the step between rows that spares its banks. */
const [CHUNK, STEP] = [8, 9];
/** The gradient's sums are registers: 32 channels of four rows are four vectors a thread, 128 channels the most at once. */
const MAX_CHUNKS = 4;

const SHARED = `
  var<workgroup> rowsOfA : array<vec4<f32>, ${TILE * STEP}>;
  var<workgroup> rowsOfB : array<vec4<f32>, ${TILE * STEP}>;
  var<workgroup> numbers : array<f32, ${TILE * (TILE + 1)}>;`;

/** Loads are clamped to the last row: what comes of it is struck out or not written. */
const FUNCTIONS = `
  fn fetchB(first : i32, channel : i32) {
    for (var at = i32(localIndex); at < ${TILE * CHUNK}; at += ${WORKGROUP}) {
      let row = min(first + at / ${CHUNK}, uniforms.nCols - 1);
      let c = channel + at % ${CHUNK};
      let to = (at / ${CHUNK}) * ${STEP} + at % ${CHUNK};
      rowsOfB[to] = vec4<f32>(0.0);
      if (c < uniforms.width) { rowsOfB[to] = b[row * uniforms.width + c]; }
    }
  }
  fn fetchA(first : i32, channel : i32) {
    for (var at = i32(localIndex); at < ${TILE * CHUNK}; at += ${WORKGROUP}) {
      let row = min(first + at / ${CHUNK}, uniforms.nRows - 1);
      let c = channel + at % ${CHUNK};
      let to = (at / ${CHUNK}) * ${STEP} + at % ${CHUNK};
      rowsOfA[to] = vec4<f32>(0.0);
      if (c < uniforms.width) { rowsOfA[to] = a[row * uniforms.width + c]; }
    }
  }
  fn products(firstRow : i32, firstCol : i32, part : i32, lane : i32) -> array<vec4<f32>, 4> {
    var s = array<vec4<f32>, 4>();
    for (var channel = 0; channel < uniforms.width; channel += ${CHUNK}) {
      workgroupBarrier();
      fetchA(firstRow, channel);
      fetchB(firstCol, channel);
      workgroupBarrier();
      for (var c = 0; c < ${CHUNK}; c++) {
        let b0 = rowsOfB[lane * ${STEP} + c];
        let b1 = rowsOfB[(lane + 8) * ${STEP} + c];
        let b2 = rowsOfB[(lane + 16) * ${STEP} + c];
        let b3 = rowsOfB[(lane + 24) * ${STEP} + c];
        for (var r = 0; r < 4; r++) {
          let v = rowsOfA[(part * 4 + r) * ${STEP} + c];
          s[r] += vec4<f32>(dot(v, b0), dot(v, b1), dot(v, b2), dot(v, b3));
        }
      }
    }
    return s;
  }`;

const PLACE = `
  let thread = index % ${WORKGROUP};
  let part = thread / 8;
  let lane = thread % 8;`;

/** For a thread's rows i and columns j: `each(r, k)` where the score counts. */
const perScore = (each: string, otherwise = ""): string => `
  for (var r = 0; r < 4; r++) {
    let i = firstRow + part * 4 + r;
    for (var k = 0; k < 4; k++) {
      let j = firstCol + lane + 8 * k;
      if (j < uniforms.nCols && (uniforms.others == 0 || i != j)) { ${each} }
      ${otherwise && `else { ${otherwise} }`}
    }
  }`;

/** The WGSL twins: a workgroup owns 32 rows and walks the columns in tiles, in one order; no atomics. */
export function registerSimilarityWebGpu(): void {
  registerWebGpu(SIMILARITY.forward, (backend, { a, b }, attributes) => {
    const lse = run(backend, {
      ...shared(a, b, attributes),
      key: "labSimilarityLse",
      inputs: Object.entries({ a, b }),
      vec4: ["a", "b"],
      outputShape: [a.shape[0]],
      threads: Math.ceil(a.shape[0] / TILE) * WORKGROUP,
      // every thread keeps the largest score and the sum below it for its own columns; the eight of a row meet at the end
      body: `${PLACE}
        let firstRow = (index / ${WORKGROUP}) * ${TILE};
        var top = array<f32, 4>(-3e38, -3e38, -3e38, -3e38);
        var sum = array<f32, 4>();
        for (var firstCol = 0; firstCol < uniforms.nCols; firstCol += ${TILE}) {
          let s = products(firstRow, firstCol, part, lane);
          ${perScore(`
            let score = uniforms.scale * s[r][k];
            if (score > top[r]) { sum[r] = sum[r] * exp(top[r] - score) + 1.0; top[r] = score; }
            else { sum[r] += exp(score - top[r]); }`)}
        }
        for (var r = 0; r < 4; r++) {
          let at = (part * 4 + r) * 8 + lane;
          numbers[at] = top[r];
          numbers[${TILE * 8} + at] = sum[r];
        }
        workgroupBarrier();
        if (thread < ${TILE} && firstRow + thread < uniforms.nRows) {
          var highest = numbers[thread * 8];
          for (var k = 1; k < 8; k++) { highest = max(highest, numbers[thread * 8 + k]); }
          var total = 0.0;
          for (var k = 0; k < 8; k++) {
            total += numbers[${TILE * 8} + thread * 8 + k] * exp(numbers[thread * 8 + k] - highest);
          }
          result[firstRow + thread] = highest + log(total);
        }`,
    });
    return [lse];
  });

  registerWebGpu(SIMILARITY.gradient, (backend, { a, b, lse, dy }, attributes) => {
    const [nRows, channels] = a.shape;
    const nChunks = Math.min(MAX_CHUNKS, Math.ceil(channels / 4 / CHUNK));
    // wider rows are divided among workgroups, each of which makes the scores
    const nParts = Math.ceil(channels / 4 / (nChunks * CHUNK));
    const da = run(backend, {
      ...shared(a, b, attributes, [["nParts", "i32", nParts]]),
      key: `labSimilarityLseGradient${nChunks}`,
      inputs: Object.entries({ a, b, lse, dy }),
      vec4: ["a", "b", "result"],
      outputShape: a.shape,
      threads: Math.ceil(nRows / TILE) * nParts * WORKGROUP,
      body: `${PLACE}
        let tile = index / ${WORKGROUP};
        let firstRow = (tile / uniforms.nParts) * ${TILE};
        let firstChannel = (tile % uniforms.nParts) * ${nChunks * CHUNK};
        var sums = array<vec4<f32>, ${4 * nChunks}>();
        for (var firstCol = 0; firstCol < uniforms.nCols; firstCol += ${TILE}) {
          let s = products(firstRow, firstCol, part, lane);
          ${perScore(
            `
            let score = uniforms.scale * s[r][k];
            let row = min(i, uniforms.nRows - 1);
            var weight = exp(score - lse[row]) * dy[row];
            if (uniforms.others == 1) { weight += exp(score - lse[j]) * dy[j]; }
            numbers[(part * 4 + r) * ${TILE + 1} + lane + 8 * k] = weight;`,
            `numbers[(part * 4 + r) * ${TILE + 1} + lane + 8 * k] = 0.0;`,
          )}
          for (var chunk = 0; chunk < ${nChunks}; chunk++) {
            workgroupBarrier();
            fetchB(firstCol, firstChannel + chunk * ${CHUNK});
            workgroupBarrier();
            for (var j = 0; j < ${TILE}; j++) {
              let v = rowsOfB[j * ${STEP} + lane];
              for (var r = 0; r < 4; r++) {
                sums[chunk * 4 + r] += numbers[(part * 4 + r) * ${TILE + 1} + j] * v;
              }
            }
          }
        }
        for (var chunk = 0; chunk < ${nChunks}; chunk++) {
          for (var r = 0; r < 4; r++) {
            let row = firstRow + part * 4 + r;
            let c = firstChannel + chunk * ${CHUNK} + lane;
            if (row < uniforms.nRows && c < uniforms.width) {
              result[row * uniforms.width + c] = uniforms.scale * sums[chunk * 4 + r];
            }
          }
        }`,
    });
    return [da];
  });
}

function shared(
  a: TensorInfo,
  b: TensorInfo,
  { scale, others }: Attributes,
  more: Shader["uniforms"] = [],
): Pick<Shader, "shared" | "functions" | "uniforms"> {
  const sizes: Shader["uniforms"] = [
    ["nRows", "i32", a.shape[0]],
    ["nCols", "i32", b.shape[0]],
    ["width", "i32", a.shape[1] / 4],
    ["scale", "f32", scale],
    ["others", "i32", others],
  ];
  return { shared: SHARED, functions: FUNCTIONS, uniforms: [...sizes, ...more] };
}
