import type { BenchOptions, BenchResult } from "./harness";
import { stepBench, stepWork } from "./step";

export { oursStep } from "./step";

/** The size of a MOSTA section: 121,767 cells x 3,000 genes, 2 x 256, k = 6. */
export default function bench(options: BenchOptions): BenchResult {
  return stepBench("step-mosta", stepWork({ nObs: 121_767, nVars: 3_000, repeats: 3 }, options), import.meta.url);
}
