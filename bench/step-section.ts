import type { BenchOptions, BenchResult } from "./harness";
import { type StepWork, stepBench, stepWork } from "./step";

export { oursStep } from "./step";

const section: Partial<StepWork> = {
  nObs: 130_112,
  nVars: 550,
  backbones: ["gat"],
  layers: 4,
  hidden: 64,
  graph: { kind: "radius", radiusMicrons: 40 },
  repeats: 3,
};

/** The seed paper's largest section: 130,112 cells x 550 genes, 4 GAT layers of 64, all neighbours within 40 µm. */
export default function bench(options: BenchOptions): BenchResult {
  return stepBench("step-section", stepWork(section, options), import.meta.url);
}
