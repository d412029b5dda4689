import { nodePlatform } from "../cli/platform";
import { openBackend } from "../src/core/backend/open";
import { type BenchOptions, type BenchResult, CannotRun, inFreshProcess, machine, progress } from "./harness";
import { STEPS, type StepDevice, sized, stepRows } from "./step";

export { oursStep } from "./step";

interface Found {
  /** The GPU in words; null where there is none that may be used. */
  readonly adapter: string | null;
  readonly why: string;
}

/**
 * The steps of step-small, step-mosta and step-section on a GPU: ours through Dawn in Node, PyTorch Geometric on CUDA.
 * Peak bytes are of tensors on the GPU. `--cases` takes backbones; with SIZES in front, `small,mosta,section`, sizes.
 *
 * @throws CannotRun  where there is no GPU, or with `software` no software GPU either
 */
export default function bench(options: BenchOptions): BenchResult {
  const { adapter, why } = inFreshProcess<Found>(import.meta.url, "findGpu", options.software);
  if (adapter === null)
    throw new CannotRun(
      `There is no GPU to measure here. ${why}\n` +
        "Run this where Vulkan, Metal or Direct3D 12 finds one (bench/README.md says what to carry there), or prove " +
        "with --software that it runs.",
    );
  progress(`GPU: ${adapter}`);
  const device: StepDevice = options.software ? "software gpu" : "gpu";
  const sizes = Object.keys(STEPS) as (keyof typeof STEPS)[];
  const [wantedSizes, wantedBackbones] = splitCases(options.cases, sizes);
  const rows = wantedSizes.flatMap((size) => {
    const work = sized(STEPS[size], options);
    const has = wantedBackbones?.some((word) => work.backbones.some((backbone) => backbone === word)) ?? true;
    if (!has) return [];
    const named = stepRows(work, { ...options, cases: wantedBackbones }, import.meta.url, device);
    return named.map((row) => ({ ...row, case: `step-${size} ${row.case}` }));
  });
  return { name: "gpu", machine: { ...machine(), gpu: adapter }, rows };
}

/** In a process of its own: a GPU, once opened, stays with the process. */
export async function findGpu(software: boolean): Promise<Found> {
  try {
    const platform = await nodePlatform({ gpu: true });
    const backend = await openBackend({ prefer: "webgpu", allowSoftware: software, platform });
    const { adapter = "unnamed adapter" } = backend.report;
    backend.dispose();
    return { adapter, why: "" };
  } catch (error) {
    return { adapter: null, why: (error as Error).message };
  }
}

/** Words that name a size, all sizes if none does; and the others, backbones. */
function splitCases<Size extends string>(cases: BenchOptions["cases"], sizes: readonly Size[]) {
  const named = sizes.filter((size) => cases?.includes(size));
  const others = cases?.filter((word) => !sizes.some((size) => size === word)) ?? [];
  return [named.length > 0 ? named : sizes, others.length > 0 ? others : null] as const;
}
