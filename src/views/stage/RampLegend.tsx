import { RangeSlider, Switch } from "@mantine/core";
import { useLab } from "../../state/lab";
import type { Coloring } from "../color/coloring";
import { rampGradient } from "../color/lut";
import { formatNumber } from "../format/numbers";

type Continuous = Extract<Coloring, { kind: "continuous" }>;

/** The ramp with its two ends; for a gene the ends can be moved, and the scale be logarithmic. */
export function RampLegend({ coloring }: { coloring: Continuous }) {
  const theme = useLab((s) => s.theme);
  const { title, unit, domain, log } = coloring;
  return (
    <div style={{ padding: "8px 10px", width: 220 }}>
      <div style={{ display: "flex", justifyContent: "space-between", gap: 8 }}>
        <strong style={{ overflow: "hidden", textOverflow: "ellipsis" }}>{title}</strong>
        <span className="label">{[unit, log ? "log" : ""].filter(Boolean).join(", ")}</span>
      </div>
      <div style={{ height: 8, margin: "6px 0 2px", borderRadius: 4, background: rampGradient(theme) }} />
      <div className="label numeric" style={{ display: "flex", justifyContent: "space-between" }}>
        <span>{formatNumber(domain[0])}</span>
        {log && <span>{formatNumber(Math.expm1((Math.log1p(domain[0]) + Math.log1p(domain[1])) / 2))}</span>}
        <span>
          {coloring.extent[1] > domain[1] ? "≥ " : ""}
          {formatNumber(domain[1])}
        </span>
      </div>
      <GeneRange coloring={coloring} />
    </div>
  );
}

function GeneRange({ coloring }: { coloring: Continuous }) {
  const colorBy = useLab((s) => s.colorBy);
  const setColorBy = useLab((s) => s.setColorBy);
  if (colorBy.kind !== "gene") return null;
  const max = Math.max(1, Math.ceil(coloring.extent[1]));
  return (
    <>
      <RangeSlider
        mt={6}
        mb={8}
        size={3}
        thumbSize={12}
        min={0}
        max={max}
        step={max <= 20 ? 0.5 : 1}
        minRange={max <= 20 ? 0.5 : 1}
        label={formatNumber}
        value={[coloring.domain[0], coloring.domain[1]]}
        onChange={([from, to]) => setColorBy({ ...colorBy, range: [from, to] })}
        thumbFromLabel="Lower end of the ramp"
        thumbToLabel="Upper end of the ramp"
      />
      <Switch
        label="log scale"
        checked={colorBy.log}
        onChange={(event) => setColorBy({ ...colorBy, log: event.currentTarget.checked })}
      />
    </>
  );
}
