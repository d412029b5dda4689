import { type PointerEvent, useMemo, useRef } from "react";
import { useLab } from "../../state/lab";
import { buildHoverGrid, type HoverGrid } from "../tissue/hover-grid";
import { contains, toWorld } from "./camera";
import { useStage, type ViewName } from "./stage-store";

/** How far from a cell's middle the pointer may be, in pixels, where cells are drawn smaller than that. */
const reachPixels = 7;
const clickPixels = 4;

const grids = new WeakMap<Float32Array, HoverGrid>();

function gridOf(positions: Float32Array): HoverGrid {
  let grid = grids.get(positions);
  if (!grid) {
    grid = buildHoverGrid(positions);
    grids.set(positions, grid);
  }
  return grid;
}

export interface PointerPositions {
  readonly tissue: Float32Array;
  readonly embedding: Float32Array | null;
  readonly cellRadius: number;
}

/** Pointer handlers of the stage: hover finds a cell, a click without a drag selects it. */
export function usePointer(positions: PointerPositions, onHover: (x: number, y: number) => void) {
  const pressed = useRef<{ x: number; y: number } | null>(null);
  return useMemo(() => {
    const place = (event: PointerEvent<HTMLElement>): { x: number; y: number } => {
      const box = event.currentTarget.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    const find = (x: number, y: number): number | null => {
      const { rects, cameras } = useStage.getState();
      const { stage } = useLab.getState();
      const other: ViewName = stage === "tissue" ? "embedding" : "tissue";
      const view = contains(rects[other], x, y) ? other : stage;
      const points = positions[view];
      if (!points || rects[view].width === 0) return null;
      const reach = reachPixels / 2 ** cameras[view].zoom;
      const radius = view === "tissue" ? Math.max(reach, positions.cellRadius * 1.1) : reach;
      const [worldX, worldY] = toWorld(cameras[view], rects[view], x, y);
      return gridOf(points).nearest(worldX, worldY, radius);
    };
    return {
      onPointerMoveCapture(event: PointerEvent<HTMLElement>) {
        // nothing is looked up during a drag
        if (event.buttons !== 0) return;
        const { x, y } = place(event);
        onHover(x, y);
        useLab.getState().hover(find(x, y));
      },
      onPointerLeave: () => useLab.getState().hover(null),
      onPointerDownCapture(event: PointerEvent<HTMLElement>) {
        pressed.current = place(event);
      },
      onPointerUpCapture(event: PointerEvent<HTMLElement>) {
        const from = pressed.current;
        const { x, y } = place(event);
        pressed.current = null;
        if (from && event.button === 0 && Math.hypot(x - from.x, y - from.y) < clickPixels)
          useLab.getState().select(find(x, y));
      },
    };
  }, [positions, onHover]);
}
