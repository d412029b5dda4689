import { LabError } from "../../errors";
import { integer, list, object, oneOf, refuse, text } from "../../fields";
import type { GraphRecipe } from "../../graph/spatial-graph";
import { type Backbone, backbones } from "../../nn/encoder-spec";
import { methodIds, type SslMethodId, selfSupervisedIds } from "../../ssl/catalog";
import { networksOf, type PresetId, presetIds } from "../../train/presets";
import { validateGraph } from "../../train/recipe";
import { baselines } from "../baselines/baseline";
import { type ClusterWay, defaultClusterWay, validateClusterWay } from "./cluster-way";

/** The eight of the published study, and its three backbones. */
export const studyMethods = [
  "simclr",
  "moco",
  "byol",
  "simsiam",
  "swav",
  "mae",
  "barlow-twins",
  "vicreg",
] as const satisfies readonly SslMethodId[];
export const studyBackbones = ["sage", "gat", "gcn"] as const satisfies readonly Backbone[];

/** One slice of a study and what its clusters are held against. */
export interface StudySlice {
  /** Of the slice, without extension; no path. */
  readonly name: string;
  readonly label: string;
  /** Sections that are kept, by name; null keeps all. Training and scoring see nothing of the others. */
  readonly sections: readonly string[] | null;
  /** Categories beside "NA" and the like that are no class to score. */
  readonly unlabelled: readonly string[];
}

/** How long every run of a study trains: the preset's own epochs, or the same number of steps or epochs for all. */
export type Budget =
  | { readonly kind: "preset" }
  | { readonly kind: "steps"; readonly steps: number }
  | { readonly kind: "epochs"; readonly epochs: number };

/** Side by side, so many embeddings of the widest preset are as wide as principal components are taken of. */
export const mostNetworks = 4;

/** What a clustering study is. Plain JSON; `study.json` in its folder. */
export interface ClusteringPlan {
  readonly version: 1;
  readonly kind: "clustering";
  readonly slices: readonly StudySlice[];
  readonly methods: readonly SslMethodId[];
  readonly backbones: readonly Backbone[];
  /** Names among `baselines`. */
  readonly baselines: readonly string[];
  readonly seeds: readonly number[];
  readonly preset: PresetId;
  readonly budget: Budget;
  /** Trained in every run, from seeds of their own, as long as the budget says each; clusters are what they agree on. */
  readonly networks: number;
  /** In place of the preset's graph; null keeps that. Baselines have their own (run-one.ts). */
  readonly graph: GraphRecipe | null;
  readonly clustering: ClusterWay;
}

/** One run of the plan. `key` names it in tables, queues and files and never changes. */
export type StudyJob =
  | {
      readonly kind: "run";
      readonly key: string;
      readonly slice: string;
      readonly method: SslMethodId;
      readonly backbone: Backbone;
      readonly seed: number;
    }
  | {
      readonly kind: "baseline";
      readonly key: string;
      readonly slice: string;
      readonly name: string;
      readonly seed: number;
    };

/** The whole study of one or several slices: eight methods, three backbones, three seeds, every baseline. */
export function defaultPlan(
  slices: readonly StudySlice[],
  overrides: Partial<Omit<ClusteringPlan, "version" | "kind" | "slices">> = {},
): ClusteringPlan {
  return {
    version: 1,
    kind: "clustering",
    slices,
    methods: studyMethods,
    backbones: studyBackbones,
    baselines: Object.keys(baselines),
    seeds: [0, 1, 2],
    preset: "lab",
    budget: { kind: "preset" },
    networks: networksOf(overrides.preset ?? "lab"),
    graph: null,
    clustering: defaultClusterWay,
    ...overrides,
  };
}

/**
 * The runs of a plan in the order they are done: baselines first, since they take seconds and are what to beat, then seed
 * by seed, so that a study that is stopped early has compared all methods once.
 */
export function jobsOf(plan: ClusteringPlan): StudyJob[] {
  const jobs: StudyJob[] = [];
  for (const { name: slice } of plan.slices)
    for (const name of plan.baselines)
      for (const seed of plan.seeds)
        jobs.push({ kind: "baseline", key: jobKey(slice, [name], seed), slice, name, seed });
  for (const seed of plan.seeds)
    for (const { name: slice } of plan.slices)
      for (const backbone of plan.backbones)
        for (const method of plan.methods)
          jobs.push({ kind: "run", key: jobKey(slice, [method, backbone], seed), slice, method, backbone, seed });
  return jobs;
}

/** `dlpfc_151673--vicreg--sage--seed0`, `dlpfc_151673--pca--seed0`. */
function jobKey(slice: string, words: readonly string[], seed: number): string {
  return [fileWord(slice), ...words, `seed${seed}`].join("--");
}

/** A name with what file systems mind replaced; two dashes part the words of a key. */
export function fileWord(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]+/g, "_").replace(/-{2,}/g, "-");
}

