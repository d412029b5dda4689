import { Deck, type Layer, OrthographicView } from "@deck.gl/core";
import { LineLayer, ScatterplotLayer } from "@deck.gl/layers";
import type { Coloring } from "../color/coloring";
import { categoryColors } from "../color/palettes";
import { CellsLayer } from "../tissue/cells-layer";
import { alphaAt, type EgoNet, edgePixels, type SelectionPixels, selectionPixels } from "../tissue/ego-edges";
import type { Camera, Rect } from "./camera";
import type { ViewName } from "./stage-store";

/** Everything that one drawing of the stage depends on. */
export interface SceneContent {
  readonly theme: "dark" | "light";
  /** The large view; the other one is docked in `rects`. */
  readonly main: ViewName;
  readonly rects: Readonly<Record<ViewName, Rect>>;
  readonly cameras: Readonly<Record<ViewName, Camera>>;
  readonly positions: { readonly tissue: Float32Array; readonly embedding: Float32Array | null };
  /** Radius of a cell in tissue units; discs of the embedding are sized in pixels. */
  readonly cellRadius: number;
  readonly coloring: Coloring;
  readonly colorVersion: number;
  readonly lut: Uint8Array;
  readonly selected: number | null;
  readonly ego: EgoNet | null;
  readonly head: number | null;
  readonly easeMs: number;
}

export interface Scene {
  draw(content: SceneContent): void;
  destroy(): void;
}

interface SceneEvents {
  onMove(view: ViewName, camera: Camera): void;
  onError(error: Error): void;
}

const headColors = categoryColors(8);
const ground = { dark: [20, 24, 31, 255], light: [255, 255, 255, 255] } as const;
const ink = { dark: [255, 255, 255], light: [10, 12, 16] } as const;
const ghost = { dark: [120, 132, 148], light: [150, 160, 172] } as const;

/**
 * The drawing surface: one WebGL2 context with two views, because a second context would cost memory and speed.
 * y grows downwards, as in the images that MERFISH and Visium positions come from.
 */
export function createScene(parent: HTMLDivElement, { onMove, onError }: SceneEvents): Scene {
  // a scene that ends before its canvas is there would leave it behind, in the way of the next one's
  const place = document.createElement("div");
  Object.assign(place.style, { position: "absolute", inset: "0" });
  parent.append(place);
  const deck = new Deck<OrthographicView[]>({
    parent: place,
    width: "100%",
    height: "100%",
    views: [],
    layers: [],
    // the canvas is described in words beside it; keys are the page's
    style: { outline: "none" },
    // a hover is found by our own grid: nothing is drawn for picking
    layerFilter: ({ layer, viewport }) => layer.id.startsWith(viewport.id),
    getCursor: ({ isDragging }) => (isDragging ? "grabbing" : "crosshair"),
    onViewStateChange: ({ viewId, viewState }) => {
      const { target, zoom } = viewState as { target: [number, number]; zoom: number | [number, number] };
      onMove(viewId as ViewName, { target: [target[0], target[1]], zoom: Array.isArray(zoom) ? zoom[0] : zoom });
    },
    onError: (error) => onError(error),
    // the stage around it takes the focus and shows it
    onLoad: () => deck.getCanvas()?.setAttribute("tabindex", "-1"),
  });
  return {
    draw(content) {
      const order: readonly ViewName[] = content.main === "tissue" ? ["tissue", "embedding"] : ["embedding", "tissue"];
      const shown = order.filter((view) => content.rects[view].width > 0);
      deck.setProps({
        // four million discs at full resolution are slower than they are sharper
        useDevicePixels: content.positions.tissue.length / 2 <= 1_000_000,
        views: shown.map((id) => {
          const { x, y, width, height } = content.rects[id];
          const docked = id !== content.main;
          return new OrthographicView({
            id,
            x,
            y,
            width,
            height,
            flipY: true,
            clear: docked,
            clearColor: [...ground[content.theme]],
            controller: { doubleClickZoom: false, keyboard: false, scrollZoom: { speed: 0.008 } },
          });
        }),
        viewState: Object.fromEntries(
          shown.map((id) => [id, { target: [...content.cameras[id].target], zoom: content.cameras[id].zoom }]),
        ),
        layers: shown.flatMap((id) => layersOf(id, content)),
      });
    },
    destroy() {
      deck.finalize();
      place.remove();
    },
  };
}

