import { Button, NumberInput, TextInput, Tooltip } from "@mantine/core";
import { useState } from "react";
import type { SliceInfo } from "../../../workers/protocol";
import { useLab } from "../../state/lab";
import { formatMicrons, formatNumber } from "../format/numbers";
import notes from "../kit/notes.module.css";
import { terms } from "./terms";

const origins = {
  declared: "as the file says",
  estimated: "estimated from the distance between neighbouring cells",
  set: "as you set it",
} as const;

function unitInWords({ unit }: SliceInfo): string {
  const isMicron = unit.micronsPerUnit === 1;
  const what = isMicron ? "Coordinates are in µm" : `1 ${unit.name} is ${formatNumber(unit.micronsPerUnit)} µm`;
  return `${what}, ${origins[unit.origin]}.`;
}

/** What a unit of the coordinates is in µm, how that is known, and the means to correct it. */
export function UnitControl({ slice }: { slice: SliceInfo }) {
  const setUnit = useLab((s) => s.setUnit);
  const [name, setName] = useState(slice.unit.name);
  const [microns, setMicrons] = useState<number | string>(slice.unit.micronsPerUnit);
  const value = Number(microns);
  const valid = Number.isFinite(value) && value > 0 && name.trim() !== "";
  const changed = name !== slice.unit.name || value !== slice.unit.micronsPerUnit;
  return (
    <div style={{ marginTop: 10 }}>
      <div className="label">
        {unitInWords(slice)} Cells are {formatMicrons(slice.summary.medianNeighbourDistance ?? Number.NaN)} apart.
      </div>
      {slice.unit.origin === "estimated" && (
        <p className={`${notes.note} ${notes.warning}`}>Check this before using a radius: it is an estimate.</p>
      )}
      <div style={{ display: "grid", gridTemplateColumns: "1fr 1fr auto", gap: 6, alignItems: "end", marginTop: 4 }}>
        <TextInput
          label="Unit"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          styles={{ label: { fontSize: 11 } }}
        />
        <Tooltip label={terms.micronsPerUnit}>
          <NumberInput
            label="µm per unit"
            value={microns}
            onChange={setMicrons}
            hideControls
            decimalScale={6}
            error={!valid}
            styles={{ label: { fontSize: 11 } }}
          />
        </Tooltip>
        <Button
          variant="default"
          disabled={!changed || !valid}
          onClick={() => void setUnit({ name: name.trim(), micronsPerUnit: value, origin: "set" })}
        >
          Set
        </Button>
      </div>
    </div>
  );
}
