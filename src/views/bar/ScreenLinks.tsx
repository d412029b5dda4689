import { useLab } from "../../state/lab";
import type { Screen } from "../../state/lab-state";
import styles from "./TopBar.module.css";

const names: readonly { readonly id: Screen; readonly name: string }[] = [
  { id: "lab", name: "Lab" },
  { id: "sections", name: "Sections" },
  { id: "studies", name: "Studies" },
];

/** Which place of the page is shown. Links, since the address names it. */
export function ScreenLinks() {
  const shown = useLab((s) => s.screen);
  return (
    // biome-ignore lint/a11y/useSemanticElements: the element nav is the rail's
    <div role="navigation" aria-label="Screens" className={styles.screens}>
      {names.map(({ id, name }) => (
        <a key={id} href={`#${id}`} className={styles.screen} aria-current={id === shown ? "page" : undefined}>
          {name}
        </a>
      ))}
    </div>
  );
}
