import { MantineProvider } from "@mantine/core";
import { useLab } from "../state/lab";
import styles from "./App.module.css";
import { TopBar } from "./bar/TopBar";
import { Inspector } from "./inspector/Inspector";
import { DropTarget } from "./open/DropTarget";
import { QuestionDialog } from "./open/QuestionDialog";
import { Rail } from "./rail/Rail";
import { useShortcuts } from "./shortcuts";
import { Stage } from "./stage/Stage";
import { BottomStrip } from "./strip/BottomStrip";
import { theme } from "./theme";

/** The Lab screen: four steps, the tissue, what is selected, and how the run goes. */
export function App() {
  const scheme = useLab((s) => s.theme);
  useShortcuts();
  return (
    <MantineProvider theme={theme} forceColorScheme={scheme}>
      <div className={styles.lab}>
        <TopBar />
        <nav className={styles.rail} aria-label="Steps">
          <Rail />
        </nav>
        <main className={styles.stage}>
          <Stage />
        </main>
        <Inspector />
        <BottomStrip />
      </div>
      <DropTarget />
      <QuestionDialog />
    </MantineProvider>
  );
}
