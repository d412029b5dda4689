import { attends } from "../../core/nn/encoder-spec";
import { methodCatalog } from "../../core/ssl/catalog";
import { isRefused } from "../../state/budget-slice";
import type { LabState } from "../../state/lab-state";
import { formatCount, formatNumber } from "../format/numbers";

/** The one line that a folded step says: a fact, or what it waits for. */
export function sliceResult({ slice, opening }: LabState): string {
  if (opening) return `opening ${opening.name}`;
  if (!slice) return "open a file or simulate tissue";
  const { nObs, nVars, sections } = slice.summary;
  const cut = sections.length > 1 ? `, ${sections.length} sections` : "";
  return `${formatCount(nObs)} cells × ${formatCount(nVars)} genes${cut}`;
}

export function graphResult({ graph, slice }: LabState): string {
  switch (graph.kind) {
    case "none":
      return slice ? "not built yet" : "waits for a slice";
    case "building":
      return "building";
    case "ready":
      return `${formatCount(graph.statistics.edges)} edges, median degree ${formatNumber(graph.statistics.medianDegree)}`;
    case "failed":
      return "could not be built";
    default:
      return graph satisfies never;
  }
}

const backboneNames = { gcn: "GCN", sage: "SAGE", gat: "GAT", gatv2: "GATv2" } as const;

export function modelResult({ recipe }: LabState): string {
  const { backbone, encoder } = recipe;
  const heads = attends(backbone) ? `, ${encoder.heads} ${encoder.heads === 1 ? "head" : "heads"}` : "";
  return `${methodCatalog[recipe.method].name} · ${backboneNames[backbone]} · ${encoder.layers} × ${encoder.hidden} wide${heads}`;
}

export function trainResult(state: LabState): string {
  const { run, epoch, graph, losses } = state;
  // a model from a file has no curve
  const at =
    epoch > 0 && losses.length > 0
      ? `epoch ${formatCount(epoch)}, loss ${formatNumber(losses[losses.length - 1])}`
      : "";
  switch (run.kind) {
    case "idle":
      if (isRefused(state)) return "would not fit";
      return graph.kind === "ready" ? "ready to train" : "waits for the graph";
    case "preparing":
      return "preparing";
    case "training":
      return at || "training";
    case "paused":
      return at ? `paused at ${at}` : "paused";
    case "done":
      return at || "a model from a file";
    case "failed":
      return "stopped by an error";
    default:
      return run satisfies never;
  }
}
