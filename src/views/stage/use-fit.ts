import { useEffect } from "react";
import { type Bounds, fitCamera } from "./camera";
import { useStage, type ViewName } from "./stage-store";

/** Lets a view follow its data and its place until the person moves it. */
export function useFit(view: ViewName, bounds: Bounds | null, docked: boolean): void {
  const rect = useStage((s) => s.rects[view]);
  const fitted = useStage((s) => s.fitted[view]);
  useEffect(() => {
    if (!fitted || !bounds || rect.width === 0) return;
    useStage.getState().follow(view, fitCamera(bounds, rect, docked ? 14 : 40));
  }, [view, bounds, rect, fitted, docked]);
}
