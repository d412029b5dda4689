import { concludeSlice, type PublishedClaim } from "../../../core/study/clustering/conclusions";
import type { MetricName } from "../../../core/study/clustering/result";
import type { RankedResult, SliceSummary } from "../../../core/study/clustering/summary";
import { formatScore } from "../../format/numbers";
import notes from "../../kit/notes.module.css";
import styles from "../Studies.module.css";
import { methodName, metricWords, rowTitle } from "./words";

interface ConclusionNotesProps {
  readonly results: readonly RankedResult[];
  readonly summary: SliceSummary;
  readonly metric: MetricName;
}

/** What the numbers say so far: whether learning was worth it, and whether the published study's conclusions hold here. */
export function ConclusionNotes({ results, summary, metric }: ConclusionNotesProps) {
  const { baseline, published } = concludeSlice(results, summary, metric);
  if (!baseline && published.length === 0) return null;
  return (
    <section className={styles.conclusions} aria-label="What the numbers say">
      {baseline && (
        <p className={`${notes.note} ${baseline.better === 0 ? notes.warning : ""}`}>{baselineSentence(baseline)}</p>
      )}
      {published.map((claim) => (
        <p key={claim.kind} className={`${notes.note} ${claim.holds ? "" : notes.warning}`}>
          {claimSentence(claim)}
        </p>
      ))}
    </section>
  );
}

type Against = NonNullable<ReturnType<typeof concludeSlice>["baseline"]>;

export function baselineSentence({ metric, best, baseline, better, of }: Against): string {
  const name = metricWords[metric].name;
  const ours = `${rowTitle(best.name, best.backbone)} (${formatScore(best.metrics[metric].mean ?? Number.NaN)})`;
  const theirs = `${rowTitle(baseline.name, null)} (${formatScore(baseline.metrics[metric].mean ?? Number.NaN)})`;
  if (better === 0)
    return `No method beats the best baseline in ${name}: ${theirs} is ahead of the best of them, ${ours}.`;
  return `In ${name}, ${better} of ${of} combinations ${better === 1 ? "beats" : "beat"} the best baseline, ${theirs}; the best is ${ours}.`;
}

export function claimSentence(claim: PublishedClaim): string {
  switch (claim.kind) {
    case "order": {
      const list = (ids: readonly string[]): string => ids.map(methodName).join(", ");
      const rho = claim.rho.toFixed(2).replace("-", "−");
      const name = metricWords[claim.metric].name;
      return claim.holds
        ? `The published order of methods by ${name} holds here (ρ ${rho}): ${list(claim.here)}.`
        : `The published order of methods by ${name} does not hold here (ρ ${rho}): published ${list(claim.published)}; here ${list(claim.here)}.`;
    }
    case "amiMoran": {
      const r = claim.r.toFixed(2).replace("-", "−");
      return `AMI and Moran's I ${claim.holds ? "go together here, too" : "do not go together here as published"}: r ${r} over ${claim.n} combinations, published ${claim.published}.`;
    }
    case "bestOverall": {
      const published = rowTitle(claim.published.method, claim.published.backbone);
      return claim.holds
        ? `As published, ${published} has the best overall score.`
        : `The best overall score is that of ${rowTitle(claim.here.name, claim.here.backbone)}, published ${published}.`;
    }
    default:
      return claim satisfies never;
  }
}
