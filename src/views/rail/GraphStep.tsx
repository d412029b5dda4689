import { SegmentedControl, Select, Switch } from "@mantine/core";
import type { GraphRecipe, GraphStatistics, Symmetrize } from "../../core/graph/spatial-graph";
import { useLab } from "../../state/lab";
import { formatCount, formatMicrons, formatNumber } from "../format/numbers";
import { ErrorNote } from "../kit/ErrorNote";
import { Fact, Facts } from "../kit/Fact";
import { KnobRow, NumberKnob } from "../kit/Knob";
import notes from "../kit/notes.module.css";
import { WorkNote } from "../kit/WorkNote";
import { DegreeHistogram } from "./DegreeHistogram";
import { terms } from "./terms";

const presets: Record<GraphRecipe["kind"], GraphRecipe> = {
  knn: { kind: "knn", k: 6, symmetrize: "union" },
  radius: { kind: "radius", radiusMicrons: 40 },
  delaunay: { kind: "delaunay", maxEdgeMicrons: 60 },
};

/** Step 2: which cells are neighbours. A change builds the graph anew. */
export function GraphStep() {
  const recipe = useLab((s) => s.recipe.graph);
  const graph = useLab((s) => s.graph);
  const buildGraph = useLab((s) => s.buildGraph);
  const build = (next: GraphRecipe): void => void buildGraph(next);
  return (
    <>
      <SegmentedControl
        aria-label="Kind of graph"
        data={[
          { value: "knn", label: "kNN" },
          { value: "radius", label: "Radius" },
          { value: "delaunay", label: "Delaunay" },
        ]}
        value={recipe.kind}
        onChange={(kind) => build(presets[kind as GraphRecipe["kind"]])}
        mb={6}
      />
      <RecipeKnobs recipe={recipe} build={build} />
      {graph.kind === "building" && <WorkNote title="Building the graph" work={graph} />}
      {graph.kind === "failed" && <ErrorNote error={graph.error} />}
      {graph.kind === "ready" && <GraphFacts statistics={graph.statistics} />}
    </>
  );
}

function RecipeKnobs({ recipe, build }: { recipe: GraphRecipe; build: (recipe: GraphRecipe) => void }) {
  switch (recipe.kind) {
    case "knn":
      return (
        <>
          <NumberKnob
            label="Neighbours k"
            definition={terms.k}
            value={recipe.k}
            initial={6}
            onChange={(k) => build({ ...recipe, k })}
            min={1}
            max={100}
            integer
          />
          <KnobRow
            label="Make mutual by"
            definition={terms.symmetrize}
            changedFrom={recipe.symmetrize === "union" ? null : "default union"}
            onReset={() => build({ ...recipe, symmetrize: "union" })}
          >
            {(id) => (
              <Select
                id={id}
                w={116}
                data={["union", "intersection", "doubled", "none"]}
                value={recipe.symmetrize}
                onChange={(value) => value && build({ ...recipe, symmetrize: value as Symmetrize })}
                allowDeselect={false}
              />
            )}
          </KnobRow>
        </>
      );
    case "radius":
      return (
        <NumberKnob
          label="Radius"
          definition={terms.radius}
          value={recipe.radiusMicrons}
          initial={40}
          onChange={(radiusMicrons) => build({ ...recipe, radiusMicrons })}
          min={0.1}
          max={10_000}
          step={5}
          unit="µm"
        />
      );
    case "delaunay":
      return (
        <>
          <Switch
            label="Drop long edges"
            checked={recipe.maxEdgeMicrons !== null}
            onChange={(event) => build({ ...recipe, maxEdgeMicrons: event.currentTarget.checked ? 60 : null })}
            my={6}
          />
          {recipe.maxEdgeMicrons !== null && (
            <NumberKnob
              label="Longest edge"
              definition={terms.maxEdge}
              value={recipe.maxEdgeMicrons}
              initial={60}
              onChange={(maxEdgeMicrons) => build({ ...recipe, maxEdgeMicrons })}
              min={0.1}
              max={10_000}
              step={5}
              unit="µm"
            />
          )}
        </>
      );
    default:
      return recipe satisfies never;
  }
}

function GraphFacts({ statistics }: { statistics: GraphStatistics }) {
  return (
    <>
      <Facts>
        <Fact name="Nodes">{formatCount(statistics.nodes)}</Fact>
        <Fact name="Edges, both directions">{formatCount(statistics.edges)}</Fact>
        <Fact name="Median degree" definition={terms.medianDegree}>
          {formatNumber(statistics.medianDegree)}
        </Fact>
        <Fact name="Median edge length">{formatMicrons(statistics.medianEdgeLength)}</Fact>
        <Fact name="Isolated cells" definition={terms.isolated}>
          {formatCount(statistics.isolated)}
        </Fact>
        <Fact name="Components" definition={terms.components}>
          {formatCount(statistics.components)}
        </Fact>
      </Facts>
      <DegreeHistogram counts={statistics.degreeHistogram} />
      {statistics.warnings.map((warning) => (
        <p key={warning} className={`${notes.note} ${notes.warning}`}>
          {warning}
        </p>
      ))}
    </>
  );
}
