import { LabError } from "../../src/core/errors";
import { buildGraph } from "../../src/core/graph/build-graph";
import type { GraphRecipe } from "../../src/core/graph/spatial-graph";
import { positionsMicrons } from "../../src/core/slice/slice";
import type { Arguments, Command } from "../command";
import { openFile, openOptions } from "../open-file";

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
  const asked = ["knn", "radius", "delaunay"].filter((flag) => args.has(flag));
  if (asked.length > 1) {
    throw new LabError("range", `--${asked.join(" and --")} exclude each other.`, "Choose one kind of graph.");
  }
  switch (asked[0]) {
    case "knn":
      return {
        kind: "knn",
        k: args.number("knn", { min: 1, max: 1000, integer: true }),
        symmetrize: args.choice("symmetrize", ["union", "intersection", "doubled", "none"], "union"),
      };
    case "radius":
      return { kind: "radius", radiusMicrons: args.number("radius", { min: 1e-3, max: 1e5 }) };
    case "delaunay":
      return {
        kind: "delaunay",
        maxEdgeMicrons: args.has("max-edge") ? args.number("max-edge", { min: 1e-3, max: 1e6 }) : null,
      };
    default:
      return fallback;
  }
}

export const graph: Command = {
  usage: `graph FILE ${graphUsage}`,
  summary: "Builds the neighbourhood graph and says what it looks like.",
  options: { ...openOptions, ...graphOptions },
  positionals: ["FILE"],
  async run(args, context) {
    const recipe = graphRecipe(args, { kind: "knn", k: 6, symmetrize: "union" });
    const slice = await openFile(args.positionals[0], args, context);
    const began = performance.now();
    const { statistics } = await buildGraph(positionsMicrons(slice), slice.section.codes, recipe, context.task);
    const seconds = (performance.now() - began) / 1000;
    for (const warning of statistics.warnings) context.say(`warning: ${warning}`);
    return { ...statistics, degreeHistogram: [...statistics.degreeHistogram], recipe, seconds };
  },
};
