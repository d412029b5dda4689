import { useMemo } from "react";
import { useShallow } from "zustand/react/shallow";
import type { SliceInfo } from "../../../workers/protocol";
import { useLab } from "../../state/lab";
import { type Coloring, resolveColoring } from "../color/coloring";
import { type EgoNet, egoNet } from "../tissue/ego-edges";
import { layoutSections, type SectionLayout } from "../tissue/section-layout";
import { usualRoom } from "./stage-rects";

const layouts = new WeakMap<Float32Array, SectionLayout>();
const empty: SectionLayout = { positions: new Float32Array(0), sections: [], width: 0, height: 0 };

/** Sections side by side; computed once for the positions of a slice. */
export function sectionLayout(slice: SliceInfo | null): SectionLayout {
  if (!slice) return empty;
  let layout = layouts.get(slice.positions);
  if (!layout) {
    layout = layoutSections(slice.positions, slice.section, usualRoom);
    layouts.set(slice.positions, layout);
  }
  return layout;
}

/** The present colouring, resolved anew only when something it is made of changed. */
export function useColoring(): Coloring {
  const source = useLab(
    useShallow(({ slice, colorBy, geneCounts, clusters, prediction, liveColors, cellLosses, runRecipe }) => ({
      slice,
      colorBy,
      geneCounts: colorBy.kind === "gene" ? geneCounts : null,
      clusters: colorBy.kind === "cluster" ? clusters : null,
      prediction: ["prediction", "errors"].includes(colorBy.kind) ? prediction : null,
      liveColors: colorBy.kind === "embedding" ? liveColors : null,
      cellLosses: colorBy.kind === "loss" ? cellLosses : null,
      runRecipe,
    })),
  );
  return useMemo(() => resolveColoring(source), [source]);
}

/** The selected cell with its neighbours and, after learning, their attention. */
export function useEgoNet(): EgoNet | null {
  const { selected, neighbours, attention } = useLab(
    useShallow(({ selected, neighbours, attention }) => ({ selected, neighbours, attention })),
  );
  return useMemo(
    () => (selected === null || !neighbours ? null : egoNet(selected, neighbours, attention)),
    [selected, neighbours, attention],
  );
}
