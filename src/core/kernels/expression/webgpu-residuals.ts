import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { type Attributes, type Inputs, registerWebGpu } from "../register";
import { run, type Shader } from "../webgpu-program";
import { count, HASH, isDropped, makingValues, unpacked } from "./webgpu-values";

export function registerResidualsWebGpu(name: string): void {
  registerWebGpu(name, residuals);
}

/** A thread for each entry looks a dropped one up among the genes of its cell; then one for each row sums. */
function residuals(backend: WebGPUBackend, inputs: Inputs, attributes: Attributes): TensorInfo[] {
  const { header, genes, counts, rows, offset, y } = inputs;
  const [nRows, nVars] = y.shape;
  const values = makingValues({ ...attributes, dropThreshold: 0 }); // the value itself, which the view does not show
  const drawn: Shader["uniforms"] = [
    ["hiddenKey", "u32", attributes.dropKey],
    ["hiddenThreshold", "u32", attributes.dropThreshold],
  ];
  const geneAt = (at: string): string => unpacked("genes", at, attributes.geneBytes, "i32");
  const isHidden = HASH + isDropped(attributes, "isHidden", "hidden");
  const residual = run(backend, {
    key: `labHiddenResiduals${attributes.dropPerGene}${values.key}`,
    inputs: Object.entries({ header, genes, counts, rows, offset, y }),
    uniforms: [...values.uniforms, ...drawn],
    outputShape: [nRows, nVars],
    threads: nRows * nVars,
    functions: isHidden + values.functions,
    body: `
      let row = index / uniforms.nVars;
      let gene = index - row * uniforms.nVars;
      let cell = rows[row];
      var value = 0.0;
      if (cell >= 0 && isHidden(gene, cell)) {
        value = y[index] + offset[gene];
        let last = header[cell + 1];
        var e = header[cell];
        var behind = last;
        while (e < behind) {
          let middle = (e + behind) / 2;
          if (${geneAt("middle")} < gene) { e = middle + 1; } else { behind = middle; }
        }
        if (e < last) {
          if (${geneAt("e")} == gene) { value -= entryValue(${count("counts", attributes)}, gene, cell); }
        }
      }
      result[index] = value;`,
  });
  const sums = run(backend, {
    key: `labHiddenResidualSums${attributes.dropPerGene}`,
    inputs: Object.entries({ rows, residual }),
    uniforms: [["nVars", "i32", nVars], ...drawn],
    outputShape: [nRows, 2],
    threads: nRows,
    functions: isHidden,
    body: `
      let cell = rows[index];
      var squares = 0.0;
      var count = 0.0;
      if (cell >= 0) {
        for (var gene = 0; gene < uniforms.nVars; gene++) {
          if (!isHidden(gene, cell)) { continue; }
          let error = residual[index * uniforms.nVars + gene];
          squares += error * error;
          count += 1.0;
        }
      }
      result[2 * index] = squares;
      result[2 * index + 1] = count;`,
  });
  return [residual, sums];
}
