import { configurationName } from "../../../core/study/annotation/pipeline";
import { fractionWords } from "../../../core/study/annotation/summary";
import type { AnnotationStudy } from "../../../state/study-state";
import { Fact, Facts } from "../../kit/Fact";
import { sslNames, annotationTerms as terms, viewNames } from "./words";

/** What the study on the screen is made of. */
export function AnnotationFacts({ study: { head } }: { study: AnnotationStudy }) {
  const { slice, label, unlabelled, levels, testSections, views, ssl, seeds, fractions, configurations } = head.plan;
  const changes = configurations.flatMap((one) => Object.entries(one.changes));
  return (
    <Facts>
      <Fact name={slice} definition={terms.label}>
        {label}
      </Fact>
      {unlabelled.length > 0 && (
        <Fact name="Unlabelled" definition={terms.unlabelled}>
          {unlabelled.join(", ")}
        </Fact>
      )}
      <Fact name="Test section" definition={terms.section}>
        {testSections.join(", ")}
      </Fact>
      {levels.length > 0 && (
        <Fact name="Levels" definition={terms.levels}>
          {levels.join(", ")}
        </Fact>
      )}
      <Fact name="Views">{views.map((view) => viewNames[view]).join(", ")}</Fact>
      <Fact name="Pretraining">{ssl.map((one) => sslNames[one]).join(", ")}</Fact>
      <Fact name="Seeds">{seeds.join(", ")}</Fact>
      <Fact name="Labels" definition={terms.fractions}>
        {fractions.map(fractionWords).join(", ")}
      </Fact>
      <Fact name="Settings" definition={terms.preset}>
        {configurations.map(configurationName).join(", ")}
      </Fact>
      {changes.map(([key, value]) => (
        <Fact key={key} name={key.replaceAll("_", " ")}>
          {String(value)}
        </Fact>
      ))}
    </Facts>
  );
}
