import { defaultRecipe } from "../../../train/recipe";
import { baselines } from "../../baselines/baseline";
import { defaultClusterWay } from "../cluster-way";
import type { StudyJob } from "../plan";
import { type MetricName, metricNames, type StudyResult } from "../result";

/** A finished result of a job with the given metrics; the others are not defined. */
export function resultOf(job: StudyJob, metrics: Partial<Record<MetricName, number>>): StudyResult {
  const none = Object.fromEntries(metricNames.map((name) => [name, null])) as Record<MetricName, null>;
  const scored = {
    ...none,
    ...metrics,
    key: job.key,
    slice: job.slice,
    label: "layer",
    seed: job.seed,
    k: 4,
    classes: 4,
    nScored: 90,
    nObs: 100,
    clustering: defaultClusterWay,
    beside: [],
    seconds: 2,
  };
  if (job.kind === "baseline") return { ...scored, kind: "baseline", name: job.name, recipe: baselines[job.name] };
  return {
    ...scored,
    kind: "run",
    method: job.method,
    backbone: job.backbone,
    steps: 10,
    epochs: 10,
    firstLoss: 1,
    finalLoss: 0.5,
    collapse: { spread: 0.5, effectiveRank: 9, channels: 64, prototypesInUse: null, words: null },
    recipe: defaultRecipe({ method: job.method, backbone: job.backbone, seed: job.seed }),
    backend: "cpu",
  };
}
