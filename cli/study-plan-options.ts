import { type Backbone, backbones } from "../src/core/nn/encoder-spec";
import { methodIds, type SslMethodId } from "../src/core/ssl/catalog";
import { baselines } from "../src/core/study/baselines/baseline";
import { type ClusterWay, clusterMethods } from "../src/core/study/clustering/cluster-way";
import {
  type Budget,
  type ClusteringPlan,
  defaultPlan,
  type StudySlice,
  studyBackbones,
  studyMethods,
  validatePlan,
} from "../src/core/study/clustering/plan";
import { networksOf, presetIds } from "../src/core/train/presets";
import type { Arguments } from "./command";
import { graphOptions, graphRecipe, graphUsage } from "./commands/graph";

/** Options that describe a clustering study. */
export const planOptions = {
  label: { type: "string" },
  name: { type: "string" },
  sections: { type: "string" },
  unlabelled: { type: "string" },
  methods: { type: "string" },
  backbones: { type: "string" },
  baselines: { type: "string" },
  seeds: { type: "string" },
  preset: { type: "string" },
  steps: { type: "string" },
  epochs: { type: "string" },
  networks: { type: "string" },
  cluster: { type: "string" },
  k: { type: "string" },
  resolution: { type: "string" },
  refine: { type: "string" },
  ...graphOptions,
} as const;

export const planUsage = `--label NAME [--methods all|A,B] [--backbones all|A,B] [--baselines all|none|A,B] [--seeds N|S,S] [--preset ${presetIds.join("|")}] [--steps N | --epochs N] [--networks N] [--cluster ${clusterMethods.join("|")}] [--k N] [--resolution X] [--refine N] [--name NAME] [--sections NAME,NAME] [--unlabelled NAME,NAME] ${graphUsage}`;

/**
 * The plan that the options ask for, of one slice. What they leave out comes from the study that is in the folder, or else
 * from the defaults.
 *
 * @param before  the plan of the folder's study, null for a new one
 * @throws LabError("range") naming the setting, what it may be and what came
 */
export function planOf(args: Arguments, sliceName: string, before: ClusteringPlan | null): ClusteringPlan {
  const name = args.text("name", sliceName);
  const slice = sliceOf(args, name, before?.slices.find((known) => known.name === name) ?? null);
  const base = before ?? defaultPlan([slice]);
  return validatePlan({
    ...base,
    slices: [slice],
    methods: chosen<SslMethodId>(args, "methods", studyMethods, methodIds, base.methods),
    backbones: chosen<Backbone>(args, "backbones", studyBackbones, backbones, base.backbones),
    baselines: chosen(args, "baselines", Object.keys(baselines), Object.keys(baselines), base.baselines),
    seeds: seedsOf(args, base.seeds),
    preset: args.choice("preset", presetIds, base.preset),
    budget: budgetOf(args, base.budget),
    networks: networksIn(args, base),
    graph: ["knn", "radius", "delaunay"].some((flag) => args.has(flag))
      ? graphRecipe(args, { kind: "knn", k: 6, symmetrize: "union" })
      : base.graph,
    clustering: clusteringOf(args, base.clustering),
  });
}

function sliceOf(args: Arguments, name: string, known: StudySlice | null): StudySlice {
  return {
    name,
    label: args.text("label", known?.label),
    sections: args.has("sections") ? args.names("sections") : (known?.sections ?? null),
    unlabelled: args.has("unlabelled") ? args.names("unlabelled") : (known?.unlabelled ?? []),
  };
}

/** `all` is what the published study compared; single names may be any that the lab has. */
function chosen<T extends string>(
  args: Arguments,
  flag: string,
  all: readonly T[],
  known: readonly T[],
  base: readonly T[],
): readonly T[] {
  if (!args.has(flag)) return base;
  const text = args.text(flag);
  if (text === "all") return all;
  if (text === "none") return [];
  return args.names(flag).map((name) => {
    if (!known.includes(name as T))
      throw args.wrong(`--${flag}: there is no "${name}"; known are all, ${known.join(", ")}`);
    return name as T;
  });
}

/** A number of seeds from 0 on, or a list of them. */
export function seedsOf(args: Arguments, base: readonly number[]): readonly number[] {
  if (!args.has("seeds")) return base;
  const names = args.names("seeds");
  if (names.length > 1) return names.map(Number);
  return Array.from({ length: args.number("seeds", { min: 1, max: 1000, integer: true }) }, (_, seed) => seed);
}

/** As many as the preset has, unless told; the folder's study keeps its own. */
function networksIn(args: Arguments, { preset: before, networks }: ClusteringPlan): number {
  const preset = args.choice("preset", presetIds, before);
  return args.number("networks", {}, preset === before ? networks : networksOf(preset));
}

function budgetOf(args: Arguments, base: Budget): Budget {
  if (args.has("steps") && args.has("epochs")) throw args.wrong("--steps and --epochs exclude each other");
  if (args.has("steps")) return { kind: "steps", steps: args.number("steps") };
  if (args.has("epochs")) return { kind: "epochs", epochs: args.number("epochs") };
  return base;
}

/** `--cluster leiden` looks for as many clusters as classes, unless a resolution is given. */
function clusteringOf(args: Arguments, base: ClusterWay): ClusterWay {
  if (args.has("k") && args.has("resolution")) throw args.wrong("--k and --resolution exclude each other");
  const asked = args.choice("cluster", clusterMethods, base.method);
  if (args.has("resolution") && !asked.startsWith("leiden"))
    throw args.wrong(`--resolution belongs to Leiden, not to --cluster ${asked}`);
  const matched = asked === "leiden" && args.has("cluster") ? "leiden-to-k" : asked;
  return {
    ...base,
    method: args.has("resolution") ? "leiden" : matched,
    k: args.has("k") && args.text("k") !== "classes" ? args.number("k") : base.k,
    resolution: args.number("resolution", {}, base.resolution),
    refine: args.number("refine", {}, base.refine),
  };
}
