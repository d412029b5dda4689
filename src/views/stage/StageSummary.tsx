import { useLab } from "../../state/lab";
import type { Coloring } from "../color/coloring";
import { formatCount, formatNumber } from "../format/numbers";

/** The stage in words, for who cannot see it; told anew when it changes. */
export function StageSummary({ coloring, muted }: { coloring: Coloring; muted: ReadonlySet<number> }) {
  const slice = useLab((s) => s.slice);
  const selected = useLab((s) => s.selectedRecord);
  return (
    <p id="stage-summary" className="visually-hidden" aria-live="polite">
      {slice
        ? `${slice.name}: ${formatCount(slice.summary.nObs)} cells in ${slice.section.names.length} ${slice.section.names.length === 1 ? "section" : "sections"}. ${inWords(coloring, muted)} ${selected ? `Cell ${selected.name} is selected.` : ""}`
        : "No slice is open."}
    </p>
  );
}

function inWords(coloring: Coloring, muted: ReadonlySet<number>): string {
  switch (coloring.kind) {
    case "categorical": {
      const n = coloring.categories.length;
      const shown = n - muted.size;
      return `Coloured by ${coloring.title}, ${n} ${n === 1 ? "category" : "categories"}${shown < n ? `, ${shown} shown in colour` : ""}.`;
    }
    case "continuous":
      return `Coloured by ${coloring.title} from ${formatNumber(coloring.domain[0])} to ${formatNumber(coloring.domain[1])} ${coloring.unit}.`;
    case "rgb":
      return "Coloured by the embedding: alike cells have alike colours.";
    case "waiting":
      return coloring.reason;
    default:
      return coloring satisfies never;
  }
}