/** Where the result of a job lies in the folder of its study, and where its failure. */
export const resultFile = (key: string): string => `runs/${key}.json`;
export const failureFile = (key: string): string => `runs/${key}.failed.json`;
export const planFile = "study.json";

/**
 * Checks a plan that came from a file or a form.
 *
 * @returns the plan, holding nothing but known keys
 * @throws LabError("range") naming the key, what it may be and what came
 */
export function validatePlan(value: unknown): ClusteringPlan {
  const p = object("plan", value, [
    "version",
    "kind",
    "slices",
    "methods",
    "backbones",
    "baselines",
    "seeds",
    "preset",
    "budget",
    "networks",
    "graph",
    "clustering",
  ]);
  oneOf("version", p.version, [1]);
  oneOf("kind", p.kind, ["clustering"]);
  const slices = list("slices", p.slices, validateSlice);
  if (slices.length === 0) refuse("slices", "one slice or more", p.slices);
  const words = slices.map(({ name }) => fileWord(name));
  words.forEach((word, i) => {
    if (words.indexOf(word) < i)
      throw new LabError("range", `Two slices of the study are called ${word}.`, "Give them different names.");
  });
  return {
    version: 1,
    kind: "clustering",
    slices,
    methods: list("methods", p.methods, validateMethod),
    backbones: list("backbones", p.backbones, (v, key) => oneOf(key, v, backbones)),
    baselines: list("baselines", p.baselines, (v, key) => oneOf(key, v, Object.keys(baselines))),
    seeds: list("seeds", p.seeds, (v, key) => integer(key, v, { min: 0, max: 2 ** 32 - 1 })),
    preset: oneOf("preset", p.preset, presetIds),
    budget: validateBudget(p.budget),
    // studies from before there could be several have one
    networks: p.networks === undefined ? 1 : integer("networks", p.networks, { min: 1, max: mostNetworks }),
    graph: p.graph === null ? null : validateGraph(p.graph),
    clustering: validateClusterWay(p.clustering),
  };
}

/** A network that has learned the label would be held against what it was told. */
function validateMethod(value: unknown, key: string): SslMethodId {
  const method = oneOf(key, value, methodIds);
  if (selfSupervisedIds.includes(method)) return method;
  throw new LabError(
    "range",
    `${key} must be a method that needs no label, got "${method}".`,
    "A study compares what is found without labels; train this one by itself.",
  );
}

function validateSlice(value: unknown, key: string): StudySlice {
  const s = object(key, value, ["name", "label", "sections", "unlabelled"]);
  return {
    name: text(`${key}.name`, s.name),
    label: text(`${key}.label`, s.label),
    sections: s.sections === null ? null : list(`${key}.sections`, s.sections, (v, at) => text(at, v)),
    unlabelled: list(`${key}.unlabelled`, s.unlabelled, (v, at) => text(at, v)),
  };
}

function validateBudget(value: unknown): Budget {
  const kind = oneOf("budget.kind", (value as { kind?: unknown } | null)?.kind, ["preset", "steps", "epochs"]);
  const bounds = { min: 1, max: 1_000_000 };
  switch (kind) {
    case "preset":
      object("budget", value, ["kind"]);
      return { kind };
    case "steps":
      return { kind, steps: integer("budget.steps", object("budget", value, ["kind", "steps"]).steps, bounds) };
    case "epochs":
      return { kind, epochs: integer("budget.epochs", object("budget", value, ["kind", "epochs"]).epochs, bounds) };
  }
}

/**
 * One plan for the folder of a study that is run again with more methods, backbones, baselines, seeds or slices.
 * @throws LabError("range") naming the setting that differs, since the runs would not be comparable
 */
export function joinPlans(old: ClusteringPlan, wanted: ClusteringPlan): ClusteringPlan {
  for (const key of ["preset", "budget", "networks", "graph", "clustering"] as const)
    different(key, old[key], wanted[key]);
  for (const slice of wanted.slices) {
    const before = old.slices.find(({ name }) => fileWord(name) === fileWord(slice.name));
    if (before) different(`slice ${slice.name}`, before, slice);
  }
  const union = <T>(a: readonly T[], b: readonly T[]): T[] => [...a, ...b.filter((v) => !a.includes(v))];
  const known = new Set(old.slices.map(({ name }) => fileWord(name)));
  return {
    ...old,
    slices: [...old.slices, ...wanted.slices.filter(({ name }) => !known.has(fileWord(name)))],
    methods: union(old.methods, wanted.methods),
    backbones: union(old.backbones, wanted.backbones),
    baselines: union(old.baselines, wanted.baselines),
    seeds: union(old.seeds, wanted.seeds),
  };
}

function different(what: string, old: unknown, wanted: unknown): void {
  if (JSON.stringify(old) === JSON.stringify(wanted)) return;
  throw new LabError(
    "range",
    `This study was begun with another ${what}: ${JSON.stringify(old)}, now ${JSON.stringify(wanted)}.`,
    "Choose another folder, since these runs could not be compared with those in it.",
  );
}
