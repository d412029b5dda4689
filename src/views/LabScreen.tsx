import styles from "./App.module.css";
import { Inspector } from "./inspector/Inspector";
import { Rail } from "./rail/Rail";
import { useShortcuts } from "./shortcuts";
import { Stage } from "./stage/Stage";
import { BottomStrip } from "./strip/BottomStrip";

/** Four steps, the tissue, what is selected, and how the run goes. */
export function LabScreen() {
  useShortcuts();
  return (
    <div className={styles.lab}>
      <nav className={styles.rail} aria-label="Steps">
        <Rail />
      </nav>
      <main className={styles.stage}>
        <Stage />
      </main>
      <Inspector />
      <BottomStrip />
    </div>
  );
}
