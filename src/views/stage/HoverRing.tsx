import { useLab } from "../../state/lab";
import { contains, toScreen } from "./camera";
import { useStage, type ViewName } from "./stage-store";
import type { PointerPositions } from "./use-pointer";

/**
 * Rings around the hovered cell in both views.
 * Drawn over the canvas, not in it: a hover then costs nothing, however many cells a redraw would take.
 */
export function HoverRing({ positions }: { positions: PointerPositions }) {
  const cell = useLab((s) => s.hovered);
  const main = useLab((s) => s.stage);
  const rects = useStage((s) => s.rects);
  const cameras = useStage((s) => s.cameras);
  if (cell === null) return null;
  const docked: ViewName = main === "tissue" ? "embedding" : "tissue";
  const rings = ([main, docked] as const).flatMap((view) => {
    const points = positions[view];
    if (!points || rects[view].width === 0 || 2 * cell >= points.length) return [];
    const [x, y] = toScreen(cameras[view], rects[view], points[2 * cell], points[2 * cell + 1]);
    // a ring of the large view may lie under the docked one
    const hidden = !contains(rects[view], x, y) || (view === main && contains(rects[docked], x, y));
    const radius = view === "tissue" ? Math.max(5, 1.3 * positions.cellRadius * 2 ** cameras.tissue.zoom) : 5;
    return hidden ? [] : [{ view, x, y, radius }];
  });
  return (
    <svg
      style={{ position: "absolute", inset: 0, pointerEvents: "none" }}
      width="100%"
      height="100%"
      aria-hidden="true"
    >
      {rings.map(({ view, x, y, radius }) => (
        <circle key={view} cx={x} cy={y} r={radius} fill="none" stroke="var(--lab-text)" strokeWidth="1.5" />
      ))}
    </svg>
  );
}
