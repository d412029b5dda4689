import { useElementSize } from "@mantine/hooks";
import { type ReactNode, useMemo } from "react";
import { useLab } from "../../state/lab";
import { FigureButtons } from "../studies/figure/FigureButtons";
import { FigureView } from "../studies/figure/FigureView";
import { inks } from "../studies/figure/figure";
import type { SectionParts } from "./composition";
import { compositionChart } from "./composition-chart";
import styles from "./Sections.module.css";

interface SectionsOverviewProps {
  /** Of the slice or the collection. */
  readonly name: string;
  readonly label: string;
  readonly sections: readonly SectionParts[];
  /** One for each section, in their order. */
  readonly children: ReactNode;
}

/** Sizes and composition of sections, with the one that the paper's rule holds out; below it their maps. */
export function SectionsOverview({ name, label, sections, children }: SectionsOverviewProps) {
  const theme = useLab((s) => s.theme);
  const { ref, width } = useElementSize();
  const title = `Composition by ${label}`;
  const chart = useMemo(
    () => compositionChart(sections, { title, width: Math.max(320, width), ink: inks[theme] }),
    [sections, title, width, theme],
  );
  const held = sections.find(({ heldOut }) => heldOut);
  return (
    <div ref={ref}>
      <div className={styles.head}>
        <span className="label">
          {held
            ? `By the rule of the paper ${held.name} would be held out to test on: its numbers of each class lie nearest to the mean over all sections.`
            : "Too few sections have this label to choose one to test on."}
        </span>
        <FigureButtons name={`composition-${name}-${label}`} figure={() => chart} />
      </div>
      {width > 0 && <FigureView figure={chart} />}
      <div className={styles.maps}>{children}</div>
    </div>
  );
}
