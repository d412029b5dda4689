import { useEffect } from "react";
import { type Bounds, type FitMargins, fitCamera } from "./camera";
import { useStage, type ViewName } from "./stage-store";

/** Beside the chooser above; what height is left over goes below, where the legend and the docked view are. */
const filling: FitMargins = { side: 32, top: 64, bottom: 32, above: 0.2 };
/** With room for the names above the sections, clear of the chooser. */
const named: FitMargins = { ...filling, top: 88 };
const docking: FitMargins = { side: 12, top: 30, bottom: 12, above: 0.5 };

const margins = { large: filling, named, docked: docking } as const;

/** Lets a view follow its data and its place until the person moves it. */
export function useFit(view: ViewName, bounds: Bounds | null, place: "large" | "named" | "docked"): void {
  const rect = useStage((s) => s.rects[view]);
  const fitted = useStage((s) => s.fitted[view]);
  useEffect(() => {
    if (!fitted || !bounds || rect.width === 0) return;
    useStage.getState().follow(view, fitCamera(bounds, rect, margins[place]));
  }, [view, bounds, rect, fitted, place]);
}
