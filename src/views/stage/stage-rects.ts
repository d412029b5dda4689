import type { Rect } from "./camera";
import type { ViewName } from "./stage-store";

/** Height of the row of scale bar and zoom buttons below the docked view. */
export const controlsHeight = 44;
const inset = 12;

/**
 * Where the two views stand: the large one fills the stage, the other one is docked above the controls
 * in the right bottom corner. A view that is not shown has no size.
 */
export function stageRects(
  width: number,
  height: number,
  { main, docked }: { readonly main: ViewName; readonly docked: boolean },
): Record<ViewName, Rect> {
  const large: Rect = { x: 0, y: 0, width, height };
  const small = docked ? dockedRect(width, height) : { x: 0, y: 0, width: 0, height: 0 };
  return main === "tissue" ? { tissue: large, embedding: small } : { tissue: small, embedding: large };
}

function dockedRect(width: number, height: number): Rect {
  const side = Math.round(Math.max(180, Math.min(340, 0.32 * width, 0.4 * height)));
  return { x: width - side - inset, y: height - side - controlsHeight - inset, width: side, height: side };
}
