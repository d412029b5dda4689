import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import type { SliceInfo } from "../../../workers/protocol";
import type { CategoricalColumn } from "../../core/slice/slice";
import { useLab } from "../../state/lab";
import { categoryColors } from "../color/palettes";
import { toHex } from "../color/rgb";
import { formatCount, formatMicrons, formatNumber, formatShare } from "../format/numbers";
import { Fact, Facts } from "../kit/Fact";
import { Composition } from "./Composition";
import styles from "./Inspector.module.css";

const states = { counts: "raw counts", log1p: "log1p values", unknown: "not clear" } as const;

/** Nothing is selected: the slice as a whole. */
export function SliceInspector({ slice }: { slice: SliceInfo }) {
  const { summary } = slice;
  const label = useLab((s) => s.label);
  const column = slice.obs.find((c): c is CategoricalColumn => c.name === label && c.kind === "categorical");
  const tallies = summary.obs.find((o) => o.name === label);
  return (
    <>
      <Facts>
        <Fact name="Cells">{formatCount(summary.nObs)}</Fact>
        <Fact name="Genes">{formatCount(summary.nVars)}</Fact>
        <Fact name="Sections">{formatCount(summary.sections.length)}</Fact>
        <Fact name="Expression">{states[summary.countState]}</Fact>
        <Fact name="Total counts">{formatCount(summary.totalCounts)}</Fact>
        <Fact name="Counts per cell, mean">{formatNumber(summary.totalCounts / summary.nObs)}</Fact>
        <Fact name="Non-zero">{formatShare(summary.nnz / summary.nObs / summary.nVars)}</Fact>
        <Fact name="Distance of neighbours, median">
          {formatMicrons(summary.medianNeighbourDistance ?? Number.NaN)}
        </Fact>
        <Fact name="Read from">{summary.matrix}</Fact>
      </Facts>
      <FindCell />
      {column && tallies?.kind === "categorical" && (
        <>
          <h3 className={styles.sub}>{column.name}</h3>
          <Composition
            parts={tallies.categories.map(({ name, cells }, i) => ({
              name,
              cells,
              color: toHex(categoryColors(column.categories.length, column.colors)[i]),
            }))}
            total={summary.nObs}
          />
        </>
      )}
      {summary.sections.length > 1 && (
        <>
          <h3 className={styles.sub}>Sections</h3>
          <Composition parts={summary.sections} total={summary.nObs} />
        </>
      )}
      <p className="label" style={{ marginTop: 14 }}>
        Click a cell to see its record, its neighbours and what the network makes of it.
      </p>
    </>
  );
}

function FindCell() {
  const selectByName = useLab((s) => s.selectByName);
  const [name, setName] = useState("");
  const [missing, setMissing] = useState<string | null>(null);
  return (
    <form
      style={{ display: "grid", gridTemplateColumns: "1fr auto", gap: 6, alignItems: "start" }}
      onSubmit={(event) => {
        event.preventDefault();
        void selectByName(name.trim()).then((found) => setMissing(found ? null : name.trim()));
      }}
    >
      <TextInput
        aria-label="Name of a cell"
        placeholder="Find a cell by name"
        value={name}
        onChange={(event) => {
          setName(event.currentTarget.value);
          setMissing(null);
        }}
        error={missing !== null && `No cell is named "${missing}".`}
      />
      <Button type="submit" variant="default" disabled={name.trim() === ""}>
        Find
      </Button>
    </form>
  );
}
