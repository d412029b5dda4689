import { useEffect, useRef } from "react";
import type { Coloring } from "../color/coloring";
import { CategoryLegend } from "./CategoryLegend";
import { RampLegend } from "./RampLegend";
import styles from "./Stage.module.css";
import { legendShare } from "./stage-rects";
import { useStage } from "./stage-store";

/** What the colours mean, whatever they show. */
export function Legend({ coloring, muted }: { coloring: Coloring; muted: ReadonlySet<number> }) {
  const plate = useRef<HTMLElement>(null);
  const isShown = coloring.kind !== "waiting" || coloring.title !== "";
  useEffect(() => {
    const element = plate.current;
    if (!element || !isShown) return;
    const observer = new ResizeObserver(() =>
      useStage.getState().setLegend({ width: element.offsetWidth, height: element.offsetHeight }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [isShown]);
  if (!isShown) return null;
  return (
    <section
      ref={plate}
      className={`${styles.plate} ${styles.legend}`}
      style={{ maxHeight: `${100 * legendShare}%` }}
      aria-label="Legend"
    >
      {coloring.kind === "categorical" && <CategoryLegend coloring={coloring} muted={muted} />}
      {coloring.kind === "continuous" && <RampLegend coloring={coloring} />}
      {coloring.kind === "rgb" && (
        <p style={{ margin: "8px 10px", width: 200 }}>
          <strong>{coloring.title}</strong>
          <br />
          <span className="label">
            Three main directions of the embedding as colour: cells that the network sees as alike look alike.
          </span>
        </p>
      )}
      {coloring.kind === "waiting" && (
        <p style={{ margin: "8px 10px", width: 200 }}>
          <strong>{coloring.title}</strong>
          <br />
          <span className="label">{coloring.reason}</span>
        </p>
      )}
    </section>
  );
}
