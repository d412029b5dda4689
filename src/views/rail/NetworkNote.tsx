import { Button } from "@mantine/core";
import { useLab } from "../../state/lab";
import type { Network } from "../../state/network-state";
import { formatCount, formatScore, formatShare } from "../format/numbers";
import { ErrorNote } from "../kit/ErrorNote";
import { Fact, Facts } from "../kit/Fact";
import notes from "../kit/notes.module.css";
import { jobTitle } from "../studies/annotation/words";
import styles from "./Rail.module.css";
import { terms } from "./terms";

/** The network that answers in place of a run's own: where it came from, and how well it predicts. */
export function NetworkNote() {
  const network = useLab((s) => s.network);
  const setColorBy = useLab((s) => s.setColorBy);
  const error = useLab((s) => s.networkError);
  const { showNetworkPrediction: showPrediction, exportPredictions, exportModel } = useLab.getState();
  const { dismissNetworkError } = useLab.getState();
  const failed = error?.where === "network" && (
    <ErrorNote title="That could not be done" error={error.error} onDismiss={dismissNetworkError} />
  );
  if (!network) return failed || null;
  const { prediction, origin } = network;
  return (
    <section aria-label="The network in hand">
      {failed}
      <p className={notes.note} role="status" data-testid="network-words">
        {originWords(network)}
      </p>
      {network.notes.map((note) => (
        <p key={note} className="label">
          {note}
        </p>
      ))}
      {prediction && (
        <>
          <Facts>
            {prediction.nTest > 0 && (
              <>
                <Fact name="F1 micro" definition={terms.f1Micro}>
                  {formatScore(prediction.f1Micro)}
                </Fact>
                <Fact name="F1 macro" definition={terms.f1Macro}>
                  {formatScore(prediction.f1Macro)}
                </Fact>
                {origin.kind === "fine-tuned" && (
                  <Fact name="Balanced accuracy" definition={terms.balancedAccuracy}>
                    {formatScore(origin.scores.balancedAccuracy)}
                  </Fact>
                )}
                {origin.kind === "fine-tuned" && origin.networkAlone && (
                  <Fact name="Without the reader" definition={terms.networkAlone}>
                    {formatScore(origin.networkAlone.f1Micro)} / {formatScore(origin.networkAlone.f1Macro)}
                  </Fact>
                )}
                <Fact name="Scored on">
                  {formatCount(prediction.nTest)} {origin.kind === "file" ? "labelled" : "held-out"} cells
                </Fact>
              </>
            )}
            {origin.kind !== "file" && (
              <Fact name={origin.kind === "collection" ? "Learned from here" : "Learned from"}>
                {formatCount(prediction.nTrain)} labels
              </Fact>
            )}
          </Facts>
          <div className={styles.buttons} style={{ marginBottom: 10 }}>
            <Button variant="default" title="Colour the cells by what the network predicts" onClick={showPrediction}>
              Predictions
            </Button>
            <Button
              variant="default"
              title="Colour the cells that were not learned from by right and wrong"
              onClick={() => {
                showPrediction();
                setColorBy({ kind: "errors" });
              }}
            >
              Errors
            </Button>
            <Button
              variant="default"
              disabled={prediction.probabilities === null}
              title="The predicted class of every cell with all probabilities, as CSV"
              onClick={() => void exportPredictions()}
            >
              Save table
            </Button>
            <Button
              variant="default"
              disabled={network.recipe === null}
              title="The network as a folder for predict --model, zipped"
              onClick={() => void exportModel()}
            >
              Save model
            </Button>
          </div>
        </>
      )}
    </section>
  );
}

const roleWords = {
  train: "this section is one of them",
  validation: "this section told when it was best, and was not learned from",
  test: "this section was left out",
} as const;

function originWords({ origin, recipe }: Network): string {
  switch (origin.kind) {
    case "study": {
      const run = `Run of a study: ${jobTitle(origin.result)}.`;
      return recipe ? `${run} Click a cell for its probabilities; Reset lets Train learn it again.` : run;
    }
    case "file":
      return recipe?.label
        ? `${origin.name} predicts ${recipe.label.name}. Where it learned from cells of this slice, the scores flatter.`
        : `${origin.name} learned no label: it can be fine-tuned to one below.`;
    case "collection": {
      const { name, sections, role, epochs } = origin;
      const over = `Trained over ${formatCount(sections)} sections of ${name}, ${formatCount(epochs)} epochs`;
      return `${over}; ${roleWords[role]}. Reset lets Train begin anew on this section alone.`;
    }
    case "fine-tuned": {
      const { label, start, heldOut, fraction } = origin.request;
      const share = fraction < 1 ? `${formatShare(fraction)} of the labels` : "all labels";
      const from = start === "scratch" ? "from scratch" : start === "frozen" ? "with a frozen encoder" : "whole";
      const where = heldOut.kind === "section" ? `section ${heldOut.names.join(", ")}` : "blocks of the tissue";
      return `Fine-tuned to ${label}, ${from}, with ${share}; scored on ${where}, held out.`;
    }
    default:
      return origin satisfies never;
  }
}
