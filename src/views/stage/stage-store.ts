import { create } from "zustand";
import { type Camera, panBy, type Rect, zoomBy } from "./camera";
import type { Size } from "./stage-rects";

export type ViewName = "tissue" | "embedding";

/** What only the stage knows: where it looks, and what the pointer rests on in the legend. */
interface StageStore {
  readonly cameras: Readonly<Record<ViewName, Camera>>;
  /** False once the person moved a view; until then it follows the window and the data. */
  readonly fitted: Readonly<Record<ViewName, boolean>>;
  readonly rects: Readonly<Record<ViewName, Rect>>;
  /**
   * Kept free for the legend. It only grows, so that another colouring moves no tissue, until the view is fitted anew.
   */
  readonly legendRoom: Size;
  readonly highlighted: number | null;
  /** Attention head that edges are drawn for; null = mean of all. */
  readonly head: number | null;
  readonly embeddingOpen: boolean;
  /** A camera that the person moved. */
  move(view: ViewName, camera: Camera): void;
  /** A camera that follows the data. */
  follow(view: ViewName, camera: Camera): void;
  pan(view: ViewName, dx: number, dy: number): void;
  zoom(view: ViewName, steps: number): void;
  /** Back to seeing everything. */
  fit(view: ViewName): void;
  setRects(rects: Record<ViewName, Rect>): void;
  setLegend(size: Size): void;
  setHighlighted(category: number | null): void;
  setHead(head: number | null): void;
  setEmbeddingOpen(open: boolean): void;
}

const nowhere: Camera = { target: [0, 0], zoom: 0 };
const nothing: Rect = { x: 0, y: 0, width: 0, height: 0 };

export const useStage = create<StageStore>()((set, get) => {
  const put = (view: ViewName, camera: Camera, fitted: boolean): void =>
    set({ cameras: { ...get().cameras, [view]: camera }, fitted: { ...get().fitted, [view]: fitted } });
  let legend: Size = { width: 0, height: 0 };
  return {
    cameras: { tissue: nowhere, embedding: nowhere },
    fitted: { tissue: true, embedding: true },
    rects: { tissue: nothing, embedding: nothing },
    legendRoom: legend,
    highlighted: null,
    head: null,
    embeddingOpen: true,
    move: (view, camera) => put(view, camera, false),
    follow: (view, camera) => put(view, camera, true),
    pan: (view, dx, dy) => put(view, panBy(get().cameras[view], dx, dy), false),
    zoom: (view, steps) => put(view, zoomBy(get().cameras[view], steps), false),
    fit: (view) => set({ fitted: { ...get().fitted, [view]: true }, legendRoom: legend }),
    setRects: (rects) => set({ rects }),
    setLegend: (size) => {
      legend = size;
      const { width, height } = get().legendRoom;
      if (size.width <= width && size.height <= height) return;
      set({ legendRoom: { width: Math.max(width, size.width), height: Math.max(height, size.height) } });
    },
    setHighlighted: (highlighted) => set({ highlighted }),
    setHead: (head) => set({ head }),
    setEmbeddingOpen: (embeddingOpen) => set({ embeddingOpen }),
  };
});
