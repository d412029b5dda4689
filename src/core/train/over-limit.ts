import { LabError } from "../errors";

/** What passes a limit. */
export interface Excess {
  readonly what: "memory" | "device" | "array";
  readonly bytes: number;
  readonly limitBytes: number;
}

/** The error of a run that is not started. Free of tensors, so that a page can say it without loading the engine. */
export function overLimit(
  { what, bytes, limitBytes }: Excess,
  mend: { readonly words: string; readonly budget: { readonly totalBytes: number } } | null,
): LabError {
  const subject = { memory: "This run", device: "This run", array: "The largest array of this run" }[what];
  const limit = {
    memory: "the memory limit is",
    device: "the backend holds at most",
    array: "this GPU takes at most",
  }[what];
  return new LabError(
    "memory",
    `${subject} would need about ${size(bytes)}; ${limit} ${size(limitBytes)}.`,
    mend
      ? `With ${mend.words} it needs ${size(mend.budget.totalBytes)}.`
      : "No single setting brings it under the limit: use fewer cells, or a slice with fewer genes and a narrower network.",
  );
}

function size(bytes: number): string {
  const mebibytes = bytes / 2 ** 20;
  if (mebibytes >= 1000) return `${Number((mebibytes / 1024).toPrecision(3))} GiB`;
  return `${Number(Math.max(mebibytes, 0.01).toPrecision(3))} MiB`;
}
