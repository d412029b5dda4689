import type { BenchOptions, BenchResult } from "./harness";
import { STEPS, sized, stepBench } from "./step";

export { oursStep } from "./step";

export default function bench(options: BenchOptions): BenchResult {
  return stepBench("step-section", sized(STEPS.section, options), options, import.meta.url);
}
