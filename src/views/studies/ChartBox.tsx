import type { ReactNode } from "react";
import { FigureButtons } from "./figure/FigureButtons";
import { FigureView } from "./figure/FigureView";
import type { Figure } from "./figure/figure";
import styles from "./Studies.module.css";

/** A figure with what saves it, and with what chooses what it shows. */
export function ChartBox({ figure, name, children }: { figure: Figure; name: string; children?: ReactNode }) {
  return (
    <div className={styles.chart} style={{ width: figure.width }}>
      <FigureView figure={figure} />
      <div className={styles.chartFoot}>
        {children}
        <FigureButtons name={name} figure={() => figure} />
      </div>
    </div>
  );
}
