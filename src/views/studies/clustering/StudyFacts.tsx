import type { Budget } from "../../../core/study/clustering/plan";
import type { Study } from "../../../state/study-state";
import { formatCount } from "../../format/numbers";
import { Fact, Facts } from "../../kit/Fact";
import { backboneNames, methodName, studyTerms } from "./words";

/** What the study on the screen is made of. */
export function StudyFacts({ study: { head } }: { study: Study }) {
  const { slices, methods, backbones, seeds, preset, budget, graph, clustering } = head.plan;
  return (
    <Facts>
      {slices.map(({ name, label, sections }) => (
        <Fact key={name} name={name} definition={studyTerms.label}>
          {label}
          {sections ? `, ${sections.length} sections` : ""}
        </Fact>
      ))}
      <Fact name="Methods">{methods.map(methodName).join(", ")}</Fact>
      <Fact name="Backbones">{backbones.map((b) => backboneNames[b]).join(", ")}</Fact>
      <Fact name="Seeds">{seeds.join(", ")}</Fact>
      <Fact name="Settings" definition={studyTerms.preset}>
        {preset === "lab" ? "the lab's" : "the published study's"}
      </Fact>
      <Fact name="Length" definition={studyTerms.budget}>
        {budgetWords(budget)}
      </Fact>
      <Fact name="Graph">{graph ? graph.kind : "the preset's"}</Fact>
      <Fact name="Clusters" definition={studyTerms.cluster}>
        {clustering.method}
        {clustering.method === "leiden"
          ? ` at ${clustering.resolution}`
          : clustering.k === "classes"
            ? ", as classes"
            : `, k ${clustering.k}`}
        {clustering.refine > 0 ? `, refined by ${clustering.refine}` : ""}
      </Fact>
    </Facts>
  );
}

function budgetWords(budget: Budget): string {
  switch (budget.kind) {
    case "preset":
      return "the preset's";
    case "steps":
      return `${formatCount(budget.steps)} steps`;
    case "epochs":
      return `${formatCount(budget.epochs)} epochs`;
    default:
      return budget satisfies never;
  }
}
