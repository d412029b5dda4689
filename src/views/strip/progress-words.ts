import type { LabState } from "../../state/lab-state";
import { formatCount, formatDuration, formatNumber } from "../format/numbers";

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
      if (network) return "A network from elsewhere: see step 4.";
      return words(`${formatCount(epoch)} epochs done`, each, loss);
    case "failed":
      return words(epoch > 0 ? `stopped at epoch ${formatCount(epoch)}` : "stopped", "see step 4");
    default:
      return run satisfies never;
  }
}
