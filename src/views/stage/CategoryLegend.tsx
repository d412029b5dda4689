import { ActionIcon, Button, Tooltip, UnstyledButton } from "@mantine/core";
import { useEffect } from "react";
import { useLab } from "../../state/lab";
import type { Coloring } from "../color/coloring";
import { toHex } from "../color/rgb";
import { formatCount } from "../format/numbers";
import { SoloIcon } from "../kit/icons";
import styles from "./CategoryLegend.module.css";
import { useStage } from "./stage-store";

/** A column of names or numbers as categories would fill the page with thousands of rows. */
const mostListed = 300;

interface Props {
  readonly coloring: Extract<Coloring, { kind: "categorical" }>;
  readonly muted: ReadonlySet<number>;
}

/** Categories with their counts: a click greys one out, solo greys out all others, resting on one shows it alone. */
export function CategoryLegend({ coloring: { title, categories, nMissing }, muted }: Props) {
  const toggle = useLab((s) => s.toggleCategory);
  const solo = useLab((s) => s.soloCategory);
  const showAll = useLab((s) => s.showAllCategories);
  const setHighlighted = useStage((s) => s.setHighlighted);
  useEffect(() => () => setHighlighted(null), [setHighlighted]);
  return (
    <>
      <div className={styles.head}>
        <Tooltip label="Click greys a category out; solo, or a click with Alt, greys out all others.">
          <strong>{title}</strong>
        </Tooltip>
        {muted.size > 0 ? (
          <Button variant="subtle" size="compact-xs" onClick={showAll}>
            Show all
          </Button>
        ) : (
          <span className="label numeric">{categories.length}</span>
        )}
      </div>
      <ul className={styles.list} onPointerLeave={() => setHighlighted(null)}>
        {categories.slice(0, mostListed).map(({ name, color, nCells }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the code is the category's identity
          <li key={i} className={`${styles.row} ${muted.has(i) ? styles.muted : ""}`}>
            <UnstyledButton
              className={styles.toggle}
              aria-pressed={!muted.has(i)}
              aria-label={`${name}, ${formatCount(nCells)} cells`}
              onClick={(event) => (event.altKey || event.metaKey || event.shiftKey ? solo(i) : toggle(i))}
              onPointerEnter={() => setHighlighted(i)}
            >
              <span className={styles.swatch} style={{ background: toHex(color) }} />
              <span className={styles.name} title={name}>
                {name}
              </span>
              <span className="label numeric">{formatCount(nCells)}</span>
            </UnstyledButton>
            <ActionIcon
              className={styles.solo}
              variant="subtle"
              color="gray"
              size="xs"
              aria-label={`Solo ${name}`}
              onClick={() => solo(i)}
            >
              <SoloIcon />
            </ActionIcon>
          </li>
        ))}
        {categories.length > mostListed && (
          <li className="label numeric" style={{ padding: "2px 6px" }}>
            {formatCount(categories.length - mostListed)} more categories
          </li>
        )}
        {nMissing > 0 && (
          <li className="label numeric" style={{ padding: "2px 6px" }}>
            no value: {formatCount(nMissing)} cells
          </li>
        )}
      </ul>
    </>
  );
}
