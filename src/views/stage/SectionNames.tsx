import { useLab } from "../../state/lab";
import type { SectionLayout } from "../tissue/section-layout";
import { contains, toScreen } from "./camera";
import styles from "./Stage.module.css";
import { useStage } from "./stage-store";

/** The name of each section above it, where there are several and the tissue is large. */
export function SectionNames({ layout }: { layout: SectionLayout }) {
  const camera = useStage((s) => s.cameras.tissue);
  const rect = useStage((s) => s.rects.tissue);
  const docked = useStage((s) => s.rects.embedding);
  const main = useLab((s) => s.stage);
  if (main !== "tissue" || layout.sections.length < 2 || rect.width === 0) return null;
  return layout.sections.map((section) => {
    const [x, y] = toScreen(camera, rect, section.left, section.top);
    const [right] = toScreen(camera, rect, section.left + section.width, section.top);
    const outside = x < 0 || x > rect.width || y < 12 || y > rect.height;
    // a name wider than its section would run into the next one; over the docked view it would seem to be a name there
    if (outside || right - x < 24 || contains(docked, x, y - 2)) return null;
    return (
      <div key={section.name} className={styles.section} style={{ left: x, top: y - 2, maxWidth: right - x }}>
        {section.name}
      </div>
    );
  });
}
