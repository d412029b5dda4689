import type { LabState } from "../../state/lab-state";
import { formatCount, formatDuration, formatNumber } from "../format/numbers";

type Part = Pick<
  LabState,
  "run" | "runRecipe" | "recipe" | "epoch" | "batches" | "losses" | "millisecondsPerEpoch" | "graph"
>;

/** How far the run is, in words: "epoch 34 / 100 · 0.21 s each · 14 s left". */
export function progressWords({ run, recipe, epoch, batches, losses, millisecondsPerEpoch, graph }: Part): string {
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
      return words("preparing", run.progress?.what ?? null);
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
      return words(`${formatCount(epoch)} epochs done`, each, loss);
    case "failed":
      return words(epoch > 0 ? `stopped at epoch ${formatCount(epoch)}` : "stopped", "see step 4");
    default:
      return run satisfies never;
  }
}
