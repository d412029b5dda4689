import { Button } from "@mantine/core";
import { useLab } from "../../state/lab";
import type { Network } from "../../state/network-state";
import { formatCount, formatScore } from "../format/numbers";
import { Fact, Facts } from "../kit/Fact";
import notes from "../kit/notes.module.css";
import { jobTitle } from "../studies/annotation/words";
import styles from "./Rail.module.css";
import { terms } from "./terms";

/** The network that answers in place of a run's own: where it came from, and how well it predicts. */
export function NetworkNote() {
  const network = useLab((s) => s.network);
  const setColorBy = useLab((s) => s.setColorBy);
  const showPrediction = useLab((s) => s.showNetworkPrediction);
  if (!network) return null;
  const { prediction } = network;
  return (
    <section aria-label="The network in hand">
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
            <Fact name="F1 micro" definition={terms.f1Micro}>
              {formatScore(prediction.f1Micro)}
            </Fact>
            <Fact name="F1 macro" definition={terms.f1Macro}>
              {formatScore(prediction.f1Macro)}
            </Fact>
            <Fact name="Scored on">{formatCount(prediction.nTest)} held-out cells</Fact>
            <Fact name={network.origin.kind === "collection" ? "Learned from here" : "Learned from"}>
              {formatCount(prediction.nTrain)} labels
            </Fact>
          </Facts>
          <div className={styles.buttons}>
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
    case "collection": {
      const { name, sections, role, epochs } = origin;
      const over = `Trained over ${formatCount(sections)} sections of ${name}, ${formatCount(epochs)} epochs`;
      return `${over}; ${roleWords[role]}. Reset lets Train begin anew on this section alone.`;
    }
    default:
      return origin satisfies never;
  }
}
