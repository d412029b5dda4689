import { useEffect } from "react";
import { type Box, fitAround } from "../tissue/fit-around";
import { type Bounds, cameraOf, type FitMargins, fitCamera } from "./camera";
import { roomForSections } from "./stage-rects";
import { useStage, type ViewName } from "./stage-store";

/** Beside the chooser above; what height is left over goes below, where the legend and the docked view are. */
const filling: FitMargins = { side: 32, top: 64, bottom: 32, above: 0.2 };
/** With room for the names above the sections, clear of the chooser. */
const named: FitMargins = { ...filling, top: 88 };
const docking: FitMargins = { side: 12, top: 30, bottom: 12, above: 0.5 };

const margins = { large: filling, named, docked: docking } as const;

/** What is to be seen: all of it, and where its parts stand that nothing may hide. */
export interface Fitted {
  readonly bounds: Bounds;
  readonly parts: readonly Box[];
}

/** Lets a view follow its data and its place until the person moves it. */
export function useFit(view: ViewName, shown: Fitted | null, place: "large" | "named" | "docked"): void {
  const rect = useStage((s) => s.rects[view]);
  const other = useStage((s) => s.rects[view === "tissue" ? "embedding" : "tissue"]);
  const legend = useStage((s) => s.legendRoom);
  const fitted = useStage((s) => s.fitted[view]);
  useEffect(() => {
    if (!fitted || !shown || rect.width === 0) return;
    const { bounds, parts } = shown;
    const around = place === "named" ? fitAround(parts, roomForSections(rect, legend, other)) : null;
    const camera = around ? cameraOf(around, rect) : fitCamera(bounds, rect, margins[place]);
    useStage.getState().follow(view, camera);
  }, [view, shown, rect, other, legend, fitted, place]);
}
