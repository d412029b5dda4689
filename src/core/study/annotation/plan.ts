import { LabError } from "../../errors";
import { integer, list, number, object, oneOf, refuse, text } from "../../fields";
import { fileWord } from "../clustering/plan";
import type { LabelFraction } from "./label-fraction";
import { type Configuration, configurationName, requireDistinct, validateConfiguration } from "./pipeline";
import { type Switch, switches, type View, validateFractions, views } from "./recipe-file";
import { defaultSplit, type SplitRecipe } from "./split";

/** Opponents without a network; both are logistic regression on standardised log1p expression (baselines/). */
export const annotationBaselines = ["logistic", "logistic-neighbours"] as const;
export type AnnotationBaseline = (typeof annotationBaselines)[number];

/** What an annotation study is. Plain JSON; `study.json` in its folder. */
export interface AnnotationPlan {
  readonly version: 1;
  readonly kind: "annotation";
  /** Of the slice, without extension; no path. */
  readonly slice: string;
  readonly label: string;
  /** Categories beside "NA" and the like that are no class to learn. */
  readonly unlabelled: readonly string[];
  /** Coarser columns that predictions are scored by as well ("class" of a "subclass"). */
  readonly levels: readonly string[];
  /** By name. */
  readonly testSections: readonly string[];
  readonly split: Omit<SplitRecipe, "testSections">;
  readonly configurations: readonly Configuration[];
  readonly views: readonly View[];
  readonly ssl: readonly Switch[];
  readonly seeds: readonly number[];
  readonly fractions: readonly LabelFraction[];
  readonly baselines: readonly AnnotationBaseline[];
}

interface NetworkJob {
  readonly key: string;
  /** Its name (pipeline.ts). */
  readonly configuration: string;
  readonly view: View;
  readonly seed: number;
}

/** One step of the plan. `key` names it in tables, queues and files and never changes. */
export type AnnotationJob =
  | {
      readonly kind: "baseline";
      readonly key: string;
      readonly name: AnnotationBaseline;
      readonly fraction: LabelFraction;
      readonly seed: number;
    }
  /** Done once for all fractions of its seed. */
  | ({ readonly kind: "pretrain" } & NetworkJob)
  | ({
      readonly kind: "run";
      readonly ssl: Switch;
      readonly fraction: LabelFraction;
      /** The key of the pretraining that it starts from; null without. */
      readonly from: string | null;
    } & NetworkJob);

/** The paper's comparison: full graph and sub-graphs, with and without SSL, three seeds, all labels. */
export function defaultAnnotationPlan(
  what: Pick<AnnotationPlan, "slice" | "label" | "testSections">,
  overrides: Partial<AnnotationPlan> = {},
): AnnotationPlan {
  return {
    version: 1,
    kind: "annotation",
    unlabelled: [],
    levels: [],
    split: { ...defaultSplit, validation: "block" },
    configurations: [{ preset: "lab", changes: {} }],
    views,
    ssl: switches,
    seeds: [0, 1, 2],
    fractions: [1],
    baselines: annotationBaselines,
    ...what,
    ...overrides,
  };
}

/**
 * The jobs of a plan in the order they are done: baselines first, then seed by seed, so that a study that is stopped early
 * has compared everything once. A pretraining comes before the runs that start from it.
 */
export function annotationJobs(plan: AnnotationPlan): AnnotationJob[] {
  const { configurations, seeds, fractions } = plan;
  const jobs: AnnotationJob[] = plan.baselines.flatMap((name) =>
    fractions.flatMap((fraction) =>
      seeds.map((seed): AnnotationJob => {
        return { kind: "baseline", key: jobKey(name, labelsWord(fraction), `seed${seed}`), name, fraction, seed };
      }),
    ),
  );
  for (const seed of seeds)
    for (const configuration of configurations.map(configurationName))
      for (const view of plan.views)
        for (const ssl of plan.ssl) {
          const network = { configuration, view, seed };
          const pretrained = jobKey(configuration, view, "pretrain", `seed${seed}`);
          const from = ssl === "on" ? pretrained : null;
          if (from) jobs.push({ kind: "pretrain", key: from, ...network });
          for (const fraction of fractions) {
            const key = jobKey(configuration, view, `ssl-${ssl}`, labelsWord(fraction), `seed${seed}`);
            jobs.push({ kind: "run", key, ...network, ssl, fraction, from });
          }
        }
  return jobs;
}

