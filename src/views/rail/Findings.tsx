import { Button, SegmentedControl, Select } from "@mantine/core";
import { useLab } from "../../state/lab";
import { needsLabel } from "../../state/recipe-method";
import { formatCount, formatNumber, formatScore } from "../format/numbers";
import { ErrorNote } from "../kit/ErrorNote";
import { Fact, Facts } from "../kit/Fact";
import { KnobRow } from "../kit/Knob";
import notes from "../kit/notes.module.css";
import { WorkNote } from "../kit/WorkNote";
import { ClusterForm } from "./ClusterForm";
import styles from "./Rail.module.css";
import { terms } from "./terms";

const working = {
  clusters: "Finding clusters",
  umap: "Computing the UMAP",
  prediction: "Training the classifier",
} as const;

/** What is asked of the embedding once there is one: clusters, predictions, a map. */
export function Findings() {
  const learned = useLab((s) => s.epoch > 0 && s.run.kind !== "training" && s.run.kind !== "preparing");
  const analysing = useLab((s) => s.analysing);
  const error = useLab((s) => s.analysisError);
  const umap = useLab((s) => s.umap);
  if (!learned) return null;
  return (
    <>
      {analysing && <WorkNote key={analysing.what} title={working[analysing.what]} work={analysing} />}
      {error && <ErrorNote title="The embedding could not be analysed" error={error} />}
      <CollapseNote />
      <h3 className={styles.sub}>Clusters</h3>
      <ClusterForm />
      <ClusterFacts />
      <h3 className={styles.sub}>Prediction</h3>
      <PredictionPart />
      <h3 className={styles.sub}>Map</h3>
      <Button fullWidth variant="default" onClick={() => void umap()} disabled={analysing !== null}>
        Compute UMAP
      </Button>
    </>
  );
}

/** Whether the embedding still tells cells apart, in numbers, and in words where it does not. */
function CollapseNote() {
  const collapse = useLab((s) => s.collapse);
  if (!collapse) return null;
  const { words, spread, effectiveRank, channels, prototypesInUse } = collapse;
  return (
    <>
      {words && (
        <p className={`${notes.note} ${notes.warning}`} role="status">
          {words}
        </p>
      )}
      <Facts>
        <Fact name="Spread" definition={terms.spread}>
          {formatScore(spread)}
        </Fact>
        <Fact name="Directions used" definition={terms.effectiveRank}>
          {formatNumber(effectiveRank)} of {formatCount(channels)}
        </Fact>
        {prototypesInUse !== null && (
          <Fact name="Prototypes used" definition={terms.prototypesInUse}>
            {formatNumber(prototypesInUse)}
          </Fact>
        )}
      </Facts>
    </>
  );
}

function ClusterFacts() {
  const clusters = useLab((s) => s.clusters);
  const scores = useLab((s) => s.scores);
  if (!clusters) return null;
  return (
    <Facts>
      <Fact name="Clusters">{formatCount(clusters.nClusters)}</Fact>
      {clusters.resolution !== null && (
        <Fact name="Resolution" definition={terms.resolution}>
          {formatNumber(clusters.resolution)}
        </Fact>
      )}
      {scores && (
        <>
          <Fact name={`ARI to ${scores.label}`} definition={terms.ari}>
            {formatScore(scores.ari)}
          </Fact>
          <Fact name="AMI" definition={terms.ami}>
            {formatScore(scores.ami)}
          </Fact>
          <Fact name="NMI" definition={terms.nmi}>
            {formatScore(scores.nmi)}
          </Fact>
          <Fact name="Scored on">{formatCount(scores.nScored)} labelled cells</Fact>
        </>
      )}
    </Facts>
  );
}

function PredictionPart() {
  const slice = useLab((s) => s.slice);
  const label = useLab((s) => s.label);
  const split = useLab((s) => s.split);
  const prediction = useLab((s) => s.prediction);
  const learned = useLab((s) => (s.runRecipe && needsLabel(s.runRecipe.method) ? s.runRecipe.label?.name : undefined));
  // a network that learned the label says so above
  const fromNetwork = useLab((s) => s.prediction !== null && s.prediction === s.network?.prediction);
  const busy = useLab((s) => s.analysing !== null);
  const { setLabel, setSplit, predict } = useLab.getState();
  const labels = slice?.obs.filter((c) => c.kind === "categorical" && c.categories.length > 1).map((c) => c.name) ?? [];
  if (labels.length === 0) return <p className="label">This slice has no label to predict.</p>;
  return (
    <>
      <KnobRow label="Label" definition={terms.label} changedFrom={null} onReset={() => {}}>
        {(id) => <Select id={id} w={150} data={labels} value={label} onChange={setLabel} allowDeselect={false} />}
      </KnobRow>
      <KnobRow label="Hold out 20 %" definition={terms.split} changedFrom={null} onReset={() => setSplit("random")}>
        {() => (
          <SegmentedControl
            aria-label="How cells are held out"
            fullWidth={false}
            data={[
              { value: "random", label: "cells" },
              { value: "block", label: "blocks" },
            ]}
            value={split}
            onChange={(value) => setSplit(value as "random" | "block")}
          />
        )}
      </KnobRow>
      <Button fullWidth mt={6} variant="default" disabled={busy || !label} onClick={() => void predict()}>
        Predict
      </Button>
      {prediction && !fromNetwork && prediction.label === learned && (
        <p className="label">
          The network learned {learned} from all labelled cells, those held out here among them: these scores flatter.
        </p>
      )}
      {prediction && !fromNetwork && (
        <Facts>
          <Fact name="F1 micro" definition={terms.f1Micro}>
            {formatScore(prediction.f1Micro)}
          </Fact>
          <Fact name="F1 macro" definition={terms.f1Macro}>
            {formatScore(prediction.f1Macro)}
          </Fact>
          <Fact name="Scored on">{formatCount(prediction.nTest)} held-out cells</Fact>
          <Fact name="Trained on">{formatCount(prediction.nTrain)} cells</Fact>
        </Facts>
      )}
    </>
  );
}
