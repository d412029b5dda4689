import type { BenchOptions, BenchResult } from "./harness";
import { stepBench, stepWork } from "./step";

export { oursStep } from "./step";

/** 20,000 cells x 500 genes, 2 x 256, k = 6. */
export default function bench(options: BenchOptions): BenchResult {
  return stepBench("step-small", stepWork({}, options), import.meta.url);
}
