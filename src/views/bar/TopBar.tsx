import { ActionIcon, Tooltip } from "@mantine/core";
import { useLab } from "../../state/lab";
import { formatCount } from "../format/numbers";
import { FolderIcon, MoonIcon, SunIcon } from "../kit/icons";
import { FileButton } from "../open/FileButton";
import { ReplacedNotice } from "../open/ReplacedNotice";
import { BackendBadge } from "./BackendBadge";
import { ScreenLinks } from "./ScreenLinks";
import styles from "./TopBar.module.css";

export function TopBar() {
  const slice = useLab((s) => s.slice);
  const theme = useLab((s) => s.theme);
  const setTheme = useLab((s) => s.setTheme);
  const other = theme === "dark" ? "light" : "dark";
  return (
    <header className={styles.bar}>
      <h1 className={styles.name}>SpatialSSL Lab</h1>
      <ScreenLinks />
      <div className={`${styles.fact} numeric`}>
        <span data-testid="slice-fact" className={styles.slice}>
          {slice
            ? `${slice.name} · ${formatCount(slice.summary.nObs)} cells · ${formatCount(slice.summary.nVars)} genes`
            : "no slice yet"}
        </span>
        <ReplacedNotice />
      </div>
      <FileButton variant="default" leftSection={<FolderIcon />}>
        Open slice
      </FileButton>
      <BackendBadge />
      <Tooltip label={`Change to the ${other} theme`}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Change to the ${other} theme`}
          onClick={() => setTheme(other)}
        >
          {theme === "dark" ? <SunIcon /> : <MoonIcon />}
        </ActionIcon>
      </Tooltip>
    </header>
  );
}
