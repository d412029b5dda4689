import { useReducedMotion } from "@mantine/hooks";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useLab } from "../../state/lab";
import { coloringKey } from "../../state/lab-state";
import { buildLut } from "../color/lut";
import { ColorChooser } from "./ColorChooser";
import { boundsOf } from "./camera";
import { EmbeddingFrame } from "./EmbeddingFrame";
import { HoverCard } from "./HoverCard";
import { HoverRing } from "./HoverRing";
import { Legend } from "./Legend";
import { SectionNames } from "./SectionNames";
import styles from "./Stage.module.css";
import { StageControls } from "./StageControls";
import { StageSummary } from "./StageSummary";
import { stageRects } from "./stage-rects";
import { useStage } from "./stage-store";
import { useFit } from "./use-fit";
import { type PointerPositions, usePointer } from "./use-pointer";
import { useScene } from "./use-scene";
import { sectionLayout, useColoring, useEgoNet } from "./use-scene-data";

const nothingMuted: ReadonlySet<number> = new Set();

/** The tissue and the embedding, whichever is large, and what floats on them. */
export function Stage() {
  const surface = useRef<HTMLDivElement>(null);
  const slice = useLab((s) => s.slice);
  const theme = useLab((s) => s.theme);
  const main = useLab((s) => s.stage);
  const plane = useLab((s) => s.plane);
  const selected = useLab((s) => s.selected);
  const colorVersion = useLab((s) => (s.colorBy.kind === "embedding" ? s.liveVersion : 0));
  const muted = useLab((s) => s.muted[coloringKey(s.colorBy)] ?? nothingMuted);
  const highlighted = useStage((s) => s.highlighted);
  const head = useStage((s) => s.head);
  const coloring = useColoring();
  const ego = useEgoNet();
  const reducedMotion = useReducedMotion();

  const layout = sectionLayout(slice);
  const cellRadius = slice ? cellRadiusOf(slice.summary.medianNeighbourDistance) : 1;
  const positions = useMemo<PointerPositions>(
    () => ({ tissue: layout.positions, embedding: plane, cellRadius }),
    [layout, plane, cellRadius],
  );
  const lut = useMemo(() => buildLut(coloring, { theme, muted, highlighted }), [coloring, theme, muted, highlighted]);
  const content = useMemo(
    () => ({
      theme,
      main,
      positions,
      cellRadius,
      coloring,
      colorVersion,
      lut,
      selected,
      ego,
      head,
      easeMs: reducedMotion ? 0 : 180,
    }),
    [theme, main, positions, cellRadius, coloring, colorVersion, lut, selected, ego, head, reducedMotion],
  );

  usePlaces(surface, main, plane !== null);
  useFit(
    "tissue",
    useMemo(() => (slice ? { bounds: boundsOf(layout.positions), parts: layout.sections } : null), [slice, layout]),
    main !== "tissue" ? "docked" : layout.sections.length > 1 ? "named" : "large",
  );
  useFit(
    "embedding",
    useMemo(() => (plane ? { bounds: boundsOf(plane), parts: [] } : null), [plane]),
    main !== "embedding" ? "docked" : "large",
  );
  const seen = useRef<number | null>(null);
  useEffect(() => {
    // another slice is looked at from the start; the same one, as it was left for another screen
    if (slice?.id === undefined || slice.id === seen.current) return;
    seen.current = slice.id;
    for (const view of ["tissue", "embedding"] as const) useStage.getState().fit(view);
  }, [slice?.id]);

  const failure = useScene(surface, content);
  const [pointer, setPointer] = useState({ x: 0, y: 0 });
  const handlers = usePointer(
    positions,
    useCallback((x: number, y: number) => setPointer({ x, y }), []),
  );
  return (
    <>
      <div
        ref={surface}
        className={styles.surface}
        data-stage
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys pan and plus and minus zoom once it has the focus
        tabIndex={0}
        aria-label="Tissue and embedding: arrow keys pan, plus and minus zoom, 0 fits"
        aria-describedby="stage-summary"
        {...handlers}
      />
      {failure && (
        <div className={styles.failure} role="alert">
          The stage cannot be drawn: this browser gave no WebGL2 context ({failure}). Training still works; allow
          hardware acceleration to see cells.
        </div>
      )}
      <SectionNames layout={layout} />
      <EmbeddingFrame />
      <ColorChooser />
      <Legend coloring={coloring} muted={muted} />
      <StageControls />
      <HoverRing positions={positions} />
      <HoverCard x={pointer.x} y={pointer.y} />
      <StageSummary coloring={coloring} muted={muted} />
    </>
  );
}

/** Discs of half the usual distance touch their neighbours; a little less keeps them apart. */
function cellRadiusOf(medianNeighbourDistance: number | null): number {
  return medianNeighbourDistance ? 0.46 * medianNeighbourDistance : 5;
}

/** Keeps the places of the two views in step with the size of the stage. */
function usePlaces(surface: React.RefObject<HTMLDivElement | null>, main: "tissue" | "embedding", hasPlane: boolean) {
  const embeddingOpen = useStage((s) => s.embeddingOpen);
  useEffect(() => {
    const element = surface.current;
    if (!element) return;
    const docked = main === "embedding" || (embeddingOpen && hasPlane);
    const place = (): void =>
      useStage.getState().setRects(stageRects(element.clientWidth, element.clientHeight, { main, docked }));
    place();
    const observer = new ResizeObserver(place);
    observer.observe(element);
    return () => observer.disconnect();
  }, [surface, main, embeddingOpen, hasPlane]);
}
