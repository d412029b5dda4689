import { MantineProvider } from "@mantine/core";
import { Activity } from "react";
import { useLab } from "../state/lab";
import styles from "./App.module.css";
import { TopBar } from "./bar/TopBar";
import { LabScreen } from "./LabScreen";
import { DropTarget } from "./open/DropTarget";
import { QuestionDialog } from "./open/QuestionDialog";
import { SectionsScreen } from "./sections/SectionsScreen";
import { StudiesScreen } from "./studies/StudiesScreen";
import { theme } from "./theme";
import { useAddress } from "./use-address";

/** The page: the bar, and the screen that it names. The others keep what they show until one comes back to them. */
export function App() {
  const scheme = useLab((s) => s.theme);
  const screen = useLab((s) => s.screen);
  useAddress();
  return (
    <MantineProvider theme={theme} forceColorScheme={scheme}>
      <div className={styles.page}>
        <TopBar />
        <Activity mode={screen === "lab" ? "visible" : "hidden"}>
          <LabScreen />
        </Activity>
        <Activity mode={screen === "sections" ? "visible" : "hidden"}>
          <SectionsScreen />
        </Activity>
        <Activity mode={screen === "studies" ? "visible" : "hidden"}>
          <StudiesScreen />
        </Activity>
      </div>
      <DropTarget />
      <QuestionDialog />
    </MantineProvider>
  );
}
