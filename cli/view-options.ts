import type { ViewRecipe } from "../src/core/graph/view";
import type { Arguments } from "./command";

/** Options that say what of the graph a step sees. */
export const viewOptions = {
  view: { type: "string" },
  hops: { type: "string" },
  "fan-outs": { type: "string" },
  "batch-size": { type: "string" },
} as const;

export const viewUsage =
  "[--view full | --view ego [--hops N] [--batch-size N] | --view sample [--fan-outs N,N] [--batch-size N]]";

/** The view that the options ask for; what they leave out comes from `fallback` where that is of the same kind. */
export function viewRecipe(args: Arguments, fallback: ViewRecipe): ViewRecipe {
  const kind = args.choice("view", ["full", "ego", "sample"], fallback.kind);
  if (kind !== "ego" && args.has("hops")) throw args.wrong("--hops belongs to --view ego");
  if (kind !== "sample" && args.has("fan-outs")) throw args.wrong("--fan-outs belongs to --view sample");
  if (kind === "full") {
    if (args.has("batch-size")) throw args.wrong("--batch-size belongs to --view ego or --view sample");
    return { kind };
  }
  const same = fallback.kind === kind ? fallback : undefined;
  const bounds = { min: 1, max: 1_000_000, integer: true };
  const batchSize = args.number("batch-size", bounds, same?.batchSize ?? 64);
  if (kind === "ego") {
    const { hops } = same?.kind === "ego" ? same : { hops: 2 };
    return { kind, hops: args.number("hops", { min: 1, max: 8, integer: true }, hops), batchSize };
  }
  const { fanOuts } = same?.kind === "sample" ? same : { fanOuts: [10, 5] };
  return { kind, fanOuts: args.has("fan-outs") ? args.names("fan-outs").map(Number) : fanOuts, batchSize };
}
