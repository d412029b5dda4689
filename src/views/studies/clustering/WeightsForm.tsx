import { Button, Popover } from "@mantine/core";
import { studyMetrics } from "../../../core/metrics/overall";
import { type MetricName, metricNames } from "../../../core/study/clustering/result";
import { useLab } from "../../../state/lab";
import { NumberKnob } from "../../kit/Knob";
import { metricWords } from "./words";

const initial = new Map(studyMetrics.map(({ name, weight }) => [name, weight]));

/** How much each metric counts in the overall score. */
export function WeightsForm() {
  const weights = useLab((s) => s.overallWeights);
  const { setOverallWeight, resetOverallWeights } = useLab.getState();
  const changed = metricNames.some((name) => (weights[name] ?? 0) !== (initial.get(name) ?? 0));
  return (
    <Popover position="bottom-end" width={280} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default">Weights{changed ? " (changed)" : ""}</Button>
      </Popover.Target>
      <Popover.Dropdown>
        <strong>Weights of the overall score</strong>
        <p className="label" style={{ margin: "4px 0" }}>
          0 leaves a metric out. The published study weighs six alike; two pairs of them say nearly the same: AMI with
          NMI, Moran's I with Geary's C.
        </p>
        {metricNames.map((name: MetricName) => (
          <NumberKnob
            key={name}
            label={metricWords[name].name}
            definition={metricWords[name].words}
            value={weights[name] ?? 0}
            initial={initial.get(name) ?? 0}
            onChange={(weight) => setOverallWeight(name, weight)}
            min={0}
            max={100}
            step={1}
          />
        ))}
        <Button variant="default" fullWidth mt={6} disabled={!changed} onClick={resetOverallWeights}>
          As published
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
