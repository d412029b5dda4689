import type { Attributes } from "../register";
import type { Shader } from "../webgpu-program";

/** WGSL that reads element `at` of an array packed into words, `bytes` each. */
export function unpacked(name: string, at: string, bytes: number, type: "i32" | "f32"): string {
  if (bytes === 4) return type === "f32" ? `bitcast<f32>(${name}[${at}])` : `${name}[${at}]`;
  const perWord = 4 / bytes;
  const shift = `u32((${at} & ${perWord - 1}) * ${8 * bytes})`;
  return `${type}((u32(${name}[${at} / ${perWord}]) >> ${shift}) & ${bytes === 1 ? "0xffu" : "0xffffu"})`;
}

export const count = (name: string, { countBytes }: Attributes): string => unpacked(name, "e", countBytes, "f32");

/** WGSL of what preprocessing and view do to an entry; the arithmetic is that of expression.as.ts. */
export function makingValues(a: Attributes): { key: string; functions: string; uniforms: Shader["uniforms"] } {
  const has = (on: number, text: string): string => (on ? text : "");
  const onExpressed = a.noiseDeviation > 0 && !a.noiseOnAll ? 1 : 0;
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
      ${has(a.dropThreshold, isDropped(a))}
      fn entryValue(count : f32, gene : i32, cell : i32) -> f32 {
        var value = count;
        ${has(a.countThreshold, "value = noisyCount(value, hash(u32(gene) ^ hash(u32(cell) ^ uniforms.countKey)));")}
        value *= bitcast<f32>(header[uniforms.nObs + 1 + cell]);
        ${has(a.log1p, "value = logOnePlus(value);")}
        ${has(a.scaled, "value *= bitcast<f32>(header[2 * uniforms.nObs + 1 + gene]);")}
        ${has(a.dropThreshold, "if (isDropped(gene, cell)) { value = 0.0; }")}
        ${has(onExpressed, "value += noiseOf(gene, cell);")}
        return value;
      }`,
  };
}

/** WGSL of a function that says whether a view drops an entry, with the uniforms `prefix`Key and `prefix`Threshold. */
export const isDropped = ({ dropPerGene }: Attributes, name = "isDropped", prefix = "drop"): string => `
  fn ${name}(gene : i32, cell : i32) -> bool {
    let row = hash(${dropPerGene ? "0xffffffffu" : "u32(cell)"} ^ uniforms.${prefix}Key);
    return hash(u32(gene) ^ row) < uniforms.${prefix}Threshold;
  }`;

// text of its own for each, because a shader takes seconds to compile in software

/** core/random.ts's hash32. */
export const HASH = `
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
