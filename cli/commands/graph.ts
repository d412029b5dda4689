import { buildGraph } from "../../src/core/graph/build-graph";
import type { GraphRecipe } from "../../src/core/graph/spatial-graph";
import { positionsMicrons } from "../../src/core/slice/slice";
import type { Arguments, Command } from "../command";
import { openFile, openOptions, openUsage } from "../open-file";

/** Options that describe a graph; shared with `train`. */
export const graphOptions = {
  knn: { type: "string" },
  symmetrize: { type: "string" },
  radius: { type: "string" },
  delaunay: { type: "boolean" },
  "max-edge": { type: "string" },
} as const;

export const graphUsage =
  "[--knn K [--symmetrize union|intersection|doubled|none] | --radius MICRONS | --delaunay [--max-edge MICRONS]]";

/** The graph that the options ask for, or `fallback` when they ask for none. */
export function graphRecipe(args: Arguments, fallback: GraphRecipe): GraphRecipe {
  const asked = (["knn", "radius", "delaunay"] as const).filter((flag) => args.has(flag));
  if (asked.length > 1) throw args.wrong(`--${asked.join(" and --")} exclude each other`);
  const kind = asked[0] ?? fallback.kind;
  if (kind !== "knn" && args.has("symmetrize")) throw args.wrong("--symmetrize belongs to --knn");
  if (kind !== "delaunay" && args.has("max-edge")) throw args.wrong("--max-edge belongs to --delaunay");
  switch (kind) {
    case "knn": {
      const { k, symmetrize } = fallback.kind === "knn" ? fallback : defaultKnn;
      return {
        kind,
        k: args.number("knn", { min: 1, max: 1000, integer: true }, k),
        symmetrize: args.choice("symmetrize", ["union", "intersection", "doubled", "none"], symmetrize),
      };
    }
    case "radius": {
      const radiusMicrons = fallback.kind === "radius" ? fallback.radiusMicrons : undefined;
      return { kind, radiusMicrons: args.number("radius", { min: 1e-3, max: 1e6 }, radiusMicrons) };
    }
    case "delaunay": {
      const longest = fallback.kind === "delaunay" ? fallback.maxEdgeMicrons : null;
      return {
        kind,
        maxEdgeMicrons: args.has("max-edge") ? args.number("max-edge", { min: 1e-3, max: 1e6 }) : longest,
      };
    }
  }
}

const defaultKnn = { kind: "knn", k: 6, symmetrize: "union" } as const;

export const graph: Command = {
  usage: `graph FILE ${graphUsage} ${openUsage}`,
  summary: "Builds the neighbourhood graph and says what it looks like.",
  options: { ...openOptions, ...graphOptions },
  positionals: ["FILE"],
  async run(args, context) {
    const recipe = graphRecipe(args, defaultKnn);
    const slice = await openFile(args.positionals[0], args, context);
    const began = performance.now();
    const { statistics } = await buildGraph(positionsMicrons(slice), slice.section.codes, recipe, context.task);
    const seconds = (performance.now() - began) / 1000;
    for (const warning of statistics.warnings) context.say(`warning: ${warning}`);
    return { ...statistics, degreeHistogram: [...statistics.degreeHistogram], recipe, seconds };
  },
};
