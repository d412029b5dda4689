import type { LabState } from "../../state/lab-state";
import { formatCount, formatDuration, formatNumber, formatScore } from "../format/numbers";

type Part = Pick<
  LabState,
  "run" | "network" | "runRecipe" | "recipe" | "epoch" | "batches" | "losses" | "millisecondsPerEpoch" | "graph"
>;

/** How far the run is, in words: "epoch 34 / 100 · 0.21 s each · 14 s left". */
export function progressWords({
  run,
  network,
  recipe,
  epoch,
  batches,
  losses,
  millisecondsPerEpoch,
  graph,
}: Part): string {
  const each = millisecondsPerEpoch === null ? null : `${formatDuration(millisecondsPerEpoch)} each`;
  const loss = losses.length > 0 ? `loss ${formatNumber(losses[losses.length - 1])}` : null;
  const batch = batches === null ? "" : `, batch ${formatCount(batches.done)} / ${formatCount(batches.of)}`;
  const words = (...parts: (string | null)[]): string => parts.filter((p) => p !== null).join(" · ");
  switch (run.kind) {
    case "idle":
      return graph.kind === "ready"
        ? `Ready: ${formatCount(recipe.epochs)} epochs. Press Train, or the space bar.`
        : "Waits for the graph.";
    case "preparing":
      return words(run.what ?? "preparing", run.progress?.what ?? null);
    case "training": {
      const left = millisecondsPerEpoch === null ? null : millisecondsPerEpoch * Math.max(0, run.until - epoch);
      return words(
        `epoch ${formatCount(epoch)} / ${formatCount(run.until)}${batch}`,
        each,
        left === null ? null : `${formatDuration(left)} left`,
        loss,
      );
    }
    case "paused":
      return words(`paused at epoch ${formatCount(epoch)} / ${formatCount(run.until)}${batch}`, each, loss);
    case "done":
      if (network) return networkWords(network);
      return words(`${formatCount(epoch)} epochs done`, each, loss);
    case "failed":
      return words(epoch > 0 ? `stopped at epoch ${formatCount(epoch)}` : "stopped", "see step 4");
    default:
      return run satisfies never;
  }
}

function networkWords({ origin, prediction }: NonNullable<LabState["network"]>): string {
  const from = originWords(origin);
  if (!prediction || prediction.nTest === 0) return from;
  const { f1Micro, f1Macro } = prediction;
  return `${from} · F1 ${formatScore(f1Micro)} micro, ${formatScore(f1Macro)} macro on ${origin.kind === "file" ? "labelled" : "held-out"} cells`;
}

function originWords(origin: NonNullable<LabState["network"]>["origin"]): string {
  switch (origin.kind) {
    case "study":
      return "run of a study";
    case "file":
      return origin.name;
    case "collection":
      return `trained over ${origin.name}`;
    case "fine-tuned":
      return `fine-tuned to ${origin.request.label}`;
    default:
      return origin satisfies never;
  }
}
