import { Select } from "@mantine/core";
import { useMemo } from "react";
import type { SliceInfo } from "../../../workers/protocol";
import { useLab } from "../../state/lab";
import type { ColorBy } from "../../state/lab-state";
import { ActionErrorNote } from "../kit/ActionErrorNote";
import styles from "./Stage.module.css";

/** Most genes that the list shows at once; typing finds the others. */
const genesListed = 60;

/** What the cells are coloured by. */
export function ColorChooser() {
  const slice = useLab((s) => s.slice);
  const colorBy = useLab((s) => s.colorBy);
  const setColorBy = useLab((s) => s.setColorBy);
  const learned = useLab((s) => s.epoch > 0);
  const hasClusters = useLab((s) => s.clusters !== null);
  const hasPrediction = useLab((s) => s.prediction !== null);
  const hasLosses = useLab((s) => s.cellLosses !== null);
  const groups = useMemo(
    () => (slice ? choices(slice, { learned, hasClusters, hasPrediction, hasLosses }) : []),
    [slice, learned, hasClusters, hasPrediction, hasLosses],
  );
  const genes = useMemo(() => slice?.varNames.map((label, gene) => ({ value: String(gene), label })) ?? [], [slice]);
  if (!slice) return null;
  return (
    <div className={`${styles.plate} ${styles.chooser}`}>
      <Select
        aria-label="Colour by"
        w={176}
        data={groups}
        value={colorBy.kind === "obs" ? `obs:${colorBy.name}` : colorBy.kind}
        onChange={(value) => value && setColorBy(toColorBy(value))}
        allowDeselect={false}
        maxDropdownHeight={420}
        leftSection={<span className="label">Colour</span>}
        leftSectionWidth={52}
      />
      {colorBy.kind === "gene" && (
        <Select
          aria-label="Gene"
          w={150}
          data={genes}
          value={String(colorBy.gene)}
          onChange={(value) => value !== null && setColorBy({ ...colorBy, gene: Number(value), range: null })}
          searchable
          limit={genesListed}
          allowDeselect={false}
          nothingFoundMessage="No gene of this name"
          maxDropdownHeight={420}
        />
      )}
      <ActionErrorNote where="color" />
    </div>
  );
}

interface ChoiceGroup {
  readonly group: string;
  readonly items: { value: string; label: string; disabled?: boolean }[];
}

interface Learned {
  readonly learned: boolean;
  readonly hasClusters: boolean;
  readonly hasPrediction: boolean;
  readonly hasLosses: boolean;
}

function choices(slice: SliceInfo, has: Learned): ChoiceGroup[] {
  const columns = (kind: "categorical" | "numeric") =>
    slice.obs.filter((c) => c.kind === kind).map((c) => ({ value: `obs:${c.name}`, label: c.name }));
  const hasSectionColumn = slice.obs.some((c) => c.name.toLowerCase() === "section");
  const groups: ChoiceGroup[] = [
    { group: "Labels", items: columns("categorical") },
    {
      group: "Learned",
      items: [
        { value: "embedding", label: "embedding", disabled: !has.learned },
        { value: "cluster", label: "clusters", disabled: !has.hasClusters },
        { value: "prediction", label: "prediction", disabled: !has.hasPrediction },
        { value: "errors", label: "errors", disabled: !has.hasPrediction },
        { value: "loss", label: "loss per cell", disabled: !has.hasLosses },
      ],
    },
    { group: "Expression", items: [{ value: "gene", label: "gene" }] },
    { group: "Values", items: columns("numeric") },
    // most slices name their sections in a column of their own
    { group: "Slice", items: hasSectionColumn ? [] : [{ value: "section", label: "section" }] },
  ];
  return groups.filter((group) => group.items.length > 0);
}

function toColorBy(value: string): ColorBy {
  if (value.startsWith("obs:")) return { kind: "obs", name: value.slice(4) };
  if (value === "gene") return { kind: "gene", gene: 0, log: true, range: null };
  return { kind: value as "section" | "cluster" | "prediction" | "errors" | "embedding" | "loss" };
}