function layersOf(view: ViewName, content: SceneContent): Layer[] {
  const positions = content.positions[view];
  if (!positions) return [];
  const at = (cell: number): [number, number] => [positions[2 * cell], positions[2 * cell + 1]];
  const { selected } = content;
  const marks = selectionPixels(view === "tissue" ? spacingPixels(content) : Number.POSITIVE_INFINITY);
  const ring = (cell: number): Layer =>
    new ScatterplotLayer<number>({
      id: `${view}-selected`,
      data: [cell],
      getPosition: at,
      getRadius: view === "tissue" ? content.cellRadius * 1.3 : 0,
      radiusUnits: "common",
      radiusMinPixels: marks.radius,
      radiusMaxPixels: 1.3 * mostPixels,
      filled: false,
      stroked: true,
      getLineColor: [...ink[content.theme], 255] as [number, number, number, number],
      getLineWidth: marks.line,
      lineWidthUnits: "pixels",
      updateTriggers: { getPosition: positions, getLineWidth: marks.line },
    });
  const size =
    view === "tissue"
      ? {
          radius: content.cellRadius,
          radiusMinPixels: leastPixels(positions.length / 2),
          radiusMaxPixels: mostPixels,
          easeMs: 0,
        }
      : { radius: 0, ...embeddingPixels(content), easeMs: content.easeMs };
  return [
    new CellsLayer({
      id: `${view}-cells`,
      positions,
      coloring: content.coloring,
      colorVersion: content.colorVersion,
      lut: content.lut,
      ...size,
    }),
    ...(view === "tissue" && content.ego ? edgeLayers(content.ego, content, marks, at) : []),
    ...(selected === null || 2 * selected >= positions.length ? [] : [ring(selected)]),
  ];
}

/** Discs never get larger than this, so that a cell seen from near leaves its neighbours in view. */
const mostPixels = 60;

/** How far the selected cell's neighbours are from it on the screen; without a graph, how far cells are from each other. */
function spacingPixels({ ego, cellRadius, cameras }: SceneContent): number {
  return (ego?.edges[ego.edges.length >> 1]?.microns ?? 2 * cellRadius) * 2 ** cameras.tissue.zoom;
}

/** Discs never get smaller than this: what few cells lack in number they may have in size. */
function leastPixels(nCells: number): number {
  if (nCells <= 30_000) return 1.5;
  return nCells <= 150_000 ? 1.1 : 0.75;
}

/** Discs of the embedding fill about a third of its view, within what can be seen and told apart. */
function embeddingPixels({ rects, positions }: SceneContent): { radiusMinPixels: number; radiusMaxPixels: number } {
  const { width, height } = rects.embedding;
  const n = Math.max(1, positions.tissue.length / 2);
  const radius = Math.min(4, Math.max(0.75, Math.sqrt((0.12 * width * height) / n / Math.PI)));
  return { radiusMinPixels: radius, radiusMaxPixels: radius };
}

/**
 * The selected cell's edges: as wide as their attention, in the colour of the head that is looked at, over a ghost of
 * what uniform weights would be.
 */
function edgeLayers(
  ego: EgoNet,
  { theme, head, cellRadius }: SceneContent,
  { uniformEdge, neighbourRadius, neighbourLine, rim: rimOpacity }: SelectionPixels,
  at: (cell: number) => [number, number],
): Layer[] {
  const widthOf = (alpha: number): number => edgePixels(alpha, ego.uniform, uniformEdge);
  const shownHead = head !== null && head < ego.nHeads ? head : null;
  const source = at(ego.center);
  const line = (id: string, color: readonly number[], alpha: number, width: (edge: number) => number): Layer =>
    new LineLayer<EgoNet["edges"][number]>({
      id: `tissue-${id}`,
      data: [...ego.edges],
      getSourcePosition: source,
      getTargetPosition: (edge) => at(edge.cell),
      getColor: [...color, alpha] as [number, number, number, number],
      getWidth: (_, { index }) => width(index),
      widthUnits: "pixels",
      updateTriggers: { getWidth: [ego, shownHead, uniformEdge] },
    });
  const color = shownHead === null ? ink[theme] : headColors[shownHead % headColors.length];
  const weighted = line("edges", color, 235, (i) => widthOf(alphaAt(ego.edges[i].alpha, shownHead)));
  const rings = new ScatterplotLayer<EgoNet["edges"][number]>({
    id: "tissue-neighbours",
    data: [...ego.edges],
    getPosition: (edge) => at(edge.cell),
    getRadius: cellRadius * 1.15,
    radiusUnits: "common",
    radiusMinPixels: neighbourRadius,
    radiusMaxPixels: 1.15 * mostPixels,
    visible: neighbourLine > 0,
    filled: false,
    stroked: true,
    getLineColor: [...ink[theme], 255] as [number, number, number, number],
    getLineWidth: neighbourLine,
    lineWidthUnits: "pixels",
  });
  // a rim in the ground's colour parts the edges from the discs below
  const rim = line(
    "rim",
    ground[theme].slice(0, 3),
    220 * rimOpacity,
    (i) => Math.max(uniformEdge, widthOf(alphaAt(ego.edges[i].alpha, shownHead))) + 0.75 * uniformEdge,
  );
  if (ego.uniform === null) return [rim, weighted, rings];
  const uniform = line("ghost", ghost[theme], 255, () => widthOf(ego.uniform!));
  return [rim, uniform, weighted, rings];
}
