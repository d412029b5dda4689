import type { Room } from "../tissue/fit-around";
import type { Rect } from "./camera";
import type { ViewName } from "./stage-store";

/** Height of the row of scale bar and zoom buttons below the docked view. */
export const controlsHeight = 44;
const inset = 12;
const controlsWidth = 230;

/** The most of the stage's height that a legend takes; a longer one is scrolled. */
export const legendShare = 0.46;

/** Width and height, px. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

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

/** Free pixels around sections with their names: the chooser is above. */
const named = { side: 32, top: 88, bottom: 32, name: 22 };

/**
 * What of the stage is free for sections side by side, with their names. A single section keeps the whole stage instead, and what
 * floats lies on its corners: beside them it would be half as large.
 */
export function roomForSections({ width, height }: Size, legend: Size, docked: Rect): Room {
  const legendTop = height - inset - Math.min(legend.height, legendShare * height);
  const taken = [
    // the scale bar, and the docked view above it
    { left: width - controlsWidth, top: height - controlsHeight, width: controlsWidth, height: controlsHeight },
    ...(docked.width > 0
      ? [{ left: docked.x, top: docked.y, width: width - docked.x, height: height - docked.y }]
      : []),
    ...(legend.height > 0
      ? [{ left: 0, top: legendTop, width: legend.width + inset, height: height - legendTop }]
      : []),
  ];
  const { side, top, bottom, name: nameHeight } = named;
  return { frame: { left: side, top, width: width - 2 * side, height: height - top - bottom }, taken, nameHeight };
}

/** A stage as it often is, with a long legend and an embedding: sections are laid out for it, so that neither moves them. */
export const usualRoom: Room = roomForSections(
  { width: 832, height: 736 },
  { width: 240, height: 338 },
  dockedRect(832, 736),
);

function dockedRect(width: number, height: number): Rect {
  const side = Math.round(Math.max(180, Math.min(340, 0.32 * width, 0.4 * height)));
  return { x: width - side - inset, y: height - side - controlsHeight - inset, width: side, height: side };
}
