import { Progress } from "@mantine/core";
import type { CollectionFindings } from "../../../workers/protocol";
import type { KeptCollection } from "../../core/collection/manifest";
import { methodCatalog } from "../../core/ssl/catalog";
import type { CollectionRun } from "../../state/collection-state";
import { formatBytes, formatCount, formatDuration, formatNumber, formatScore } from "../format/numbers";
import { ErrorNote } from "../kit/ErrorNote";
import notes from "../kit/notes.module.css";
import { sectionCount } from "./CollectionChooser";

/** How a run over sections goes, or what it left, in words. */
export function CollectionRunNote({ run, kept }: { run: CollectionRun; kept: KeptCollection }) {
  const { phase } = run;
  if (phase.kind === "failed") return <ErrorNote title="The run over the sections stopped" error={phase.error} />;
  const progress = phase.kind === "starting" || phase.kind === "running" ? phase.progress : null;
  return (
    <div role="status">
      {phase.kind !== "done" && phase.kind !== "interrupted" && (
        <Progress
          value={progress && progress.total > 0 ? (100 * progress.done) / progress.total : 100}
          size={4}
          animated={progress === null}
          aria-label="Run over the sections"
          transitionDuration={150}
        />
      )}
      <div className="label numeric" data-testid="collection-run">
        {words(run, kept).filter(Boolean).join(" · ")}
      </div>
      {phase.kind === "done" && <ScoreWords run={run} kept={kept} />}
      {(phase.kind === "starting" || phase.kind === "running") && <div className="label">{lastingWords(run)}</div>}
      {phase.kind === "done" && (
        <div className="label">
          {phase.outcome.kept
            ? "Kept with the collection. A section that is opened comes with this network."
            : "There was no room to keep it: save the model before leaving. A section that is opened comes with this network."}
        </div>
      )}
    </div>
  );
}

function words(run: CollectionRun, kept: KeptCollection): string[] {
  switch (run.phase.kind) {
    case "done":
      return outcomeWords(run);
    case "interrupted":
      return [
        `${methodCatalog[run.recipe.method].name}${run.recipe.label ? `, ${run.recipe.label.name}` : ""}`,
        `cut off after ${epochCount(run.losses.length)} of ${formatCount(run.recipe.epochs)}`,
        run.split ? rolesWords(run.split) : "",
        "Resume goes on with the same steps, Train begins anew",
      ];
    default:
      return runningWords(run, kept);
  }
}

/** What becomes of the run if the page is left now. */
function lastingWords({ checkpoint }: CollectionRun): string {
  if (checkpoint === "none") return "There is no room to keep it on the way: it ends with this page.";
  if (checkpoint === null) return "It ends with this page until its first checkpoint is kept.";
  return `Kept up to epoch ${formatCount(checkpoint)}: left now, it can be gone on with from there.`;
}

function ScoreWords({
  run: { phase, recipe, split },
  kept: { collection },
}: {
  run: CollectionRun;
  kept: KeptCollection;
}) {
  if (phase.kind !== "done" || !recipe.label || !split || split.test.length === 0) return null;
  const { score } = phase.outcome;
  const name = collection.sections[split.test[0]].name;
  return (
    <p className={notes.note} data-testid="collection-score">
      {scoreWords(score ?? null, recipe.label.name, name)}
    </p>
  );
}

function scoreWords(score: NonNullable<CollectionFindings["score"]> | null, label: string, name: string): string {
  if (!score) return `${name}, which was left out, was not scored: it has no cell of the classes that were learned.`;
  if ("why" in score) return `${name}, which was left out, was not scored: ${score.why} The network is kept.`;
  const { f1Micro, f1Macro, nScored } = score;
  const scores = `F1 micro ${formatScore(f1Micro)}, macro ${formatScore(f1Macro)}, ${formatCount(nScored)} labelled cells`;
  return `${label} on ${name}, which was left out: ${scores}. Open it for its predictions and errors.`;
}

const epochCount = (n: number): string => `${formatCount(n)} ${n === 1 ? "epoch" : "epochs"}`;

function runningWords({ phase, section, split, backend }: CollectionRun, { collection }: KeptCollection): string[] {
  if (phase.kind === "ending") return ["ending after the step in hand"];
  const what = phase.kind === "starting" || phase.kind === "running" ? phase.progress?.what.replace(/,$/, "") : "";
  return [
    backend ?? "opening the backend",
    split ? rolesWords(split) : "",
    what ?? "",
    section === null ? "" : `at ${collection.sections[section].name}`,
  ];
}

function outcomeWords({ phase, split, backend, nParameters }: CollectionRun): string[] {
  if (phase.kind !== "done") return [];
  const { losses, validationLosses, bestEpoch, finished, secondsPerEpoch, waitedSeconds, peakBytes } = phase.outcome;
  return [
    `${epochCount(losses.length)} ${finished ? "done" : "done, then stopped"}`,
    bestEpoch === null
      ? ""
      : `weights of epoch ${bestEpoch}, validation loss ${formatNumber(validationLosses[bestEpoch - 1])}`,
    split ? rolesWords(split) : "",
    `${formatDuration(1000 * secondsPerEpoch)} an epoch on ${backend}`,
    `${formatDuration(1000 * waitedSeconds)} waiting for sections in all`,
    `${formatBytes(peakBytes)} at most`,
    nParameters === null ? "" : `${formatCount(nParameters)} weights`,
  ];
}

function rolesWords({ train, validation, test }: NonNullable<CollectionRun["split"]>): string {
  const parts = [`${sectionCount(train.length)} to train on`];
  if (validation.length > 0) parts.push(`${formatCount(validation.length)} to validate`);
  if (test.length > 0) parts.push(`${formatCount(test.length)} left out`);
  return parts.join(", ");
}
