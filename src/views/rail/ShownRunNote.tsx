import { useLab } from "../../state/lab";
import { formatScore } from "../format/numbers";
import notes from "../kit/notes.module.css";
import { jobTitle } from "../studies/clustering/words";

/** Which run of a study the lab shows, for as long as its clusters are on the stage. */
export function ShownRunNote() {
  const shown = useLab((s) => (s.shownRun && s.shownRun.codes === s.clusters?.codes ? s.shownRun.result : null));
  if (!shown) return null;
  const ari = shown.ari === null ? "" : `, ARI ${formatScore(shown.ari)}`;
  return (
    <p className={notes.note} role="status">
      Clusters of a study: {jobTitle(shown)}
      {ari}.{" "}
      {shown.kind === "run"
        ? "Its weights were not kept: Train learns it again, from the same settings and seed."
        : "It has no network to train."}
    </p>
  );
}
