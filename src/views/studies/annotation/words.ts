import type { LabelFraction } from "../../../core/study/annotation/label-fraction";
import type { AnnotationJob } from "../../../core/study/annotation/plan";
import type { View } from "../../../core/study/annotation/recipe-file";
import type { AnnotationScored } from "../../../core/study/annotation/result";
import { type AnnotationMetric, fractionWords } from "../../../core/study/annotation/summary";

export const viewNames: Readonly<Record<View, string>> = { full: "Full graph", sub: "Sub-graphs" };
export const sslNames = { off: "No SSL", on: "SSL" } as const;

const baselineNames: Readonly<Record<string, string>> = {
  logistic: "Logistic regression, own genes",
  "logistic-neighbours": "Logistic regression, with neighbours",
};

export const baselineName = (name: string): string => baselineNames[name] ?? name;

export const metricNames: Readonly<Record<AnnotationMetric, string>> = {
  f1Micro: "F1 micro",
  f1Macro: "F1 macro",
  f1Weighted: "F1 weighted",
  balancedAccuracy: "Balanced accuracy",
};

/** "Sub-graphs · SSL · all labels · seed 0", "Full graph · pretraining · seed 1". */
export function jobTitle(job: AnnotationJob | AnnotationScored): string {
  switch (job.kind) {
    case "baseline":
      return `${baselineName(job.name)} · ${fractionWords(job.fraction)} · seed ${job.seed}`;
    case "pretrain":
      return `${viewNames[job.view]} · pretraining · seed ${job.seed}`;
    case "run":
      return `${viewNames[job.view]} · ${sslNames[job.ssl]} · ${fractionWords(job.fraction)} · seed ${job.seed}`;
    default:
      return job satisfies never;
  }
}

/** What it means to be scored by a coarser column. */
export function levelWords(level: string, label: string, purity: number): string {
  const follows = purity === 1 ? "each" : `${(100 * purity).toFixed(1)} % of the cells of each`;
  return Number.isNaN(purity)
    ? `No run is scored by ${level} yet.`
    : `The same predictions of ${label}, right where they lie within the cell's own ${level}; ${follows} ${label} lie${purity === 1 ? "s" : ""} within one.`;
}

/** "12 runs, 6 pretrainings and 6 baselines". */
export function sizeWords(jobs: readonly AnnotationJob[]): string {
  const count = (kind: AnnotationJob["kind"], word: string): string => {
    const n = jobs.filter((job) => job.kind === kind).length;
    return `${n} ${word}${n === 1 ? "" : "s"}`;
  };
  return `${count("run", "run")}, ${count("pretrain", "pretraining")} and ${count("baseline", "baseline")}`;
}

/**
 * Fractions as a person types them: "100 %, 10%, 1000" are all labels, a tenth of them, and a thousand.
 * @returns null where a part is neither a share up to 100 % nor a whole number above 1
 */
export function parseFractions(words: string): LabelFraction[] | null {
  const parts = words
    .split(/[,;]\s*|\s+(?!%)/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const fractions = parts.map((part) => {
    const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(part);
    if (percent) return Number((Number(percent[1]) / 100).toPrecision(12));
    return /^\d+(?:\.\d+)?$/.test(part) ? Number(part) : Number.NaN;
  });
  const isOne = (f: number): boolean => (f > 0 && f <= 1) || (Number.isInteger(f) && f >= 2);
  return fractions.length > 0 && fractions.every(isOne) ? [...new Set(fractions)] : null;
}

/** What the settings of a study mean. */
export const annotationTerms = {
  label: "What is learned from the other sections and predicted for the one that is held out.",
  unlabelled: "Categories that are no class to learn, such as Ambiguous. NA and the like are left out in any case.",
  section: "Its labels are seen by nobody before the scores. It is chosen by the paper's rule unless you pick one.",
  levels:
    "Coarser columns that the same predictions are scored by, too: right is what lies within the cell's own class there. Found are those within whose classes the label's lie, but for 2 % of the cells.",
  views: "The whole section as one graph, or a small graph around each cell.",
  ssl: "Whether the network first learns, without labels, to fill in masked expression.",
  seeds: "Each from other random numbers and with other labels drawn. Intervals are over them.",
  fractions:
    "How many labels may be learned from: shares in per cent, or numbers of cells above 1. Smaller draws lie within larger ones.",
  preset:
    "Lab: this lab's network, which keeps a path for a cell's own genes, with a linear reader beside it; both learn with SSL from the held-out section's expression, too. SpatialSSL: the paper's network, exactly.",
  epochs: "The most passes over the data; a stage ends earlier where validation cells gain no more.",
  patience: "Epochs without a gain on validation cells until a stage ends; 0 trains all epochs.",
} as const;