/** `lab--sub--ssl-on--labels0.1--seed0`, `logistic--labels1000--seed0` */
const jobKey = (...words: readonly string[]): string => words.map(fileWord).join("--");
const labelsWord = (fraction: LabelFraction): string => `labels${fraction}`;

/** The weights of a pretraining, in the folder of its study. */
export const pretrainedFile = (key: string): string => `pretrained/${key}.safetensors`;

/** The network that a run learned, beside its study's folder; the page keeps it, so that the run can be looked into. */
export const modelFile = (key: string): string => `models/${key}.safetensors`;

/** @throws LabError("internal") for a name that the plan has not */
export function configurationNamed(plan: Pick<AnnotationPlan, "configurations">, name: string): Configuration {
  const found = plan.configurations.find((configuration) => configurationName(configuration) === name);
  if (found) return found;
  throw new LabError("internal", `The study has no network called ${name}.`);
}

/**
 * Checks a plan that came from a file or a form.
 *
 * @returns the plan, holding nothing but known keys
 * @throws LabError("range") naming the key, what it may be and what came
 */
export function validateAnnotationPlan(value: unknown): AnnotationPlan {
  const p = object("plan", value, [
    ...["version", "kind", "slice", "label", "unlabelled", "levels", "testSections", "split", "configurations"],
    ...["views", "ssl", "seeds", "fractions", "baselines"],
  ]);
  oneOf("version", p.version, [1]);
  oneOf("kind", p.kind, ["annotation"]);
  const split = object("split", p.split, ["validation", "validationShare", "seed"]);
  const names = (key: "unlabelled" | "levels" | "testSections") => list(key, p[key], (v, at) => text(at, v));
  const some = <T>(key: string, entries: T[]): T[] => {
    return entries.length > 0 ? entries : refuse(key, "a list of one or more", entries);
  };
  const plan: AnnotationPlan = {
    version: 1,
    kind: "annotation",
    slice: text("slice", p.slice),
    label: text("label", p.label),
    unlabelled: names("unlabelled"),
    levels: names("levels"),
    testSections: some("testSections", names("testSections")),
    split: {
      validation: oneOf("split.validation", split.validation, ["section", "block"]),
      validationShare: number("split.validationShare", split.validationShare, { min: 0.01, max: 0.9 }),
      seed: integer("split.seed", split.seed, { min: 0, max: 2 ** 32 - 1 }),
    },
    configurations: list("configurations", p.configurations, (v, key) => validateConfiguration(key, v)),
    views: list("views", p.views, (v, key) => oneOf(key, v, views)),
    ssl: list("ssl", p.ssl, (v, key) => oneOf(key, v, switches)),
    seeds: some(
      "seeds",
      list("seeds", p.seeds, (v, key) => integer(key, v, { min: 0, max: 2 ** 32 - 1 })),
    ),
    fractions: some("fractions", validateFractions("fractions", p.fractions)),
    baselines: list("baselines", p.baselines, (v, key) => oneOf(key, v, annotationBaselines)),
  };
  requireDistinct(plan.configurations);
  return plan;
}

/**
 * One plan for the folder of a study that is run again with more views, seeds, fractions or networks.
 * @throws LabError("range") naming the setting that differs, since the runs would not be comparable
 */
export function joinAnnotationPlans(old: AnnotationPlan, wanted: AnnotationPlan): AnnotationPlan {
  for (const key of ["slice", "label", "unlabelled", "levels", "testSections", "split"] as const)
    requireSame(key, old[key], wanted[key]);
  for (const one of wanted.configurations) {
    const before = old.configurations.find((other) => configurationName(other) === configurationName(one));
    if (before) requireSame(configurationName(one), before.changes, one.changes);
  }
  const union = <T>(a: readonly T[], b: readonly T[]): T[] => [...a, ...b.filter((v) => !a.includes(v))];
  const known = new Set(old.configurations.map(configurationName));
  return {
    ...old,
    configurations: [...old.configurations, ...wanted.configurations.filter((c) => !known.has(configurationName(c)))],
    views: union(old.views, wanted.views),
    ssl: union(old.ssl, wanted.ssl),
    seeds: union(old.seeds, wanted.seeds),
    fractions: union(old.fractions, wanted.fractions),
    baselines: union(old.baselines, wanted.baselines),
  };
}

function requireSame(what: string, old: unknown, wanted: unknown): void {
  if (JSON.stringify(old) === JSON.stringify(wanted)) return;
  throw new LabError(
    "range",
    `This study was begun with another ${what}: ${JSON.stringify(old)}, now ${JSON.stringify(wanted)}.`,
    "Choose another folder, since these runs could not be compared with those in it.",
  );
}
